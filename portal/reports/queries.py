from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal.account_settings.queries import fallback_user
from portal.accounts.models import User
from portal.accounts.queries import available_operators
from portal.chat_starters.models import ChatStarter
from portal.dispatch.models import Dispatch, DispatchRecipient, DispatchStatus, RecipientState
from portal.extensions import db
from portal.inbox.models import Conversation, ConversationStatus, Lane, Message
from portal.inbox.rules.assignment import Candidate, pick
from portal.inbox.rules.ledger import State
from portal.portfolio.models import Debtor

RUNNING_SHOWN = 5


@dataclass(frozen=True)
class Stuck:
    """Replies of people and of the assistant that have been waiting for longer than sending takes."""

    count: int
    since: datetime | None


def stuck_replies(account_id: int, before: datetime) -> Stuck:
    in_outbox = sa.text("message.state in ('queued', 'sending')")  # word for word the outbox's partial index, to use it
    row = db.session.execute(
        sa.select(sa.func.count(), sa.func.min(Message.created_at)).where(
            Message.account_id == account_id,
            Message.lane == Lane.REPLY,
            in_outbox,
            Message.state == State.QUEUED,
            Message.created_at < before,
        )
    ).one()
    return Stuck(*row)


def conversations_by_id(account_id: int, ids: Sequence[int]) -> dict[int, Conversation]:
    """Conversations with what names their person."""
    rows = db.session.scalars(
        sa.select(Conversation)
        .options(joinedload(Conversation.contact), joinedload(Conversation.debtor))
        .where(Conversation.account_id == account_id, Conversation.id.in_(ids))
    )
    return {conversation.id: conversation for conversation in rows}


@dataclass(frozen=True)
class Beginning:
    """What a new company has done already."""

    has_portfolio: bool
    has_conversations: bool


def beginning(account_id: int) -> Beginning:
    debtors = sa.exists().where(Debtor.account_id == account_id)
    conversations = sa.exists().where(Conversation.account_id == account_id)
    return Beginning(*db.session.execute(sa.select(debtors, conversations)).one())


@dataclass(frozen=True)
class Receiving:
    """Who gets conversations now. `next` would get the one that leaves the assistant at this moment."""

    operators: Sequence[User]
    next: User | None


def receiving(account_id: int) -> Receiving:
    operators = sorted(available_operators(account_id), key=lambda user: user.name.lower())
    if not operators:
        return Receiving([], fallback_user(account_id))
    loads = _loads(account_id, [user.id for user in operators]) if len(operators) > 1 else {}
    chosen = pick([Candidate(user.id, loads.get(user.id, 0), user.last_assigned_at) for user in operators])
    return Receiving(operators, next(user for user in operators if user.id == chosen))


def _loads(account_id: int, user_ids: list[int]) -> dict[int | None, int]:
    rows = db.session.execute(
        sa.select(Conversation.assigned_user_id, sa.func.count().label("load"))
        .where(
            Conversation.account_id == account_id,
            Conversation.status == ConversationStatus.OPEN,
            Conversation.assigned_user_id.in_(user_ids),
        )
        .group_by(Conversation.assigned_user_id)
    )
    return {row.assigned_user_id: row.load for row in rows}


@dataclass
class Running:
    """A dispatch that is not over, and how many of its people are dealt with."""

    id: int
    starter: str
    paused: bool
    total: int = 0
    done: int = 0


def running_dispatches(account_id: int) -> list[Running]:
    """The newest dispatches that run or are paused, with their progress, in one query."""
    newest = (
        sa.select(Dispatch.id, Dispatch.status, ChatStarter.name)
        .join(ChatStarter, ChatStarter.id == Dispatch.starter_id)
        .where(
            Dispatch.account_id == account_id,
            Dispatch.status.in_((DispatchStatus.RUNNING, DispatchStatus.PAUSED)),
        )
        .order_by(Dispatch.id.desc())
        .limit(RUNNING_SHOWN)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(newest, DispatchRecipient.state, Message.state.label("message"), sa.func.count().label("people"))
        .join(DispatchRecipient, DispatchRecipient.dispatch_id == newest.c.id)
        .outerjoin(Message, Message.id == DispatchRecipient.message_id)
        .group_by(*newest.c, DispatchRecipient.state, Message.state)
        .order_by(newest.c.id.desc())
    )
    found: dict[int, Running] = {}
    for row in rows:
        paused = row.status is DispatchStatus.PAUSED
        running = found.setdefault(row.id, Running(row.id, row.name, paused))
        running.total += row.people
        running.done += row.people if _is_done(row.state, row.message) else 0
    return list(found.values())


def _is_done(recipient: RecipientState, message: State | None) -> bool:
    return recipient is not RecipientState.PLANNED and message not in (State.QUEUED, State.SENDING)
