"""What the company sends, as the simulated phone shows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from portal.extensions import db
from portal.inbox.models import Author, Conversation
from portal.inbox.service import queue
from tests.gateways.shapes import BYTES, FILES, put_files
from tests.inbox.talk import MARIA, ask_for_operator
from tests.support.browser import Browser
from tests.support.clockwork import settle
from tests.support.people import Company, set_available

PHONE = f"/simulador/{MARIA}"


def send(app: Flask, company: Company, kind: str, **changes: str) -> int:
    set_available(app, company.operator)
    found = ask_for_operator(app, company)
    with app.app_context():
        put_files(Path(app.config["FILE_ROOT"]))
        conversation = db.session.get_one(Conversation, found)
        message = queue.add(conversation, replace(FILES[kind], **changes), Author.OPERATOR, user_id=company.operator.id)
        db.session.commit()
        message_id = message.id
    settle(app)
    return message_id


@pytest.mark.parametrize(
    ("kind", "tag", "caption"),
    [
        ("image", "img[src='{url}']", "O recibo"),
        ("video", "video[src='{url}']", "Como pagar"),
        ("audio", "audio[src='{url}']", ""),
        ("document", ".attachment a[href='{url}']", "Seu termo"),
    ],
)
def test_each_kind_is_shown_as_whatsapp_does(
    app: Flask, company: Company, admin: Browser, kind: str, tag: str, caption: str
) -> None:
    message_id = send(app, company, kind)
    url = f"{PHONE}/mensagens/{message_id}/arquivo"
    page = admin.get(PHONE)
    bubble = page.one(f"#message-{message_id}")
    assert bubble.select_one(tag.format(url=url)) is not None
    text = bubble.select_one(".bubble-text")
    assert (text.get_text() if text else "") == caption
    answer = admin.client.get(url)
    assert answer.data == BYTES[kind]
    assert answer.mimetype == FILES[kind].mime_type.partition(";")[0]
    assert "attachment" not in answer.headers["Content-Disposition"]
    assert admin.client.get(url, headers={"Range": "bytes=0-3"}).status_code == 206


def test_what_a_browser_cannot_show_is_saved(app: Flask, company: Company, admin: Browser) -> None:
    message_id = send(app, company, "document", mime_type="text/plain", filename="nota.txt")
    answer = admin.client.get(f"{PHONE}/mensagens/{message_id}/arquivo")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_file_that_whatsapp_does_not_take_fails_as_there(
    app: Flask, company: Company, admin: Browser, operator: Browser
) -> None:
    message_id = send(app, company, "image", mime_type="image/webp", filename="foto.webp")
    assert not admin.get(PHONE).all(f"#message-{message_id}")
    assert "não aceita um arquivo deste tipo" in operator.get("/conversas/1").words


def test_a_file_that_is_gone_fails(app: Flask, company: Company, admin: Browser, operator: Browser) -> None:
    send(app, company, "video", path="nada.mp4")
    assert "não foi encontrado" in operator.get("/conversas/1").words


def test_a_stranger_gets_nothing(app: Flask, company: Company, stranger: Browser, operator: Browser) -> None:
    message_id = send(app, company, "image")
    url = f"{PHONE}/mensagens/{message_id}/arquivo"
    assert stranger.client.get(url).status_code == 404
    assert operator.client.get(url).status_code in (403, 404)
