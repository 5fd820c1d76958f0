"""A chat that was started by hand and could not leave at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.chat_starters.models import ChatStarter, StarterStatus
from portal.connection import queries as connections
from portal.connection.models import Schedule, ScheduleKind
from portal.extensions import db
from portal.inbox.models import Contact, Conversation, ConversationStatus, Message
from portal.inbox.rules.ledger import State
from tests.inbox.talk import conversation, say
from tests.inbox.test_start import begin, debtor_id, sent, starter_id
from tests.support.browser import Browser
from tests.support.clockwork import run, settle
from tests.support.people import Company

__all__ = ["debtor_id", "starter_id"]


@pytest.mark.parametrize("status", [StarterStatus.PAUSED, StarterStatus.REJECTED, StarterStatus.DISABLED])
def test_a_starter_that_lost_its_approval_holds_what_is_queued(
    app: Flask, admin: Browser, debtor_id: int, starter_id: int, status: StarterStatus
) -> None:
    begin(admin, debtor_id, starter_id)
    with app.app_context():
        db.session.get_one(ChatStarter, starter_id).status = status
        db.session.commit()
    settle(app)
    (message,) = sent(app)
    assert message.state is State.QUEUED
    assert "O modelo não está aprovado agora." in admin.get(f"/conversas/{message.conversation_id}").words
    with app.app_context():
        db.session.get_one(ChatStarter, starter_id).status = StarterStatus.APPROVED
        db.session.commit()
    run(app, "send-outbox")
    assert sent(app)[0].state is State.ACCEPTED


def test_a_text_that_changed_meanwhile_is_not_sent(
    app: Flask, company: Company, admin: Browser, debtor_id: int, starter_id: int
) -> None:
    begin(admin, debtor_id, starter_id)
    with app.app_context():
        db.session.get_one(ChatStarter, starter_id).body = "Bom dia {{1}}, aqui é da {{2}}. Podemos falar?"
        db.session.commit()
    settle(app)
    (message,) = sent(app)
    assert (message.state, message.error_code) == (State.FAILED, "modelo_mudou")
    with app.app_context():
        connection = connections.current(company.id)
        assert connection is not None
        assert connections.used_on(connection.id, clock.today("America/Sao_Paulo")) == 0
        assert db.session.scalars(sa.select(Contact)).one().last_starter_at is None


def test_what_was_held_waits_for_the_sending_window(
    app: Flask, company: Company, admin: Browser, debtor_id: int, starter_id: int
) -> None:
    begin(admin, debtor_id, starter_id)
    with app.app_context():
        schedule = db.session.scalars(sa.select(Schedule).filter_by(kind=ScheduleKind.SENDING)).one()
        before, schedule.hours = schedule.hours, [None] * 7
        db.session.commit()
    settle(app)
    (message,) = sent(app)
    assert message.state is State.QUEUED and message.not_before is not None
    with app.app_context():
        db.session.scalars(sa.select(Schedule).filter_by(kind=ScheduleKind.SENDING)).one().hours = before
        db.session.scalars(sa.select(Message).where(Message.kind == "template")).one().not_before = None
        db.session.commit()
    settle(app)
    assert sent(app)[0].state is State.DELIVERED


def test_who_left_the_assistant_answers_a_person(
    app: Flask, company: Company, admin: Browser, debtor_id: int, starter_id: int
) -> None:
    say(app, company, "oi")
    with app.app_context():
        found = db.session.scalars(sa.select(Conversation)).one()
        found.last_inbound_at = clock.now() - timedelta(hours=25)
        db.session.commit()
    begin(admin, debtor_id, starter_id)
    settle(app)
    say(app, company, "pode falar")
    (message,) = sent(app)
    talk = conversation(app, message.conversation_id)
    assert (talk.status, talk.assigned_user_id) == (ConversationStatus.OPEN, company.admin.id)


def test_what_is_held_does_not_hold_up_an_answer(
    app: Flask, company: Company, admin: Browser, debtor_id: int, starter_id: int
) -> None:
    begin(admin, debtor_id, starter_id)
    with app.app_context():
        db.session.get_one(ChatStarter, starter_id).status = StarterStatus.PAUSED
        db.session.commit()
    say(app, company, "oi")
    (message,) = sent(app)
    admin.post(f"/conversas/{message.conversation_id}/responder", text="Bom dia", client_token="b")
    settle(app)
    with app.app_context():
        reply = db.session.scalars(sa.select(Message).where(Message.text == "Bom dia")).one()
        assert reply.state is State.DELIVERED
