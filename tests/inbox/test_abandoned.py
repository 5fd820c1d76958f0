"""Whoever stops answering the assistant does not stay in its hands for ever."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.extensions import db
from portal.inbox.models import Conversation, ConversationStatus, Message
from tests.inbox.talk import ask_for_operator, say
from tests.support.clockwork import run
from tests.support.people import Company

OTHER = "5511976543210"


def statuses(app: Flask) -> list[ConversationStatus]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Conversation.status).order_by(Conversation.id)))


def test_what_was_left_a_day_ago_ends_silently_and_what_a_person_has_stays(app: Flask, company: Company) -> None:
    say(app, company, "oi")
    ask_for_operator(app, company, wa_id=OTHER, name="Ana")
    with app.app_context():
        messages = db.session.scalar(sa.select(sa.func.count()).select_from(Message))
    start = clock.now()
    with clock.at(start + timedelta(hours=23)):
        assert run(app, "close-abandoned") == ""
    with clock.at(start + timedelta(hours=25)):
        assert run(app, "close-abandoned") == "1 conversa encerrada"
        assert statuses(app) == [ConversationStatus.CLOSED, ConversationStatus.OPEN]
        with app.app_context():
            assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == messages
        say(app, company, "oi de novo")
    assert statuses(app) == [ConversationStatus.CLOSED, ConversationStatus.OPEN, ConversationStatus.ASSISTANT]
