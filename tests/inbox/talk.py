"""A debtor at the simulated phone, and looking into the database where no page shows what a test must know."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Flask

from portal.connection import queries as connections
from portal.extensions import db
from portal.inbox.models import Conversation, Message
from portal.simulator import service as phone
from tests.support.clockwork import settle
from tests.support.people import Company

MARIA = "5511987654321"


def say(app: Flask, company: Company, *texts: str, wa_id: str = MARIA, name: str = "Maria") -> None:
    """Write from the phone, one message after the other, and let everything that follows happen."""
    for text in texts:
        with app.app_context():
            connection = connections.current(company.id)
            assert connection is not None
            phone.write(connection, wa_id, name, text)
        settle(app)


def ask_for_operator(app: Flask, company: Company, wa_id: str = MARIA, name: str = "Maria") -> int:
    """A conversation that has left the assistant; its id."""
    say(app, company, "oi", "quero falar com operador", wa_id=wa_id, name=name)
    with app.app_context():
        return db.session.scalars(sa.select(Conversation.id).order_by(Conversation.id.desc())).first() or 0


def messages(app: Flask, conversation_id: int) -> list[str]:
    with app.app_context():
        mine = Message.conversation_id == conversation_id
        return list(db.session.scalars(sa.select(Message.text).where(mine).order_by(Message.id)))


def last_message(app: Flask, conversation_id: int, **changes: Any) -> int:
    """The id of the last message, after setting some of its columns."""
    with app.app_context():
        mine = Message.conversation_id == conversation_id
        message = db.session.scalars(sa.select(Message).where(mine).order_by(Message.id.desc())).first()
        assert message is not None
        for name, value in changes.items():
            setattr(message, name, value)
        db.session.commit()
        return message.id


def conversation(app: Flask, conversation_id: int) -> Conversation:
    with app.app_context():
        found = db.session.get_one(Conversation, conversation_id)
        db.session.expunge(found)
        return found
