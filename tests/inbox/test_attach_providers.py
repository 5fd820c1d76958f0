"""The files of an operator at the providers' end, and two browsers at once."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from flask import Flask

from portal import clock
from portal.accounts.models import User
from portal.extensions import db
from portal.inbox.attachments import attachment
from portal.inbox.rules.ledger import State
from portal.inbox.service import attach
from portal.inbox.service.assign import lock
from tests.fakes.plug_api import PlugApi
from tests.inbox.incoming import PDF
from tests.inbox.outgoing import OPUS, PNG, Desk
from tests.inbox.talk import MARIA, ask_for_operator
from tests.support import plug
from tests.support.browser import Browser
from tests.support.clockwork import run, settle
from tests.support.cloud import Cloud
from tests.support.people import Company, set_available
from tests.support.races import meanwhile

PHOTO, BILL = ("foto.png", PNG), ("boleto março.pdf", PDF)


@pytest.fixture
def plug_api() -> Iterator[PlugApi]:
    with PlugApi(now=clock.now) as fake:
        yield fake


def test_meta_gets_each_file_as_what_it_is(app: Flask, company: Company, cloud: Cloud, operator: Browser) -> None:
    set_available(app, company.operator)
    for text in ("oi", "quero falar com operador"):
        cloud.says(MARIA, text)
        settle(app)
    desk = Desk(app, operator, 1)
    before = len(cloud.graph.ledger)
    assert desk.send(PHOTO, BILL, ("voz.ogg", OPUS), text="Seguem").status == 200
    settle(app)
    assert {message.state for message in desk.sent()} <= {State.ACCEPTED, State.SENT, State.DELIVERED}
    payloads = [sent.payload for sent in cloud.graph.ledger[before:]]
    assert [payload["type"] for payload in payloads] == ["image", "document", "audio"]
    assert payloads[0]["image"]["caption"] == "Seguem"
    assert payloads[1]["document"]["filename"] == "boleto março.pdf"
    uploaded = [cloud.graph.media[payload[payload["type"]]["id"]] for payload in payloads]
    assert [content for _, _, content in uploaded] == [PNG, PDF, OPUS]


def test_a_linked_phone_takes_less_and_says_so_beside_the_field(
    app: Flask, company: Company, operator: Browser, plug_api: PlugApi
) -> None:
    line = plug.connect(app, company, plug_api)
    set_available(app, company.operator)
    for text in ("oi", "quero falar com operador"):
        line.says(MARIA, text)
        settle(app)
    desk = Desk(app, operator, 1)
    assert '"largest": 25000000' in str(operator.get(desk.url).one("#reply-files")["data-limits"])
    refused = desk.send(("laudo.pdf", PDF + bytes(25_000_000)))
    assert refused.status == 422 and "Envie documentos de até 23 MB." in refused.words
    assert desk.send(PHOTO, text="Segue").status == 200
    run(app, "send-outbox")
    assert desk.sent()[0].state in (State.ACCEPTED, State.SENT)


def test_the_same_form_twice_at_the_same_moment_is_sent_once(app: Flask, company: Company, operator: Browser) -> None:
    set_available(app, company.operator)
    desk = Desk(app, operator, ask_for_operator(app, company))

    def send() -> None:
        files = [attachment(name, io.BytesIO(content)) for name, content in (PHOTO, BILL)]
        with app.app_context():
            user = db.session.get_one(User, company.operator.id)
            attach.send_files(desk.conversation_id, user, files, "Uma vez", "um-clique")
            db.session.remove()

    with app.app_context():
        lock(desk.conversation_id)
        with meanwhile(send):
            db.session.rollback()
            send()
    assert [message.kind for message in desk.sent()] == ["image", "document"]
    assert len(desk.files()) == len(desk.on_disk()) == 2
