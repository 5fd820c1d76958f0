"""The blue ticks: people are told that their messages were read, when they were, and nothing waits for it."""

from __future__ import annotations

import logging

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.connection.models import Connection, LinkState
from portal.extensions import db
from portal.gateways import http
from portal.gateways.cloud_api import CloudApi
from portal.gateways.messages import Text
from portal.inbox.models import Author, Conversation, Lane, Message
from portal.inbox.service import queue
from tests.fakes.plug_api import PlugApi
from tests.inbox.talk import MARIA, ask_for_operator, conversation, say
from tests.support import plug as plug_company
from tests.support.browser import Browser
from tests.support.clockwork import run, settle
from tests.support.cloud import TOKEN, Cloud
from tests.support.people import Company, set_available

JOB = "send-receipts"
ONE = "1 conversa marcada como lida"


def inbound_ids(app: Flask) -> list[str]:
    """The provider's ids of what people wrote, oldest first."""
    with app.app_context():
        mine = Message.direction == "in"
        return [
            each or "" for each in db.session.scalars(sa.select(Message.provider_id).where(mine).order_by(Message.id))
        ]


def write(app: Flask, cloud: Cloud, *texts: str) -> None:
    for text in texts:
        cloud.says(MARIA, text)
        settle(app)


def handed_over(app: Flask, company: Company, cloud: Cloud) -> int:
    """A conversation that is an operator's, everything before it told; its id."""
    set_available(app, company.operator)
    write(app, cloud, "oi", "quero falar com operador")
    run(app, JOB)
    cloud.graph.reads.clear()
    return 1


def set_connection(app: Flask, **changes: object) -> None:
    with app.app_context():
        connection = db.session.scalars(sa.select(Connection).where(Connection.primary)).one()
        for name, value in changes.items():
            setattr(connection, name, value)
        db.session.commit()


def test_what_the_assistant_answers_was_read(app: Flask, company: Company, cloud: Cloud) -> None:
    cloud.says(MARIA, "oi")
    assert run(app, JOB) == ""
    settle(app)
    assert run(app, JOB) == ONE
    assert cloud.graph.reads == inbound_ids(app)
    assert run(app, JOB) == ""


def test_grey_until_the_person_in_charge_looks(
    app: Flask, company: Company, cloud: Cloud, operator: Browser, admin: Browser
) -> None:
    found = handed_over(app, company, cloud)
    write(app, cloud, "alguém?", "olá?")
    admin.get(f"/conversas/{found}")
    assert admin.post(f"/conversas/{found}/lida").status == 204
    assert run(app, JOB) == ""
    assert operator.post(f"/conversas/{found}/lida").status == 204
    assert not cloud.graph.reads, "the request does not wait for the provider"
    assert run(app, JOB) == ONE
    assert cloud.graph.reads == inbound_ids(app)[-1:], "the newest stands for those before it"
    assert operator.post(f"/conversas/{found}/lida").status == 204
    assert run(app, JOB) == ""


def test_who_answers_has_read(app: Flask, company: Company, cloud: Cloud, operator: Browser) -> None:
    found = handed_over(app, company, cloud)
    write(app, cloud, "alguém?")
    operator.get(f"/conversas/{found}")
    assert operator.post(f"/conversas/{found}/responder", text="Olá!", client_token="t").status == 303
    assert run(app, JOB) == ONE
    assert cloud.graph.reads == inbound_ids(app)[-1:]


def test_what_comes_in_after_reading_is_unread(app: Flask, company: Company, cloud: Cloud, operator: Browser) -> None:
    found = handed_over(app, company, cloud)
    write(app, cloud, "alguém?")
    operator.post(f"/conversas/{found}/lida")
    write(app, cloud, "ei")
    run(app, JOB)
    assert cloud.graph.reads == inbound_ids(app)[-2:-1]


def test_the_sending_agent_reads_nothing(app: Flask, company: Company, cloud: Cloud, operator: Browser) -> None:
    found = handed_over(app, company, cloud)
    write(app, cloud, "alguém?")
    with app.app_context():
        queue.add(db.session.get_one(Conversation, found), Text("Olá"), Author.DISPATCH, lane=Lane.DISPATCH)
        db.session.commit()
    assert run(app, JOB) == ""


@pytest.mark.parametrize(
    "changes",
    [{"enabled": False, "primary": True}, {"stopped_code": "190"}],
)
def test_a_number_that_cannot_talk_is_not_asked(
    app: Flask, company: Company, cloud: Cloud, changes: dict[str, object]
) -> None:
    write(app, cloud, "oi")
    set_connection(app, **changes)
    assert run(app, JOB) == ""
    assert not cloud.graph.reads
    set_connection(app, enabled=True, stopped_code="")
    assert run(app, JOB) == ONE


@pytest.mark.parametrize("mode", ["html_502", "drop", "refuse"])
def test_one_more_try_and_no_more(
    app: Flask, company: Company, cloud: Cloud, caplog: pytest.LogCaptureFixture, mode: str
) -> None:
    write(app, cloud, "oi")
    cloud.graph.next(mode, edge="reads", **({"code": 4} if mode == "refuse" else {}))
    assert run(app, JOB) == ONE
    cloud.graph.reads.clear()
    write(app, cloud, "e agora?")
    for _ in range(2):
        cloud.graph.next(mode, edge="reads", **({"code": 4} if mode == "refuse" else {}))
    caplog.set_level(logging.INFO)
    assert run(app, JOB) == ""
    assert run(app, JOB) == ""
    assert not cloud.graph.reads
    told = caplog.text
    assert "no read receipt for conversation 1" in told
    assert MARIA not in told and TOKEN not in told and "wamid" not in told
    write(app, cloud, "oi?")
    assert run(app, JOB) == ONE


def test_a_final_refusal_is_not_tried_again(app: Flask, company: Company, cloud: Cloud) -> None:
    write(app, cloud, "oi")
    cloud.graph.next("refuse", edge="reads", code=131009)
    assert run(app, JOB) == ""
    assert run(app, JOB) == ""
    assert not cloud.graph.reads


def test_silence_of_the_provider_holds_nobody(
    app: Flask, company: Company, cloud: Cloud, operator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = handed_over(app, company, cloud)
    write(app, cloud, "alguém?")
    cloud.graph.always("hold", edge="reads")
    monkeypatch.setattr(http, "READ_SECONDS", 0.1)
    assert operator.post(f"/conversas/{found}/lida").status == 204
    assert run(app, JOB) == ""
    assert operator.post(f"/conversas/{found}/responder", text="Olá!", client_token="t").status == 303
    settle(app)
    assert cloud.texts_to(MARIA)[-1].endswith("Olá!")
    cloud.graph.release()


def test_a_defect_of_ours_hurts_nobody(
    app: Flask, company: Company, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(app, cloud, "oi")

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(CloudApi, "mark_read", broken)
    assert run(app, JOB) == ""
    assert run(app, JOB) == ""


def test_every_message_is_marked_where_the_newest_does_not_stand_for_all(app: Flask, company: Company) -> None:
    with PlugApi() as fake:
        plug = plug_company.connect(app, company, fake)
        set_available(app, company.operator)
        for text in ("oi", "tudo bem?", "quero pagar"):
            plug.says(MARIA, {"text": {"message": text}})
        run(app, "apply-webhooks")
        assert run(app, JOB) == ONE
        assert [each["messageId"] for each in fake.read] == inbound_ids(app)
        assert {each["phone"] for each in fake.read} == {MARIA}
        plug.says(MARIA, {"text": {"message": "e aí?"}})
        run(app, "apply-webhooks")
        set_connection(app, link_state=LinkState.DISCONNECTED)
        assert run(app, JOB) == ""
        set_connection(app, link_state=LinkState.CONNECTED)
        assert run(app, JOB) == ONE
        assert [each["messageId"] for each in fake.read] == inbound_ids(app)


def test_the_simulated_phone_shows_it(app: Flask, company: Company, admin: Browser, operator: Browser) -> None:
    set_available(app, company.operator)
    found = ask_for_operator(app, company)
    run(app, JOB)
    say(app, company, "alguém?")
    ticks = [tick["title"] for tick in admin.get(f"/simulador/{MARIA}").all(".bubble.out .ticks")]
    assert ticks == ["Lida", "Lida", "Entregue"]
    operator.post(f"/conversas/{found}/lida")
    run(app, JOB)
    ticks = [tick["title"] for tick in admin.get(f"/simulador/{MARIA}").all(".bubble.out .ticks")]
    assert ticks == ["Lida"] * 3
    assert conversation(app, found).receipt_id is not None
