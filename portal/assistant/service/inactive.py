"""The end of conversations in which a person no longer answers the assistant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from portal import clock, jobs
from portal.bot_messages import queries as bot_messages
from portal.bot_messages.rules import MessageKind
from portal.connection.models import Connection
from portal.extensions import db, transactions
from portal.gateways.messages import Text
from portal.inbox.models import Author, Conversation, ConversationStatus
from portal.inbox.service import queue, reply
from portal.inbox.service.window import may_write
from portal.menu.models import MenuSettings

BATCH = 200


def close_inactive() -> int:
    """End what waits in the assistant for longer than its company allows (`inactivity_minutes`, 0 for never), with the
    message of inactivity while the 24 h window is open; one transaction for each. Returns how many; commits.

    What waits at an API that is stopped or not in use any more stays: the person may never have got the question.
    """
    ended = sum(_end(conversation_id, limit) for conversation_id, limit in _left())
    if ended:
        jobs.wake("send-outbox")
    return ended


def _left() -> Sequence[tuple[int, datetime]]:
    """The conversations to look at, each with the moment after which something must have been said in it."""
    now = clock.now()
    with transactions(read_only=True):
        spans = db.session.scalars(
            sa.select(MenuSettings.inactivity_minutes).where(MenuSettings.inactivity_minutes > 0).distinct()
        ).all()
        limits = {minutes: now - timedelta(minutes=minutes) for minutes in spans}
        found = [(row, limits[minutes]) for minutes in limits for row in _waiting(minutes, limits[minutes])]
        db.session.rollback()
    return found[:BATCH]


def _waiting(minutes: int, limit: datetime) -> Sequence[int]:
    return db.session.scalars(
        sa.select(Conversation.id)
        .join(MenuSettings, MenuSettings.account_id == Conversation.account_id)
        .join(Connection, Connection.id == Conversation.connection_id)
        .where(
            MenuSettings.inactivity_minutes == minutes,
            Conversation.status == ConversationStatus.ASSISTANT,
            Conversation.last_message_at < limit,
            Connection.enabled,
            Connection.stopped_code == "",
        )
        .order_by(Conversation.id)
        .limit(BATCH)
    ).all()


def _end(conversation_id: int, limit: datetime) -> bool:
    """End one conversation if it still waits: another process, or the person's answer, may have come first."""
    conversation = db.session.scalar(
        sa.select(Conversation)
        .where(
            Conversation.id == conversation_id,
            Conversation.status == ConversationStatus.ASSISTANT,
            Conversation.last_message_at < limit,
        )
        .with_for_update(skip_locked=True, of=Conversation)
        .execution_options(populate_existing=True)
    )
    if conversation is not None:
        if may_write(conversation, clock.now()):
            text = bot_messages.text(conversation.account_id, MessageKind.INACTIVITY)
            queue.add(conversation, Text(text), Author.ASSISTANT)
        reply.end(conversation)
    db.session.commit()
    return conversation is not None
