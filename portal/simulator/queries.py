from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from portal.connection import queries as connections
from portal.connection.models import Connection, ConnectionKind
from portal.extensions import db
from portal.inbox.models import Contact, Conversation, Direction, Message
from portal.inbox.rules.ledger import State
from portal.portfolio.models import Debtor, Phone
from portal.portfolio.queries import search_key
from portal.portfolio.rules import phones

FOUND = 12
RECENT = 12
THREAD_SIZE = 60

ARRIVED = (State.ACCEPTED, State.SENT, State.DELIVERED, State.READ)


def current(account_id: int) -> Connection | None:
    """The company's simulator, while it is on."""
    talking = connections.enabled(account_id)
    return next((each for each in talking if each.kind is ConnectionKind.SIMULATOR), None)


def debtors(account_id: int, search: str) -> Sequence[Debtor]:
    """Some debtors with a phone, by name, CPF/CNPJ or number; without a search the first ones."""
    query = (
        sa.select(Debtor)
        .options(selectinload(Debtor.phones))
        .where(Debtor.account_id == account_id, sa.exists().where(Phone.debtor_id == Debtor.id))
        .order_by(Debtor.search_name, Debtor.id)
        .limit(FOUND)
    )
    return db.session.scalars(query.where(_matches(search)) if search else query).all()


def _matches(search: str) -> sa.ColumnElement[bool]:
    found = Debtor.search_name.contains(search_key(search), autoescape=True)
    code = "".join(c for c in search if c.isalnum()).upper()
    if sum(c.isdigit() for c in code) < 4:
        return found
    has_phone = sa.exists().where(Phone.debtor_id == Debtor.id, Phone.match_key.contains(code, autoescape=True))
    return found | Debtor.tax_id.contains(code, autoescape=True) | has_phone


def contact(account_id: int, wa_id: str) -> Contact | None:
    return db.session.scalar(
        sa.select(Contact).where(Contact.account_id == account_id, Contact.match_key == phones.match_key(wa_id))
    )


def recent(connection: Connection) -> Sequence[Contact]:
    """The phones that talked with this simulator, the last one first."""
    last = sa.func.max(Conversation.last_message_at)
    return db.session.scalars(
        sa.select(Contact)
        .join(Conversation, Conversation.contact_id == Contact.id)
        .where(Conversation.connection_id == connection.id, Contact.match_key.is_not(None))
        .group_by(Contact.id)
        .order_by(last.desc())
        .limit(RECENT)
    ).all()


def thread(connection: Connection, wa_id: str) -> list[Message]:
    """What a phone shows, oldest first: what it wrote, and what reached it."""
    query = (
        sa.select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .where(
            Message.connection_id == connection.id,
            Contact.match_key == phones.match_key(wa_id),
            (Message.direction == Direction.IN) | Message.state.in_(ARRIVED),
        )
        .order_by(Message.id.desc())
        .limit(THREAD_SIZE)
    )
    return list(reversed(db.session.scalars(query).all()))


def message(connection: Connection, wa_id: str, message_id: int) -> Message | None:
    return next((found for found in thread(connection, wa_id) if found.id == message_id), None)
