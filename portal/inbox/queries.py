from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from portal.accounts.models import User
from portal.extensions import db
from portal.inbox.models import (
    AssignedBecause,
    Contact,
    Conversation,
    ConversationStatus,
    Direction,
    Message,
)
from portal.inbox.rules.ledger import State
from portal.portfolio.models import Debtor
from portal.portfolio.rules.search import search_key

LIST_SIZE = 60
THREAD_SIZE = 60

TABS = ("minhas", "fila", "todas", "encerradas")


def visible_to(user: User) -> sa.ColumnElement[bool]:
    """What a person may see: an admin all of the company's; an operator their own, and what waits for somebody."""
    mine = Conversation.account_id == user.account_id
    if user.is_admin:
        return mine
    return mine & sa.or_(Conversation.assigned_user_id == user.id, _waiting_for_somebody())


def _waiting_for_somebody() -> sa.ColumnElement[bool]:
    nobodys = sa.or_(Conversation.assigned_user_id.is_(None), Conversation.assigned_because == AssignedBecause.FALLBACK)
    return (Conversation.status == ConversationStatus.OPEN) & nobodys


def _tab(user: User, tab: str) -> sa.ColumnElement[bool]:
    live = Conversation.status != ConversationStatus.CLOSED
    if tab == "minhas":
        return live & (Conversation.assigned_user_id == user.id)
    if tab == "fila":
        return _waiting_for_somebody()
    if tab == "encerradas":
        return ~live
    return live


def tabs_for(user: User) -> tuple[str, ...]:
    return TABS if user.is_admin else ("minhas", "fila", "encerradas")


def conversations(user: User, tab: str, search: str = "", limit: int = LIST_SIZE) -> Sequence[Conversation]:
    """The newest of a tab. `search` looks at the debtor's and the WhatsApp name and at the number."""
    query = (
        sa.select(Conversation)
        .join(Conversation.contact)
        .outerjoin(Conversation.debtor)
        .options(
            contains_eager(Conversation.contact),
            contains_eager(Conversation.debtor),
            joinedload(Conversation.assigned_user),
        )
        .where(visible_to(user), _tab(user, tab))
        .order_by(Conversation.last_message_at.desc(), Conversation.id.desc())
        .limit(limit)
    )
    if search:
        query = query.where(_matches(search))
    return db.session.scalars(query).unique().all()


def _matches(search: str) -> sa.ColumnElement[bool]:
    digits = "".join(c for c in search if c.isdigit())
    found = Debtor.search_name.contains(search_key(search), autoescape=True) | Contact.profile_name.icontains(
        search, autoescape=True
    )
    return found | Contact.wa_id.contains(digits) if len(digits) >= 4 else found


def counts(user: User) -> dict[str, int]:
    """How many conversations stand in the tabs that show a number."""
    row = db.session.execute(
        sa.select(
            sa.func.count().filter(_tab(user, "minhas")).label("minhas"),
            sa.func.count().filter(_tab(user, "fila")).label("fila"),
        ).where(visible_to(user), Conversation.status != ConversationStatus.CLOSED)
    ).one()
    return {"minhas": row.minhas, "fila": row.fila}


def unread_total(user: User) -> int:
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(
                Conversation.assigned_user_id == user.id,
                Conversation.status == ConversationStatus.OPEN,
                Conversation.unread > 0,
            )
        )
        or 0
    )


def conversation_for(user: User, conversation_id: int) -> Conversation | None:
    """A conversation by id, if this person may see it."""
    return db.session.scalar(
        sa.select(Conversation)
        .options(
            joinedload(Conversation.contact),
            joinedload(Conversation.connection),
            joinedload(Conversation.assigned_user),
            joinedload(Conversation.debtor).selectinload(Debtor.phones),
        )
        .where(visible_to(user), Conversation.id == conversation_id)
    )


def talks_with(user: User, debtor_id: int) -> bool:
    """Whether a person may see a conversation with this debtor."""
    mine = sa.select(Conversation.id).where(visible_to(user), Conversation.debtor_id == debtor_id)
    return db.session.scalar(mine.limit(1)) is not None


def live_with(connection_id: int, contact_id: int) -> Conversation | None:
    """The conversation of a contact that is not closed."""
    return db.session.scalar(
        sa.select(Conversation).where(
            Conversation.connection_id == connection_id,
            Conversation.contact_id == contact_id,
            Conversation.status != ConversationStatus.CLOSED,
        )
    )


def contact_with(account_id: int, match_key: str) -> Contact | None:
    return db.session.scalar(sa.select(Contact).where(Contact.account_id == account_id, Contact.match_key == match_key))


def operator_of(account_id: int, conversation_id: int) -> str | None:
    """Who took, or was given, a conversation that is not closed; None when it is in the queue or nobody's."""
    return db.session.scalar(
        sa.select(User.name)
        .join(Conversation, Conversation.assigned_user_id == User.id)
        .where(
            Conversation.account_id == account_id,
            Conversation.id == conversation_id,
            Conversation.status == ConversationStatus.OPEN,
        )
    )


def thread(conversation_id: int, since_id: int | None = None) -> list[Message]:
    """The last messages of a conversation, oldest first; with `since_id` all from that one on, if that is more."""
    mine = Message.conversation_id == conversation_id
    newest = sa.select(Message.id).where(mine).order_by(Message.id.desc()).limit(THREAD_SIZE).subquery()
    wanted: sa.ColumnElement[bool] = Message.id.in_(sa.select(newest.c.id))
    if since_id is not None:
        wanted = wanted | (Message.id >= since_id)
    return list(
        db.session.scalars(
            sa.select(Message).options(selectinload(Message.author_user)).where(mine, wanted).order_by(Message.id)
        )
    )


def page_before(conversation_id: int, message_id: int) -> int | None:
    """The id from which the page before a message starts; None when nothing is older."""
    older = db.session.scalars(
        sa.select(Message.id)
        .where(Message.conversation_id == conversation_id, Message.id < message_id)
        .order_by(Message.id.desc())
        .limit(THREAD_SIZE)
    ).all()
    return older[-1] if older else None


def message_in(conversation_id: int, message_id: int) -> Message | None:
    return db.session.scalar(
        sa.select(Message).where(
            Message.id == message_id,
            Message.conversation_id == conversation_id,
            Message.direction == Direction.OUT,
        )
    )


@dataclass(frozen=True)
class Waiting:
    """Conversations whose person wrote last and got no answer from a human yet."""

    count: int
    since: datetime | None


def waiting(account_id: int) -> Waiting:
    row = db.session.execute(
        sa.select(sa.func.count(), sa.func.min(Conversation.waiting_since)).where(
            Conversation.account_id == account_id,
            Conversation.status == ConversationStatus.OPEN,
            Conversation.waiting_since.is_not(None),
        )
    ).one()
    return Waiting(*row)


def uncertain(account_id: int, limit: int = 50) -> Sequence[Message]:
    """Messages of which nobody knows whether they went out, and about which nobody has decided."""
    return db.session.scalars(
        sa.select(Message)
        .where(Message.account_id == account_id, Message.state == State.UNKNOWN, Message.decision.is_(None))
        .order_by(Message.id)
        .limit(limit)
    ).all()
