"""Files that people sent, as an operator sees and opens them, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal import clock
from portal.extensions import db
from portal.inbox.models import Conversation, FileState, MessageFile
from tests.fakes.graph_files import GraphFiles
from tests.inbox.incoming import HTML, JPEG, MP4, OGG, PDF, Sender, travel
from tests.support.browser import Browser, Page
from tests.support.cloud import connect
from tests.support.people import Company


@pytest.fixture
def sender(app: Flask, company: Company) -> Iterator[Sender]:
    with GraphFiles(clock.now) as meta:
        yield Sender(app, connect(app, company, meta), meta)


def thread(browser: Browser, sender: Sender) -> Page:
    return browser.get(f"/conversas/{sender.message().conversation_id}/mensagens", htmx=True)


def take(sender: Sender, person_id: int) -> None:
    with sender.app.app_context():
        conversation = db.session.get_one(Conversation, sender.message().conversation_id)
        conversation.assigned_user_id, conversation.status = person_id, "open"
        db.session.commit()


def test_an_image_is_shown_with_words_for_who_does_not_see_it(sender: Sender, admin: Browser) -> None:
    sender.send(JPEG, "image/jpeg", "image", caption="olha o *comprovante*")
    assert "Baixando…" in thread(admin, sender).words
    sender.fetch()
    page = thread(admin, sender)
    image = page.one("#thread img")
    assert (image["src"], image["loading"]) == (sender.url(), "lazy")
    assert str(image["alt"]).startswith("Imagem enviada por Maria")
    assert "olha o comprovante" in page.words and "Baixando" not in page.words
    answer = admin.client.get(sender.url())
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/jpeg", JPEG)


def test_the_placeholder_goes_when_the_file_is_there_to_see(sender: Sender, admin: Browser) -> None:
    sender.photo()
    page = thread(admin, sender)
    assert "[imagem]" not in page.words
    assert sender.message().text == "[imagem]", "for lists and searches it stays"


@pytest.mark.parametrize(
    ("content", "mime_type", "kind", "tag"),
    [(OGG, "audio/ogg", "audio", "audio"), (MP4, "video/mp4", "video", "video")],
)
def test_players(sender: Sender, admin: Browser, content: bytes, mime_type: str, kind: str, tag: str) -> None:
    sender.send(content, mime_type, kind)
    sender.fetch()
    player = thread(admin, sender).one(f"#thread {tag}")
    assert player["src"] == sender.url() and player.has_attr("controls") and player["aria-label"]
    assert "media-src 'self'" in admin.client.get("/conversas").headers["Content-Security-Policy"]
    part = admin.client.get(sender.url(), headers={"Range": "bytes=4-9"})
    assert (part.status_code, part.data) == (206, content[4:10])
    assert part.headers["Content-Range"] == f"bytes 4-9/{len(content)}"
    assert admin.client.get(sender.url(), headers={"Range": "bytes=999999-"}).status_code == 416


def test_a_document_is_a_link_with_its_name_and_size(sender: Sender, admin: Browser) -> None:
    sender.send(PDF, "application/pdf", "document", filename="Comprovante de março.pdf")
    sender.fetch()
    page = thread(admin, sender)
    link = page.one("#thread .attachment a")
    assert "Comprovante de março.pdf (1 KB)" in " ".join(link.get_text(" ").split())
    assert "[documento]" not in page.words
    answer = admin.client.get(str(link["href"]))
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert answer.headers["Content-Disposition"].startswith("inline")


def test_what_a_browser_could_run_is_saved_and_never_shown(sender: Sender, admin: Browser) -> None:
    sender.send(HTML, "text/html", "document", filename="..\\..\\boleto\u202efdp.html")
    sender.fetch()
    answer = admin.client.get(sender.url())
    assert answer.status_code == 200 and answer.mimetype == "text/plain"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "boletofdp.html" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_nothing_of_it_stays_in_a_cache(sender: Sender, admin: Browser) -> None:
    sender.photo()
    answer = admin.client.get(sender.url())
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_trouble_and_loss_are_told(sender: Sender, admin: Browser) -> None:
    sender.send(JPEG, "image/jpeg", "image", manner="gone")
    sender.fetch()
    words = thread(admin, sender).words
    assert (
        "Ainda não foi possível baixar o arquivo: o WhatsApp não tem mais este arquivo. O portal tenta de novo" in words
    )
    travel(days=8)
    sender.fetch()
    clock.use(None)  # the login would have ended
    assert "Arquivo não disponível: o WhatsApp não tem mais este arquivo." in thread(admin, sender).words
    assert admin.client.get(sender.url()).status_code == 404


def test_a_file_is_for_whoever_may_see_the_conversation(
    sender: Sender, company: Company, admin: Browser, operator: Browser, stranger: Browser
) -> None:
    sender.photo()
    url = sender.url()
    take(sender, company.admin.id)
    assert admin.client.get(url).status_code == 200
    for other in (operator, stranger):
        assert other.client.get(url).status_code == 404
    assert sender.app.test_client().get(url).status_code == 303
    take(sender, company.operator.id)
    assert operator.client.get(url).status_code == 200


def test_a_file_of_another_conversation_is_not_found_by_the_number_of_ones_own(
    sender: Sender, company: Company, operator: Browser, admin: Browser
) -> None:
    sender.photo()
    message = sender.message()
    with sender.app.app_context():
        theirs = db.session.get_one(Conversation, message.conversation_id)
        theirs.status, theirs.assigned_user_id = "closed", company.admin.id
        db.session.commit()
    sender.photo()
    own = sender.message()
    assert own.conversation_id != message.conversation_id
    take(sender, company.operator.id)
    assert operator.client.get(sender.url()).status_code == 200
    mixed = f"/conversas/{own.conversation_id}/mensagens/{message.id}/midia"
    assert operator.client.get(mixed).status_code == 404


def test_a_file_that_the_disk_lost_is_not_found(sender: Sender, admin: Browser) -> None:
    sender.photo()
    (path,) = sender.on_disk()
    path.unlink()
    assert admin.client.get(sender.url()).status_code == 404


@pytest.mark.parametrize("path", ["../secrets.json", "/etc/passwd", "media/../../portal.sqlite3", ""])
def test_a_path_that_leads_out_of_the_store_is_not_followed(sender: Sender, admin: Browser, path: str) -> None:
    sender.photo()
    (Path(sender.app.config["FILE_ROOT"]).parent / "secrets.json").touch()
    with sender.app.app_context():
        file = db.session.get_one(MessageFile, sender.message().id)
        assert file.state is FileState.STORED
        file.path = path
        db.session.commit()
    assert admin.client.get(sender.url()).status_code == 404
