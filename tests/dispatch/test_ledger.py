"""What the sending agent does when Meta refuses, falls silent or changes its mind: nothing twice, nothing lost."""

from __future__ import annotations

import socket
from collections import Counter
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock, gateways
from portal.accounts.models import User
from portal.connection import service as connections
from portal.connection.models import Connection
from portal.extensions import db
from portal.gateways import registry
from portal.inbox.models import Message
from tests.dispatch.people import NOON, begin, debtors, message_states, used
from tests.support.browser import Browser
from tests.support.clockwork import run
from tests.support.cloud import PHONE_NUMBER_ID, SECRET, WABA_ID, Cloud, add_starter, set_limits
from tests.support.people import Company

DAY = date(2026, 11, 23)


@pytest.fixture
def dispatch(app: Flask, company: Company, cloud: Cloud) -> int:
    """Three people, three at a time, at noon."""
    clock.use(lambda: NOON)
    debtors(app, company, 3)
    set_limits(app, company, daily_limit=10, batch_size=3)
    return begin(Browser(app).log_in(company.admin), add_starter(app, company, cloud.graph))


def page(app: Flask, company: Company, dispatch: int) -> str:
    return Browser(app).log_in(company.admin).get(f"/envios/{dispatch}").words


def reach(app: Flask, url: str) -> None:
    app.config["GRAPH_API_URL"] = url
    gateways.use(registry.build(app.config))


def reached(cloud: Cloud) -> list[str]:
    """Whom Meta took a message for; an attempt or a person twice is a defect of every test here."""
    assert not [attempt for attempt, count in cloud.graph.posts.items() if count > 1]
    people = [sent.wa_id for sent in cloud.graph.ledger]
    assert len(people) == len(set(people))
    return people


def test_a_refused_connection_is_tried_again_and_debited_once(
    app: Flask, company: Company, cloud: Cloud, dispatch: int
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        reach(app, f"http://127.0.0.1:{closed.getsockname()[1]}")
        assert run(app, "send-batch") == "3 conversas iniciadas"
    assert message_states(app) == ["queued"] * 3 and used(app, company, DAY) == 0
    words = page(app, company, dispatch)
    assert "Nova tentativa: 3" in words and "Não foi possível conectar ao WhatsApp" in words
    reach(app, cloud.graph.url)
    assert run(app, "send-batch") == "" and reached(cloud) == []
    clock.use(lambda: NOON + timedelta(minutes=1))
    assert run(app, "send-batch") == "3 conversas iniciadas"
    assert message_states(app) == ["accepted"] * 3 and used(app, company, DAY) == 3
    assert len(reached(cloud)) == 3 and run(app, "send-batch") == ""


def test_what_could_not_leave_today_counts_tomorrow(app: Flask, company: Company, cloud: Cloud, dispatch: int) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        reach(app, f"http://127.0.0.1:{closed.getsockname()[1]}")
        run(app, "send-batch")
    reach(app, cloud.graph.url)
    clock.use(lambda: NOON + timedelta(days=1))
    run(app, "send-batch")
    assert used(app, company, DAY) == 0 and used(app, company, DAY + timedelta(days=1)) == 3
    assert len(reached(cloud)) == 3


def test_cancelling_drops_what_waits_for_another_try(app: Flask, company: Company, cloud: Cloud, dispatch: int) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        reach(app, f"http://127.0.0.1:{closed.getsockname()[1]}")
        run(app, "send-batch")
    reach(app, cloud.graph.url)
    admin = Browser(app).log_in(company.admin)
    assert "Envio cancelado (3)" in admin.post(f"/envios/{dispatch}/cancelar", follow=True).words
    clock.use(lambda: NOON + timedelta(hours=1))
    assert run(app, "send-batch") == "" and reached(cloud) == []
    preview = Browser(app).log_in(company.admin).get("/envios/novo", modelo=1, conferir="1")
    assert "3 pessoas serão alcançadas" in preview.words, "who received nothing may be started again"


def test_a_lost_answer_is_unknown_never_resent_and_settled_by_its_status(
    app: Flask, company: Company, cloud: Cloud, dispatch: int
) -> None:
    cloud.graph.next("accept_then_drop")
    run(app, "send-batch")
    assert Counter(message_states(app)) == {"accepted": 2, "unknown": 1} and used(app, company, DAY) == 3
    words = page(app, company, dispatch)
    assert "Sem confirmação" in words and "o portal não envia de novo" in words and "Concluído" in words
    for hours in (1, 30):
        clock.use(lambda hours=hours: NOON + timedelta(hours=hours))  # type: ignore[misc]
        assert run(app, "send-batch") == "" and run(app, "send-outbox") == ""
    assert len(reached(cloud)) == 3 and sum(cloud.graph.posts.values()) == 3
    attempt = uncertain(app)
    lost = next(sent for sent in cloud.graph.ledger if sent.attempt_id == attempt)
    for body in cloud.graph.statuses_for(lost.wamid, "sent", "delivered"):
        assert b"biz_opaque_callback_data" in body and cloud.deliver(body) == 200
    run(app, "apply-webhooks")
    assert Counter(message_states(app)) == {"accepted": 2, "delivered": 1}
    with app.app_context():
        settled = db.session.scalars(sa.select(Message).where(Message.attempt_id == attempt)).one()
        assert settled.provider_id == lost.wamid


def test_an_expired_token_stops_the_connection_until_new_credentials(
    app: Flask, company: Company, cloud: Cloud, dispatch: int
) -> None:
    cloud.graph.numbers[PHONE_NUMBER_ID].token = "EAAG-token-novo-de-teste"
    run(app, "send-batch")
    assert message_states(app) == ["queued"] * 3 and used(app, company, DAY) == 0
    with app.app_context():
        assert db.session.get_one(Connection, cloud.connection_id).stopped_code == "190"
    tried = sum(cloud.graph.posts.values())
    clock.use(lambda: NOON + timedelta(hours=1))
    assert run(app, "send-batch") == "" and sum(cloud.graph.posts.values()) == tried
    words = page(app, company, dispatch)
    assert "A conexão com o WhatsApp está parada." in words and "Por que está parado" in words
    with app.app_context():
        connection = db.session.get_one(Connection, cloud.connection_id)
        given = connections.Credentials("+551130001000", PHONE_NUMBER_ID, WABA_ID, "EAAG-token-novo-de-teste", SECRET)
        connections.save_credentials(connection, db.session.get_one(User, company.admin.id), connection.version, given)
    assert run(app, "send-batch") == "3 conversas iniciadas"
    assert message_states(app) == ["accepted"] * 3 and used(app, company, DAY) == 3
    assert len(reached(cloud)) == 3


@pytest.mark.parametrize("late", [False, True])
def test_a_number_without_whatsapp_fails_with_the_reason(
    app: Flask, company: Company, cloud: Cloud, dispatch: int, late: bool
) -> None:
    cloud.graph.next("async_fail" if late else "refuse", code=131026)
    run(app, "send-batch")
    for sent in list(cloud.graph.ledger):
        for body in cloud.graph.statuses_for(sent.wamid):
            cloud.deliver(body)
    run(app, "apply-webhooks")
    assert Counter(message_states(app)) == {"delivered": 2, "failed": 1}
    words = page(app, company, dispatch)
    assert "Falhou" in words and "O telefone não recebe WhatsApp" in words
    for hours in (1, 25):
        clock.use(lambda hours=hours: NOON + timedelta(hours=hours))  # type: ignore[misc]
        assert run(app, "send-batch") == ""
    assert sum(cloud.graph.posts.values()) == 3


def uncertain(app: Flask) -> str:
    with app.app_context():
        return db.session.scalars(sa.select(Message.attempt_id).where(Message.state == "unknown")).one() or ""
