"""The entrance: keep the raw body → answer 200 → apply every item once. What a person's message sets off is spelled out
in `_inbound`: record → is it a refusal? → ask the assistant → queue the answer."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError

from portal import clock, gateways, jobs
from portal.assistant import service as assistant
from portal.chat_starters.service import sync as starters
from portal.connection import queries as connections
from portal.connection import service as numbers_service
from portal.connection.models import Connection
from portal.extensions import db, insert_if_missing, transactions
from portal.gateways.base import (
    Broken,
    Echo,
    Inbound,
    Item,
    LinkUpdate,
    Preference,
    StatusUpdate,
    TemplateUpdate,
    Unknown,
)
from portal.inbox.models import Conversation, ConversationStatus, Message
from portal.inbox.service import assign, opt_out, record
from portal.webhooks.keeping import row_of
from portal.webhooks.models import WebhookEvent, WebhookState

log = logging.getLogger("portal.webhooks")

MAX_ATTEMPTS = 5
BATCH = 100

UNWELL = (OperationalError, InterfaceError, TimeoutError, sqlite3.OperationalError)
"""The database refuses, is gone, or has no connection or lock free: nothing is the body's fault, and no try is spent."""

KEEP = timedelta(days=30)
"""Of what was applied. Far beyond the 7 days in which a provider repeats a body, which must find the first; time enough
to look into a complaint or to correct a number, and no archive of what people wrote: that is the inbox."""

PRUNED_AT_ONCE = 200
"""Rows in one DELETE: while it runs, nobody else writes on SQLite."""


def receive(connection: Connection, body: bytes) -> None:
    """Keep an authentic webhook body, durably, before it is answered; the same body again changes nothing.

    What Meta posts comes by `entrance`, which keeps many at once; this is for those that come one by one.
    """
    row = row_of(connection.kind.value, connection.account_id, connection.line, body)
    insert_if_missing(WebhookEvent, **row)  # the provider repeats itself for up to 7 days
    db.session.commit()
    jobs.wake("apply-webhooks")


def apply_pending() -> int:
    """Apply what has been received, oldest first, one transaction for each body, each tried once in a pass. Returns how
    many bodies."""
    tried: set[int] = set()
    while len(tried) < BATCH and (event_id := _next_pending(tried)) is not None:
        tried.add(event_id)
        try:
            _apply(event_id)
        except UNWELL:  # the next tick tries again
            db.session.rollback()
            raise
        except Exception as error:
            db.session.rollback()
            log.exception("webhook %s could not be applied", event_id)
            _note_failure(event_id, error)
    if tried:
        jobs.wake("send-outbox")
        jobs.wake("fetch-media")
    return len(tried)


def _next_pending(but: Collection[int]) -> int | None:
    with transactions(read_only=True):
        found = db.session.scalar(
            sa.select(WebhookEvent.id)
            .where(WebhookEvent.state == WebhookState.RECEIVED, WebhookEvent.id.not_in(but))
            .order_by(WebhookEvent.attempts, WebhookEvent.id)
            .limit(1)
        )
        db.session.rollback()
    return found


@dataclass
class Tally:
    """What was not applied. `failed` items are understood but met an error of ours: the body is tried again. `link`:
    something was said of the link to the phone, which is unsigned and only makes the portal ask."""

    unknown: int = 0
    broken: int = 0
    failed: int = 0
    error: str = ""
    link: bool = False

    def note(self, error: Exception | str) -> None:
        self.error += f"{error}\n" if isinstance(error, str) else f"{type(error).__name__}: {error}\n"


def _apply(event_id: int) -> None:
    event = db.session.get(WebhookEvent, event_id, with_for_update={"skip_locked": True}, populate_existing=True)
    if event is None or event.state is not WebhookState.RECEIVED:
        db.session.rollback()  # another process has it
        return
    connection = db.session.get_one(Connection, event.connection_id)
    items = gateways.get(connection.kind.value).parse(event.body).items
    # One body of a connection at a time: two first messages of one person must not open two conversations.
    numbers = connections.locked_numbers(connection, {phone_number_id for phone_number_id, _ in items})
    tally = Tally()
    for phone_number_id, item in items:
        if phone_number_id not in numbers and not isinstance(item, Unknown | Broken):
            numbers_service.heard(connection, phone_number_id)
        _apply_item(numbers.get(phone_number_id), item, tally)
    event.unknown_items, event.broken_items, event.error = tally.unknown, tally.broken, tally.error[:2000]
    if tally.failed:
        _count_attempt(event)
    else:
        event.state, event.applied_at = WebhookState.APPLIED, clock.now()
    for heard_of in {connection, *numbers.values()}:
        heard_of.last_webhook_at = clock.now()
    db.session.commit()
    if tally.link:
        jobs.wake("connection-status")


def _apply_item(connection: Connection | None, item: Item, tally: Tally) -> None:
    """One item of a number, None for one that is no number of ours, in a savepoint of its own: a bad one is noted, and the others of its batch go on.

    Items are applied once however often their body is tried, so a body with a failed item can simply be tried again.
    """
    if isinstance(item, Broken):
        tally.broken += 1
        tally.note(item.reason)
        return
    if isinstance(item, Unknown) or connection is None:
        tally.unknown += 1
        return
    try:
        with db.session.begin_nested():
            if isinstance(item, Inbound):
                _inbound(connection, item, tally)
            elif isinstance(item, Echo):
                _echo(connection, item)
            elif isinstance(item, LinkUpdate):
                tally.link = True
            elif isinstance(item, Preference):
                opt_out.preferred(connection.account_id, item)
            elif not _told(connection, item):
                tally.unknown += 1
    except UNWELL:  # not the item's fault: the whole body is tried again
        raise
    except Exception as error:
        log.exception("a webhook item could not be applied")
        tally.failed += 1
        tally.note(error)


def _told(connection: Connection, item: StatusUpdate | TemplateUpdate) -> bool:
    """Apply what the provider tells of a message or of a template; False when it is about none that we have."""
    if isinstance(item, TemplateUpdate):
        return starters.apply_update(connection, item)
    return record.status(connection, item)


def _inbound(connection: Connection, item: Inbound, tally: Tally) -> None:
    recorded = record.inbound(connection, item)
    if recorded is None:
        return
    conversation, message = recorded
    if _is_refusal(conversation, message, item.reply_id, tally):
        return
    assisted = conversation.status is ConversationStatus.ASSISTANT
    if assisted and connection.enabled:
        _ask_the_assistant(conversation, message, item.reply_id, tally)
    elif assisted:  # they wrote to an API that is not in use any more
        assign.hand_over(conversation)
    elif conversation.status is ConversationStatus.STARTED:
        assign.answered(conversation)


def _is_refusal(conversation: Conversation, message: Message, reply_id: str, tally: Tally) -> bool:
    """Whether the person wished no more messages, and that was seen to. A defect in it must not cost the message."""
    try:
        with db.session.begin_nested():
            return assistant.take_refusal(conversation, message, reply_id)
    except UNWELL:
        raise
    except Exception as error:
        log.exception("a refusal in conversation %s could not be noted", conversation.id)
        tally.note(error)
        return False


def _echo(connection: Connection, item: Echo) -> None:
    """Somebody answered on the phone itself: the assistant steps back, and an operator has the conversation."""
    conversation = record.echo(connection, item)
    if conversation is not None and conversation.status is ConversationStatus.ASSISTANT:
        assign.hand_over(conversation)


def _ask_the_assistant(conversation: Conversation, message: Message, reply_id: str, tally: Tally) -> None:
    """A defect of the assistant must not cost the person's message: a human gets the conversation instead."""
    try:
        with db.session.begin_nested():
            assistant.answer(conversation, message, reply_id)
    except UNWELL:
        raise
    except Exception as error:
        log.exception("the assistant failed: conversation %s goes to a person", conversation.id)
        tally.note(error)
        assign.hand_over(conversation)


def _count_attempt(event: WebhookEvent) -> None:
    event.attempts += 1
    if event.attempts >= MAX_ATTEMPTS:
        event.state = WebhookState.FAILED


def _note_failure(event_id: int, error: Exception) -> None:
    event = db.session.get(WebhookEvent, event_id)
    if event is not None:
        event.error = f"{type(error).__name__}: {error}"[:2000]
        _count_attempt(event)
    db.session.commit()


def apply_again(connection: Connection) -> None:
    """Put the bodies of a connection that held something for nobody back in the line, in the caller's transaction: its
    number was corrected. What was applied is not applied twice."""
    db.session.execute(
        sa.update(WebhookEvent)
        .where(
            WebhookEvent.connection_id == connection.id,
            WebhookEvent.state == WebhookState.APPLIED,
            WebhookEvent.unknown_items > 0,
        )
        .values(state=WebhookState.RECEIVED, attempts=0)
    )


def retry_failed(account_id: int) -> int:
    """Put a company's bodies that could not be applied back in the line, at a person's request; commits. How many."""
    result = db.session.execute(
        sa.update(WebhookEvent)
        .where(WebhookEvent.account_id == account_id, WebhookEvent.state == WebhookState.FAILED)
        .values(state=WebhookState.RECEIVED, attempts=0)
    )
    db.session.commit()
    jobs.wake("apply-webhooks")
    return int(result.rowcount)  # type: ignore[attr-defined]


def prune() -> int:
    """Delete the applied bodies that came longer ago than `KEEP`, oldest first, a few to a commit. Returns how many."""
    pruned, limit = 0, clock.now() - KEEP
    while ids := _oldest_applied(limit):
        result = db.session.execute(
            sa.delete(WebhookEvent).where(WebhookEvent.id.in_(ids), WebhookEvent.state == WebhookState.APPLIED)
        )
        db.session.commit()
        pruned += int(result.rowcount)  # type: ignore[attr-defined]
    return pruned


def _oldest_applied(limit: datetime) -> list[int]:
    """Looks at the oldest rows only: the table of a month is not read through to find that nothing is left."""
    with transactions(read_only=True):
        rows = db.session.execute(
            sa.select(WebhookEvent.id, WebhookEvent.received_at)
            .where(WebhookEvent.state == WebhookState.APPLIED)
            .order_by(WebhookEvent.id)
            .limit(PRUNED_AT_ONCE)
        ).all()
        db.session.rollback()
    return [row.id for row in rows if row.received_at < limit]
