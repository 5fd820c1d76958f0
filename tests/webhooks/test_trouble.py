"""Bodies that cannot be applied now: tried with pauses, kept, and no person locked out by what came before."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.assistant import service as assistant
from portal.extensions import db
from portal.inbox.models import Contact, Conversation, Message
from portal.inbox.service import record
from portal.webhooks.models import WebhookEvent, WebhookState
from tests.support.clockwork import run, settle
from tests.support.cloud import Cloud
from tests.webhooks.test_entrance import MARIA, body, change, item

BSUID = "BR.1029384756"


def test_who_was_known_by_a_username_may_come_with_a_number(app: Flask, cloud: Cloud) -> None:
    """A contact of the number exists, another of the username: a message with both must not be refused for ever."""
    nameless = {**item(1), "from_user_id": BSUID}
    del nameless["from"]
    both = {**item(3), "from_user_id": BSUID}
    for message in (nameless, item(2), both):
        contact = {"profile": {"name": "Maria"}, "user_id": BSUID} if message is nameless else {"wa_id": MARIA}
        assert cloud.deliver(body(change(contacts=[contact], messages=[message]))) == 200
        settle(app)
    with app.app_context():
        texts = db.session.scalars(sa.select(Message.text).where(Message.direction == "in").order_by(Message.id))
        assert list(texts) == ["mensagem 1", "mensagem 2", "mensagem 3"]
        assert set(db.session.scalars(sa.select(WebhookEvent.state))) == {WebhookState.APPLIED}
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 2


def test_a_body_that_fails_is_tried_once_a_pass(app: Flask, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five tries within a millisecond would be one."""
    real = record.inbound
    monkeypatch.setattr(record, "inbound", _broken)
    assert cloud.deliver(body(change(messages=[item(1)]))) == 200
    run(app, "apply-webhooks")
    with app.app_context():
        event = db.session.scalars(sa.select(WebhookEvent)).one()
        assert (event.attempts, event.state) == (1, WebhookState.RECEIVED)
    for _ in range(6):
        run(app, "apply-webhooks")
    with app.app_context():
        event = db.session.scalars(sa.select(WebhookEvent)).one()
        assert (event.attempts, event.state) == (5, WebhookState.FAILED)
        event.state, event.attempts = WebhookState.RECEIVED, 0
        db.session.commit()
    monkeypatch.setattr(record, "inbound", real)
    run(app, "apply-webhooks")
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Conversation)) == 1


def _broken(*arguments: Any) -> None:
    raise LookupError("a defect of ours")


@pytest.mark.parametrize("error", [sa.exc.TimeoutError("QueuePool limit"), "operational", "interface", "lock"])
@pytest.mark.parametrize("place", ["record", "assistant"])
def test_an_unwell_database_costs_no_try(
    app: Flask, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, error: Any, place: str
) -> None:
    raised = {
        "operational": sa.exc.OperationalError("x", {}, Exception("closed")),
        "interface": sa.exc.InterfaceError("x", {}, Exception("closed")),
        "lock": sqlite3.OperationalError("database is locked: another process has been writing"),
    }.get(error, error)

    def unwell(*arguments: Any) -> None:
        raise raised

    from portal.jobs.runs import run_once

    with monkeypatch.context() as patch:
        patch.setattr(*((record, "inbound") if place == "record" else (assistant, "answer")), unwell)
        cloud.says(MARIA, "oi")
        for _ in range(7):
            assert run_once(app, "apply-webhooks")[0] is False
    with app.app_context():
        assert db.session.scalars(sa.select(WebhookEvent.attempts)).one() == 0
    settle(app)
    assert cloud.graph.ledger


def test_a_long_code_of_a_failure_is_cut(app: Flask, cloud: Cloud) -> None:
    cloud.says(MARIA, "oi")
    settle(app)
    status = {"id": cloud.graph.ledger[0].wamid, "status": "failed", "recipient_id": MARIA}
    status |= {"timestamp": str(int(clock.now().timestamp())), "errors": [{"code": "9" * 200, "title": "x"}]}
    assert cloud.deliver(body(change(statuses=[status]))) == 200
    run(app, "apply-webhooks")
    with app.app_context():
        assert "failed" in set(db.session.scalars(sa.select(Message.state)))
