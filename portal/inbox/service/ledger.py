"""The ledger of what goes out: reserve, send, settle. See the house rules: what may have gone out is never sent again
by a machine."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from portal import clock, gateways
from portal.accounts.models import Account
from portal.connection import queries as connections
from portal.connection import usage
from portal.connection.models import Connection
from portal.extensions import db
from portal.gateways import messages
from portal.gateways.base import Accepted, Line, Recipient, SendError, Uncertain
from portal.gateways.messages import Content
from portal.inbox.models import Contact, Direction, Lane, Message
from portal.inbox.rules.ledger import CLAIM_LIFE, SEND_WITHIN, State, advance, next_try
from portal.inbox.rules.reasons import LOST_WORKER
from portal.inbox.service import notices
from portal.inbox.service.changes import changed
from portal.live.service import emit

log = logging.getLogger("portal.ledger")

SETTLE_AGAIN = (0.2, 1.0, 5.0)
"""Seconds before each further try to store an answer. They end long before the sweeper takes the worker for dead."""


@dataclass(frozen=True)
class Claim:
    """A reserved message, with all that sending it needs: no database is touched until it is settled."""

    message_id: int
    attempt_id: str
    kind: str
    line: Line
    to: Recipient
    content: Content
    claimed_at: float


def reserve(message: Message, now: datetime) -> Claim:
    """Mark a message as being sent under a new attempt id. The caller commits *before* anything goes out.

    `now` is the moment of whose day the caller debited the limit: a start that is refused returns its share to it.
    """
    message.state = State.SENDING
    message.attempt_id = uuid.uuid4().hex
    message.attempts += 1
    message.claimed_at = now
    message.error_code = message.error_detail = ""
    connection = message.conversation.connection
    contact = message.conversation.contact
    changed(message.conversation)
    assert message.content is not None
    return Claim(
        message_id=message.id,
        attempt_id=message.attempt_id,
        kind=connection.kind.value,
        line=connection.line,
        to=_recipient(contact),
        content=messages.from_json(message.content),
        claimed_at=time.monotonic(),
    )


def _recipient(contact: Contact) -> Recipient:
    return Recipient(wa_id=contact.wa_id, e164=contact.e164, bsuid=contact.bsuid or "")


def transmit(claim: Claim) -> None:
    """Send a reserved message and settle it. No transaction is open while the provider answers. Raises only when the
    answer cannot be stored."""
    if time.monotonic() - claim.claimed_at > SEND_WITHIN.total_seconds():
        _settle(partial(_release, claim))
        return
    try:
        accepted = gateways.get(claim.kind).send(claim.line, claim.to, claim.content, claim.attempt_id)
    except SendError as error:
        _settle(partial(_refused, claim, error))
    except Uncertain as error:
        _settle(partial(_uncertain, claim, str(error)))
    except Exception as error:  # a defect of ours proves nothing about what went out
        log.exception("sending failed in an unforeseen way")
        _settle(partial(_uncertain, claim, type(error).__name__))
    else:
        _settle(partial(_accepted, claim, accepted))


def _settle(write: Callable[[], None]) -> None:
    """Store what became of an attempt. A database that is unwell for a moment must not make a known fate unknown."""
    for pause in SETTLE_AGAIN:
        try:
            write()
            return
        except (OperationalError, PoolTimeout):
            db.session.rollback()
            log.warning("an answer could not be stored: again in %s s", pause, exc_info=True)
            time.sleep(pause)
    write()


def _mine(claim: Claim) -> Message | None:
    """The claimed row, locked, while this attempt is still its latest."""
    return db.session.scalar(
        sa.select(Message)
        .where(Message.id == claim.message_id, Message.attempt_id == claim.attempt_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _accepted(claim: Claim, accepted: Accepted) -> None:
    message = _mine(claim)
    if message is not None:
        message.state = advance(message.state, State.ACCEPTED)
        message.provider_id = message.provider_id or accepted.provider_id
        if accepted.wa_id:
            message.conversation.contact.wa_id = accepted.wa_id[:20]
        changed(message.conversation)
    db.session.commit()


def _refused(claim: Claim, error: SendError) -> None:
    """Proven not sent: try later, hold it while the connection is unfit, or fail with the provider's reason."""
    # Before the message, as the webhooks and the sending agent lock them.
    connection = connections.locked(claim.line.connection_id) if error.stop else None
    message = _mine(claim)
    if message is not None and message.state is State.SENDING:
        message.error_code, message.error_detail = error.code[:40], error.detail
        again = next_try(message.attempts, clock.now()) if error.retry else None
        if connection is not None:
            if connection.line == claim.line:  # else the cause is put right already: those were the old credentials
                stop_connection(connection, error.code)
            _requeue(message, None)
        elif again is not None:
            _requeue(message, again)
        else:
            give_up(message)
        changed(message.conversation)
    db.session.commit()


def give_up(message: Message) -> None:
    """It surely did not go out and will not: a start that was one gives back what it took, in the caller's transaction."""
    message.state = State.FAILED
    if message.lane is Lane.DISPATCH:
        forget_start(message)
    elif message.starter_id is not None:
        forget_start(message)
        _return_share(message)


def forget_start(message: Message) -> None:
    """Let a person be started again whose chat starter provably never left, in the caller's transaction."""
    contact = message.conversation.contact
    last, own = contact.last_starter_at, message.claimed_at
    if last is None or own is None or last <= own:  # not if another one was started since
        contact.last_starter_at = None  # the one before was more than 24 h ago, or this one would not have been queued


def _uncertain(claim: Claim, detail: str) -> None:
    message = _mine(claim)
    if message is not None and message.state is State.SENDING:
        message.state, message.error_detail = State.UNKNOWN, detail[:500]
        changed(message.conversation)
    db.session.commit()


def _release(claim: Claim) -> None:
    message = _mine(claim)
    if message is not None and message.state is State.SENDING:
        message.attempts -= 1  # nothing was tried
        _requeue(message, None)
        changed(message.conversation)
    db.session.commit()


def _requeue(message: Message, not_before: datetime | None) -> None:
    """Back to the queue. A start of the sending agent returns its share of the day on which it was reserved."""
    message.state, message.not_before = State.QUEUED, not_before
    if message.lane is Lane.DISPATCH:
        _return_share(message)


def _return_share(message: Message) -> None:
    """To the day on which it was taken: when the agent claimed the start, or when a person queued it."""
    taken_at = message.created_at if message.starter_id is not None else message.claimed_at
    if taken_at is not None:
        connection = message.conversation.connection
        zone = db.session.get_one(Account, connection.account_id).timezone
        usage.give_back(connection, clock.local(taken_at, zone).date(), 1)


def stop_connection(connection: Connection, code: str) -> None:
    """Hold everything of a connection until an admin puts it right; in the caller's transaction."""
    if not connection.stopped_code:
        connection.stopped_code, connection.stopped_at = code[:40], clock.now()
        emit(connection.account_id, "connection", connection.id)
        notices.stopped(connection)


def sweep_lost() -> int:
    """Turn rows that a dead worker left in `sending` into `unknown`. Returns how many; commits."""
    limit = clock.now() - CLAIM_LIFE
    lost: Sequence[Message] = db.session.scalars(
        sa.select(Message)
        .where(Message.state == State.SENDING, Message.direction == Direction.OUT, Message.claimed_at < limit)
        .with_for_update(skip_locked=True)
    ).all()
    for message in lost:
        message.state, message.error_code = State.UNKNOWN, LOST_WORKER
        changed(message.conversation)
    db.session.commit()
    return len(lost)
