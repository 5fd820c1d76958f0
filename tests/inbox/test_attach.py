"""Files that an operator sends, as HTTP tells it: each a message, all or nothing, shown as those that people send."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.test import EnvironBuilder

from portal import clock
from portal.extensions import db
from portal.inbox import attachments
from portal.inbox.models import AssignedBecause, Conversation, FileState, Message
from portal.inbox.rules.ledger import State
from portal.inbox.service import attach, file_store
from tests.inbox.incoming import HTML, JPEG, MP4, PDF, PROGRAM
from tests.inbox.outgoing import HEIC, OPUS, PNG, WORD, Desk
from tests.inbox.talk import ask_for_operator, conversation, last_message, messages, say
from tests.support.browser import Browser
from tests.support.clockwork import settle
from tests.support.people import Company, set_available

PHOTO, BILL = ("foto.png", PNG), ("boleto março.pdf", PDF)


@pytest.fixture
def desk(app: Flask, company: Company, operator: Browser) -> Iterator[Desk]:
    """A conversation that was given to the operator."""
    set_available(app, company.operator)
    yield Desk(app, operator, ask_for_operator(app, company))


def test_a_photo_goes_out_and_is_seen_as_one_that_came_in(app: Flask, desk: Desk) -> None:
    answer = desk.send(PHOTO, text="Segue a *foto*")
    assert answer.status == 200 and answer.one("#client-token")["value"]
    image = desk.thread().one("#thread img")
    assert image["alt"] == "Imagem enviada por Otávio Operador: foto.png"
    assert "Segue a foto" in desk.thread().words and "foto.png" not in desk.thread().words
    shown = desk.browser.client.get(str(image["src"]))
    assert (shown.status_code, shown.mimetype, shown.data) == (200, "image/png", PNG)
    assert shown.headers["Content-Security-Policy"].startswith("default-src 'none'")
    settle(app)
    (message,) = desk.sent()
    assert (message.kind, message.text, message.state) == ("image", "Segue a *foto*", State.DELIVERED)
    assert message.content is not None and message.content["mime_type"] == "image/png"
    (file,) = desk.files()
    assert (file.state, file.size, file.path) == (FileState.STORED, len(PNG), message.content["path"])
    assert [path.read_bytes() for path in desk.on_disk()] == [PNG]
    assert oct(desk.on_disk()[0].stat().st_mode)[-3:] == "600"


def test_without_javascript_the_form_itself_sends_them(desk: Desk) -> None:
    form = desk.browser.get(desk.url).one("#composer form")
    assert form["enctype"] == "multipart/form-data"
    assert form.select_one("input[type=file][name=files][multiple]") and form.select_one("button[type=submit]")
    answer = desk.send(BILL, text="O boleto", htmx=False)
    assert (answer.status, answer.location) == (303, desk.url)
    page = desk.browser.get(answer.location)
    assert "boleto março.pdf (1 KB)" in " ".join(page.one("#thread .attachment a").get_text(" ").split())


def test_several_are_messages_of_their_own_in_their_order(app: Flask, desk: Desk) -> None:
    given = [PHOTO, BILL, ("filme.mp4", MP4), ("contrato.docx", WORD), ("página.html", HTML)]
    desk.send(*given, text="Tudo aqui")
    sent = desk.sent()
    assert [message.kind for message in sent] == ["image", "document", "video", "document", "document"]
    assert [message.content["caption"] for message in sent if message.content] == ["Tudo aqui", "", "", "", ""]
    assert [message.text for message in sent[1:]] == [name for name, _ in given[1:]]
    page = desk.thread()
    assert len(page.all("#thread .attachment")) == 3 and page.one("#thread video")["aria-label"]
    settle(app)
    assert {message.state for message in desk.sent()} == {State.DELIVERED}
    assert conversation(app, desk.conversation_id).snippet == "página.html"


@pytest.mark.parametrize(("files", "length"), [([("voz.ogg", OPUS), PHOTO], 20), ([PHOTO], 1025)])
def test_words_that_no_caption_can_hold_go_before(desk: Desk, files: list[tuple[str, bytes]], length: int) -> None:
    desk.send(*files, text="a" * length)
    first, *others = desk.sent()
    assert (first.kind, first.text) == ("text", "a" * length)
    assert len(others) == len(files) and not any(message.content["caption"] for message in others if message.content)


def test_the_same_form_twice_is_sent_once(desk: Desk) -> None:
    for _ in range(2):
        assert desk.send(PHOTO, BILL, text="Uma vez", token="um-clique").status == 200
    assert len(desk.sent()) == len(desk.on_disk()) == 2
    desk.send(PHOTO, ("outro.pdf", PDF + b"2"), text="Uma vez", token="um-clique")
    assert len(desk.sent()) == 4, "other files are another answer, though the page was brought back"


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (("foto.jpg", PROGRAM), "“foto.jpg” é um programa"),
        (("leia.txt.exe", JPEG), "“leia.txt.exe” é um programa"),
        (("vazio.pdf", b""), "“vazio.pdf” está vazio"),
        (("foto.heic", HEIC), "O WhatsApp não aceita arquivos como “foto.heic”"),
        (("grande.jpg", JPEG + bytes(6 << 20)), "“grande.jpg” tem 6,0 MB. Envie imagens de até 5 MB."),
    ],
)
@pytest.mark.parametrize("htmx", [True, False])
def test_with_one_bad_file_of_three_nothing_is_sent(desk: Desk, bad: tuple[str, bytes], told: str, htmx: bool) -> None:
    refused = desk.send(PHOTO, bad, BILL, text="Veja", htmx=htmx)
    assert refused.status == 422
    assert told in refused.one("#refusal").get_text()
    if htmx:
        assert refused.answer.headers["HX-Retarget"] == "#refusal", "the composer stays as it is, files and all"
    else:
        assert refused.form_data("#composer form")["text"] == "Veja"
        assert "escolha os arquivos de novo" in refused.one("#refusal").get_text()
    assert desk.sent() == [] and desk.files() == [] and desk.on_disk() == []


def test_ten_at_most(desk: Desk) -> None:
    many = [(f"{number}.png", PNG) for number in range(11)]
    assert "no máximo 10 arquivos" in desk.send(*many).one("#refusal").get_text()
    assert desk.send(*many[:10]).status == 200
    assert len(desk.sent()) == 10


def test_neither_words_nor_files(desk: Desk) -> None:
    assert "Informe a mensagem." in desk.send().one("#refusal").get_text()


def test_after_24_hours_nothing_goes_and_nothing_stays(company: Company, desk: Desk) -> None:
    with clock.at(clock.now() + timedelta(hours=25)):
        desk.browser.log_in(company.operator)
        refused = desk.send(PHOTO)
    assert refused.status == 422 and "A janela de 24 h fechou" in refused.words
    assert desk.sent() == [] and desk.on_disk() == []


def test_what_cannot_be_committed_leaves_no_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attach, "answered", lambda conversation: 1 / 0)
    assert desk.send(PHOTO, BILL).status == 500
    assert desk.sent() == [] and desk.files() == [] and desk.on_disk() == []


def test_a_full_disk_leaves_nothing_of_the_first_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    keep, kept = file_store.keep, []

    def full(path: str, file: object) -> None:
        if kept:
            raise OSError(28, os.strerror(28))
        kept.append(path)
        keep(path, file)  # type: ignore[arg-type]

    monkeypatch.setattr(file_store, "keep", full)
    assert desk.send(PHOTO, BILL).status == 500
    assert desk.sent() == [] and desk.on_disk() == []


def test_who_answers_with_a_file_takes_a_parked_conversation(app: Flask, company: Company, admin: Browser) -> None:
    parked = Desk(app, admin, ask_for_operator(app, company))
    assert parked.send(PHOTO).status == 200
    found = conversation(app, parked.conversation_id)
    assert found.assigned_because is AssignedBecause.TAKEN and found.waiting_since is None and found.unread == 0


@pytest.mark.parametrize("state", [State.FAILED, State.UNKNOWN])
def test_a_file_is_sent_again_as_a_text_is(app: Flask, desk: Desk, state: State) -> None:
    desk.send(PHOTO, text="Segue")
    first = last_message(app, desk.conversation_id, state=state, error_code="131026" if state is State.FAILED else "")
    again = desk.browser.post(f"{desk.url}/mensagens/{first}/reenviar", htmx=True)
    assert again.status == 200 and len(again.all("#thread img")) == 2
    old, new = desk.files()
    assert old.path == new.path and len(desk.on_disk()) == 1
    settle(app)
    assert desk.sent()[-1].state is State.DELIVERED and desk.sent()[-1].text == "Segue"
    assert desk.browser.client.get(f"{desk.url}/mensagens/{new.message_id}/midia").data == PNG


def test_the_address_of_made_documents_leads_to_the_one_where_nothing_runs(desk: Desk) -> None:
    desk.send(("página.html", HTML))
    (message,) = desk.sent()
    moved = desk.browser.client.get(f"{desk.url}/mensagens/{message.id}/arquivo")
    assert (moved.status_code, moved.headers["Location"]) == (303, f"{desk.url}/mensagens/{message.id}/midia")
    answer = desk.browser.client.get(moved.headers["Location"])
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")


def test_a_file_is_there_when_the_conversation_is_over(app: Flask, desk: Desk, company: Company) -> None:
    desk.send(PHOTO)
    (message,) = desk.sent()
    desk.browser.post(f"{desk.url}/encerrar")
    say(app, company, "voltei")
    assert desk.browser.get(desk.url).one("#thread img")
    assert desk.browser.client.get(f"{desk.url}/mensagens/{message.id}/midia").status_code == 200


def test_a_file_that_the_disk_lost_is_not_found(desk: Desk) -> None:
    desk.send(PHOTO)
    Path(desk.on_disk()[0]).unlink()
    (message,) = desk.sent()
    assert desk.browser.client.get(f"{desk.url}/mensagens/{message.id}/midia").status_code == 404
    assert desk.thread().status == 200


def test_an_answer_with_files_may_be_large_and_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    large = ("laudo.pdf", PDF + bytes(25 << 20))
    assert desk.send(large).status == 200
    assert desk.files()[0].size == len(large[1])
    other = desk.browser.client.post(f"{desk.url}/documento", data={"x": bytes(25 << 20)})
    assert other.status_code == 413


@pytest.mark.parametrize("htmx", [True, False])
def test_more_than_the_limit_is_refused_in_place(desk: Desk, monkeypatch: pytest.MonkeyPatch, htmx: bool) -> None:
    monkeypatch.setattr("portal.inbox.routes.uploads.MAX_TOTAL", 0)
    refused = desk.send(("laudo.pdf", PDF + bytes(2 << 20)), htmx=htmx)
    if htmx:
        assert refused.status == 422 and attachments.TOO_MUCH in refused.one("#refusal").get_text()
    else:
        assert (refused.status, refused.location) == (303, desk.url)
        assert attachments.TOO_MUCH in desk.browser.get(refused.location).words
    assert desk.sent() == [] and desk.on_disk() == []


def test_who_has_not_logged_in_sends_no_large_body(app: Flask, desk: Desk) -> None:
    anonymous = app.test_client()
    assert anonymous.post(f"{desk.url}/responder", data={"x": bytes(25 << 20)}).status_code == 413


def test_no_transaction_is_open_while_a_file_comes_and_is_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow upload would hold SQLite's one write lock."""
    fields = {**desk.browser.get(desk.url).form_data("#composer form"), "files": (io.BytesIO(PDF * 1000), "boleto.pdf")}
    made = EnvironBuilder(method="POST", data=fields).get_environ()
    open_at: list[bool] = []

    class Watched(io.BytesIO):
        def readinto(self, place: Any, /) -> int:
            open_at.append(db.session().in_transaction())
            return super().readinto(place)

    def keep(path: str, file: BinaryIO, keep: Any = file_store.keep) -> None:
        open_at.append(db.session().in_transaction())
        keep(path, file)

    monkeypatch.setattr(file_store, "keep", keep)
    answer = desk.browser.client.post(
        f"{desk.url}/responder",
        input_stream=Watched(made["wsgi.input"].read()),
        content_length=int(made["CONTENT_LENGTH"]),
        content_type=made["CONTENT_TYPE"],
    )
    assert answer.status_code == 303 and len(desk.sent()) == 1
    assert len(open_at) >= 2 and not any(open_at)


def test_no_text_is_lost_beside_the_files(app: Flask, desk: Desk) -> None:
    desk.send(text="Só palavras")
    assert messages(app, desk.conversation_id)[-1] == "Só palavras"
    with app.app_context():
        assert db.session.query(Message).filter_by(kind="text", text="Só palavras").count() == 1


def test_a_commit_that_went_through_though_nobody_heard_of_it_keeps_the_file(
    app: Flask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = attach.answered

    def cut(conversation: Conversation) -> None:
        answered(conversation)
        db.session.commit()
        monkeypatch.undo()
        raise OperationalError("COMMIT", None, Exception("the connection was cut"))

    monkeypatch.setattr(attach, "answered", cut)
    assert desk.send(PHOTO, token="um").status == 503
    assert desk.send(PHOTO, token="um").status == 200, "the same again"
    settle(app)
    assert [message.state for message in desk.sent()] == [State.DELIVERED]
    assert [path.read_bytes() for path in desk.on_disk()] == [PNG]
