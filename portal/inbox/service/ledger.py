"""The ledger of what goes out: reserve, send, settle. See the house rules: what may have gone out is never sent again
by a machine."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import joinedload

from portal import clock, gateways
from portal.accounts.models import Account
from portal.connection import queries as connections
from portal.connection import usage
from portal.connection.models import Connection
from portal.extensions import db
from portal.gateways.base import Accepted, Line, Recipient, SendError, Uncertain
from portal.gateways.messages import Content, from_json
from portal.inbox.models import Conversation, Lane, Message
from portal.inbox.outbox_queries import in_outbox
from portal.inbox.rules.ledger import CLAIM_LIFE, SEND_WITHIN, State, advance, next_try
from portal.inbox.rules.reasons import LOST_WORKER
from portal.inbox.service import notices
from portal.inbox.service.changes import changed
from portal.live.service import emit

log = logging.getLogger("portal.ledger")

SETTLE_AGAIN = (0.2, 1.0, 5.0)
"""Seconds before each further try to store an answer. They end long before the sweeper takes the worker for dead."""

_UNWELL = (OperationalError, PoolTimeout)

_OF_ATTEMPTS = (
    sa.select(Message)
    .where(Message.attempt_id.in_(sa.bindparam("attempts", expanding=True)))
    .options(joinedload(Message.conversation).joinedload(Conversation.contact))
    .order_by(Message.id)
    .with_for_update(of=Message)
    .execution_options(populate_existing=True)
)


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


@dataclass(frozen=True)
class Answer:
    """What became of an attempt; no `result` when nothing was tried, because it was too late to."""

    claim: Claim
    result: Accepted | SendError | Uncertain | None

    @property
    def stops(self) -> bool:
        return isinstance(self.result, SendError) and self.result.stop


def reserve(messages: Sequence[Message], now: datetime) -> list[Claim]:
    """Mark messages as being sent, each under a new attempt id. The caller commits *before* anything goes out.

    `now` is the moment of whose day the caller debited the limit: a start that is refused returns its share to it.
    """
    for message in messages:
        message.state = State.SENDING
        message.attempt_id = uuid.uuid4().hex
        message.attempts += 1
        message.claimed_at = now
        message.error_code = message.error_detail = ""
    db.session.flush()
    for message in messages:
        changed(message.conversation)
    return [_claim(message) for message in messages]


def _claim(message: Message) -> Claim:
    connection, contact = message.conversation.connection, message.conversation.contact
    assert message.attempt_id is not None and message.content is not None
    return Claim(
        message_id=message.id,
        attempt_id=message.attempt_id,
        kind=connection.kind.value,
        line=connection.line,
        to=Recipient(wa_id=contact.wa_id, e164=contact.e164, bsuid=contact.bsuid or ""),
        content=from_json(message.content),
        claimed_at=time.monotonic(),
    )


def attempt(claim: Claim) -> Answer:
    """Send a reserved message. It touches no database, so no transaction is open while the provider answers."""
    if time.monotonic() - claim.claimed_at > SEND_WITHIN.total_seconds():
        return Answer(claim, None)
    try:
        return Answer(claim, gateways.get(claim.kind).send(claim.line, claim.to, claim.content, claim.attempt_id))
    except (SendError, Uncertain) as error:
        return Answer(claim, error)
    except Exception as error:  # a defect of ours proves nothing about what went out
        log.exception("sending failed in an unforeseen way")
        return Answer(claim, Uncertain(type(error).__name__))


def settle(answers: Sequence[Answer]) -> None:
    """Store what became of some attempts, with one commit for all. What cannot be stored costs its neighbours nothing:
    each is then stored alone, and the first error is raised at the end."""
    try:
        _store_again_if_unwell(answers)
        return
    except Exception as error:
        db.session.rollback()
        if len(answers) == 1:
            raise
        log.exception("%s answers could not be stored together: now each alone", len(answers))
        # A database that is unwell has been asked often enough by now.
        store = _store if isinstance(error, _UNWELL) else _store_again_if_unwell
    failures: list[Exception] = []
    for answer in answers:
        try:
            store([answer])
        except Exception as error:
            db.session.rollback()
            log.exception("an answer could not be stored")
            failures.append(error)
    if failures:
        raise failures[0]


def _store_again_if_unwell(answers: Sequence[Answer]) -> None:
    """A database that is unwell for a moment must not make a known fate unknown."""
    for pause in SETTLE_AGAIN:
        try:
            _store(answers)
            return
        except _UNWELL:
            db.session.rollback()
            log.warning("answers could not be stored: again in %s s", pause, exc_info=True)
            time.sleep(pause)
    _store(answers)


def _store(answers: Sequence[Answer]) -> None:
    # Before the messages, as the webhooks and the sending agent lock them.
    stopping = sorted({answer.claim.line.connection_id for answer in answers if answer.stops})
    stopped = {each: connections.locked(each) for each in stopping}
    messages = _latest([answer.claim for answer in answers])
    for answer in answers:
        message = messages.get(answer.claim.attempt_id)
        if message is not None:
            _write(message, answer, stopped.get(answer.claim.line.connection_id) if answer.stops else None)
    db.session.commit()


def _latest(claims: Sequence[Claim]) -> dict[str | None, Message]:
    """The claimed rows by attempt id, locked, of those attempts that are still the latest of their message."""
    rows = db.session.scalars(_OF_ATTEMPTS, {"attempts": [claim.attempt_id for claim in claims]})
    return {message.attempt_id: message for message in rows}


def _write(message: Message, answer: Answer, stopped: Connection | None) -> None:
    result = answer.result
    if isinstance(result, Accepted):
        _accepted(message, result)
    elif message.state is not State.SENDING:
        return  # a webhook told more meanwhile, or a person decided
    elif isinstance(result, SendError):
        _refused(message, answer.claim, result, stopped)
    elif result is None:
        message.attempts -= 1  # nothing was tried
        _requeue(message, None)
    else:
        message.state, message.error_detail = State.UNKNOWN, str(result)[:500]
    changed(message.conversation)


def _accepted(message: Message, accepted: Accepted) -> None:
    message.state = advance(message.state, State.ACCEPTED)
    message.provider_id = message.provider_id or accepted.provider_id
    if accepted.wa_id:
        message.conversation.contact.wa_id = accepted.wa_id[:20]


def _refused(message: Message, claim: Claim, error: SendError, connection: Connection | None) -> None:
    """Proven not sent: try later, hold it while the connection is unfit, or fail with the provider's reason.

    `connection` is given, locked, when the refusal concerns all of it.
    """
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
        .where(in_outbox(), Message.state == State.SENDING, Message.claimed_at < limit)
        .with_for_update(skip_locked=True)
    ).all()
    for message in lost:
        message.state, message.error_code = State.UNKNOWN, LOST_WORKER
        changed(message.conversation)
    db.session.commit()
    return len(lost)
