"""Which queued reply goes out next, and which may not go out any more."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal import clock
from portal.chat_starters.models import ChatStarter, StarterStatus
from portal.chat_starters.rules import wildcards
from portal.connection import linked
from portal.connection import queries as connections
from portal.connection.models import Connection, ScheduleKind
from portal.extensions import db, transactions
from portal.inbox.models import Lane, Message
from portal.inbox.outbox_queries import in_outbox
from portal.inbox.rules.ledger import State
from portal.inbox.rules.reasons import OPTED_OUT, OTHER_API, STARTER_CHANGED, WINDOW_CLOSED
from portal.inbox.service.changes import changed
from portal.inbox.service.ledger import Claim, give_up, reserve
from portal.inbox.service.window import may_write

LATER = timedelta(hours=1)
"""When to look again at a start for which the sending window never opens."""


def claim_replies(limit: int) -> list[Claim]:
    """Reserve up to `limit` queued replies, oldest first and one at a time for each conversation, and commit.

    Those whose 24 h window closed, or whose API was replaced by another, while they waited become `failed` here, before
    any request.
    """
    claims: list[Claim] = []
    while not claims and _any_ready():
        rows = db.session.scalars(_ready_replies().limit(limit).with_for_update(skip_locked=True, of=Message)).all()
        now = clock.now()
        claims = reserve([message for message in rows if _still_allowed(message, now)], now)
        db.session.commit()
        if not rows:  # others have them
            break
    return claims


def _any_ready() -> bool:
    """A read-only look first: an idle sender, many times a minute, must not take SQLite's one write lock."""
    with transactions(read_only=True):
        found = db.session.scalar(_ready_replies().with_only_columns(Message.id).limit(1))
        db.session.rollback()
    return found is not None


def _ready_replies() -> sa.Select[Message]:
    earlier = aliased(Message)
    in_order = ~sa.exists().where(
        earlier.conversation_id == Message.conversation_id,
        earlier.id < Message.id,
        earlier.lane == Lane.REPLY,
        earlier.state.in_((State.QUEUED, State.SENDING)),
        # A starter that is held holds nobody else up: the person may have written meanwhile.
        sa.or_(earlier.starter_id.is_(None), earlier.state == State.SENDING),
    )
    return (
        sa.select(Message)
        .join(Connection, Connection.id == Message.connection_id)
        .outerjoin(ChatStarter, ChatStarter.id == Message.starter_id)
        .where(
            in_outbox(),
            Message.lane == Lane.REPLY,
            Message.state == State.QUEUED,
            sa.or_(Message.not_before.is_(None), Message.not_before <= clock.now()),
            Connection.stopped_code == "",
            linked.fit_rows(),
            sa.or_(Message.starter_id.is_(None), ChatStarter.status == StarterStatus.APPROVED),
            in_order,
        )
        .order_by(Message.id)
    )


def _still_allowed(message: Message, now: datetime) -> bool:
    conversation = message.conversation
    if not conversation.connection.enabled:
        reason = OTHER_API
    elif message.starter_id is not None and conversation.contact.opt_out is not None:
        reason = OPTED_OUT
    elif message.starter_id is not None:
        if not connections.is_open(message.account_id, ScheduleKind.SENDING, now):
            # It was held meanwhile, and would go out at an hour at which nobody may be started.
            message.not_before = connections.next_opening(message.account_id, ScheduleKind.SENDING, now) or now + LATER
            return False
        if _is_as_written(message):
            return True
        reason = STARTER_CHANGED
    elif message.kind == "template" or may_write(conversation, now):
        return True
    else:
        reason = WINDOW_CLOSED
    message.error_code = reason
    give_up(message)
    changed(conversation)
    return False


def _is_as_written(message: Message) -> bool:
    """Whether a starter's text at Meta is still the one that the person who started the chat saw."""
    assert message.starter is not None and message.content is not None
    return bool(wildcards.filled(message.starter.body, message.content["parameters"]) == message.content["body"])
