"""A file from the simulated phone goes the way of a real one: webhook, download, the operator's thread."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.extensions import db
from portal.inbox.models import FileState, Message, MessageFile
from tests.inbox.incoming import JPEG, OGG, PDF
from tests.support.browser import Browser
from tests.support.clockwork import run, settle
from tests.support.people import Company

PHONE = "/simulador/5511987654321"


def attach(browser: Browser, content: bytes, filename: str, text: str = "", **options: bool) -> int:
    browser.get(PHONE)
    files = {"file": (BytesIO(content), filename)}
    return browser.post(f"{PHONE}/escrever", name="Maria", text=text, files=files, **options).status


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("content", "filename", "kind", "tag"),
    [(JPEG, "foto.jpg", "image", "img"), (OGG, "voz.ogg", "audio", "audio"), (PDF, "nota.pdf", "document", "a")],
)
def test_a_file_reaches_the_operators_thread(
    app: Flask, company: Company, admin: Browser, content: bytes, filename: str, kind: str, tag: str, htmx: bool
) -> None:
    assert attach(admin, content, filename, htmx=htmx) == (200 if htmx else 303)
    settle(app)
    assert run(app, "fetch-media") == "1 arquivo recebido"
    with app.app_context():
        message = db.session.scalars(sa.select(Message).where(Message.direction == "in")).one()
        assert message.kind == kind
        url = f"/conversas/{message.conversation_id}/mensagens/{message.id}/midia"
    assert admin.get(url.rpartition("/mensagens/")[0]).all(f'#thread {tag}[src="{url}"], #thread {tag}[href="{url}"]')
    assert admin.client.get(url).data == content


def test_a_caption_goes_along(app: Flask, company: Company, admin: Browser) -> None:
    attach(admin, JPEG, "foto.jpg", "olha o comprovante")
    run(app, "apply-webhooks")
    with app.app_context():
        assert (
            db.session.scalars(sa.select(Message.text).where(Message.direction == "in")).one() == "olha o comprovante"
        )


def test_a_program_is_not_kept(app: Flask, company: Company, admin: Browser) -> None:
    attach(admin, b"MZ\x90\x00", "boleto.exe")
    run(app, "apply-webhooks")
    run(app, "fetch-media")
    with app.app_context():
        file = db.session.scalars(sa.select(MessageFile)).one()
        assert (file.state, file.error) == (FileState.LOST, "type")


@pytest.mark.parametrize("htmx", [False, True])
def test_too_large_and_nothing_at_all_are_refused_at_their_place(admin: Browser, company: Company, htmx: bool) -> None:
    admin.get(PHONE)
    files = {"file": (BytesIO(b"x" * (5 * 1024 * 1024 + 1)), "grande.pdf")}
    large = admin.post(f"{PHONE}/escrever", name="Maria", text="", files=files, htmx=htmx)
    assert large.status == 422 and "até 5 MB" in large.words
    nothing = admin.post(f"{PHONE}/escrever", name="Maria", text="", htmx=htmx)
    assert nothing.status == 422 and "Informe a mensagem." in nothing.words
