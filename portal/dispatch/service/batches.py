"""One batch of the sending agent: reserve (limit debited, rows claimed, committed) → send → settle."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from portal import clock
from portal.accounts.models import Account
from portal.connection import linked, usage
from portal.connection import queries as connections
from portal.connection.models import Connection, ScheduleKind
from portal.dispatch.models import Dispatch, DispatchRecipient, DispatchStatus, RecipientState
from portal.dispatch.queries import dispatches
from portal.dispatch.queries import people as queries
from portal.dispatch.rules import Reason, Situation, reason_against
from portal.dispatch.service.control import drop, drop_late
from portal.extensions import db, transactions
from portal.gateways.messages import Template
from portal.inbox.models import Author, Contact, Conversation, ConversationStatus, Lane, Message
from portal.inbox.rules import reasons
from portal.inbox.rules.ledger import State
from portal.inbox.service import queue, record
from portal.inbox.service.ledger import Claim, reserve
from portal.inbox.service.sender import transmit_all
from portal.live.service import emit
from portal.portfolio.rules.search import search_key

log = logging.getLogger("portal.dispatch")

LOOKS = 50
"""How often one claim looks for further people when those it found are left out: it holds the connection meanwhile."""


def send_batch() -> int:
    """Send one batch on every connection that has a running dispatch. Returns how many messages were tried.

    What goes wrong with one connection does not hold up the others; the last such error is raised at the end.
    """
    with transactions(read_only=True):
        running = dispatches.running_connections()
        db.session.rollback()
    tried, failure = 0, None
    for connection_id in running:
        try:
            tried += _send_on(connection_id)
        except Exception as error:
            log.exception("the batch of connection %s failed", connection_id)
            db.session.rollback()
            failure = error
    if failure is not None:
        raise failure
    return tried


def _send_on(connection_id: int) -> int:
    claims = claim_batch(connection_id)
    if claims:
        transmit_all(claims)
    finish_exhausted(connection_id, sent=bool(claims))
    return len(claims)


def claim_batch(connection_id: int) -> list[Claim]:
    """Reserve up to *Máx. Envio entrada agente* starts within what is left of *Máx. Envio por Dia*, and commit.

    None outside the sending window, not even of what came back unsent: the clock is read once, under the lock. The
    connection's row is locked throughout: it keeps two agents, and the agent and the webhooks, from making two
    conversations for one person; and it makes the limit exact.
    """
    connection = connections.locked(connection_id)
    if connection.stopped_code or not connection.enabled or not linked.is_fit(connection):
        db.session.rollback()
        return []
    now = clock.now()
    if not connections.is_open(connection.account_id, ScheduleKind.SENDING, now):
        db.session.rollback()
        return []
    today = clock.local(now, db.session.get_one(Account, connection.account_id).timezone).date()
    granted = usage.reserve(connection, today, connection.batch_size)
    sendable = dispatches.sendable(connection.id)
    messages = _returned(connection, sendable, granted, now)
    messages += _new(connection, sendable, granted - len(messages), now)
    usage.give_back(connection, today, granted - len(messages))
    claims = [reserve(message, now) for message in messages]
    db.session.commit()
    return claims


def _returned(connection: Connection, sendable: Sequence[int], limit: int, now: datetime) -> list[Message]:
    """Starts that provably did not go out at an earlier try and whose time has come again."""
    rows = db.session.execute(
        sa.select(Message, DispatchRecipient, Dispatch)
        .join(DispatchRecipient, DispatchRecipient.message_id == Message.id)
        .join(Dispatch, Dispatch.id == DispatchRecipient.dispatch_id)
        .where(
            Message.connection_id == connection.id,
            Message.lane == Lane.DISPATCH,
            Message.state == State.QUEUED,
            sa.or_(Message.not_before.is_(None), Message.not_before <= now),
            Dispatch.id.in_(sendable),
        )
        .order_by(Message.id)
        .limit(limit)
        .with_for_update(of=Message)
    ).all()
    kept = []
    for message, recipient, dispatch in rows:
        contact = record.locked_contact(message.conversation.contact_id)
        last = _other_start(contact, message)
        reason = _reason_against(recipient, dispatch, contact, message.conversation, last, now)
        if reason is None:
            contact.last_starter_at = now
            kept.append(message)
        else:
            drop(recipient, reason, reasons.LEFT_OUT)
        emit(dispatch.account_id, "dispatch", dispatch.id)
    return kept


def _other_start(contact: Contact, message: Message) -> datetime | None:
    """When the person last got a start that is not this one: its own earlier try does not count."""
    last, own = contact.last_starter_at, message.claimed_at
    return last if last and own and last > own else None


def _new(connection: Connection, sendable: Sequence[int], limit: int, now: datetime) -> list[Message]:
    """Messages for the next planned people; those to whom nothing may be started any more are left out on the way.

    None while others wait for another try: what keeps them back, an outage or a limit of Meta's, would keep these back
    too, and an hour of it would use up the tries of a whole list.
    """
    messages: list[Message] = []
    if dispatches.waits_for_another_try(connection.id, now):
        return messages
    for _ in range(LOOKS):
        planned = _planned(sendable, limit - len(messages))
        for recipient, dispatch in planned:
            message = _start_chat(connection, recipient, dispatch, now)
            if message is not None:
                messages.append(message)
        db.session.flush()
        if not planned or len(messages) == limit:
            break
    return messages


def _planned(sendable: Sequence[int], limit: int) -> list[tuple[DispatchRecipient, Dispatch]]:
    rows = db.session.execute(
        sa.select(DispatchRecipient, Dispatch)
        .join(Dispatch, Dispatch.id == DispatchRecipient.dispatch_id)
        .where(
            Dispatch.id.in_(sendable),
            DispatchRecipient.state == RecipientState.PLANNED,
        )
        .order_by(DispatchRecipient.id)
        .limit(limit)
        .with_for_update(of=DispatchRecipient)
    )
    return [(recipient, dispatch) for recipient, dispatch in rows]


def _start_chat(
    connection: Connection, recipient: DispatchRecipient, dispatch: Dispatch, now: datetime
) -> Message | None:
    emit(recipient.account_id, "dispatch", dispatch.id)
    contact = record.contact_for(recipient.account_id, recipient.match_key, recipient.e164)
    conversation = record.live_conversation(connection, contact)
    reason = _reason_against(recipient, dispatch, contact, conversation, contact.last_starter_at, now)
    if reason is not None:
        recipient.state, recipient.reason = RecipientState.SKIPPED, reason.value
        return None
    if conversation is None:
        conversation = record.add_conversation(connection, contact, ConversationStatus.STARTED)
    conversation.debtor_id = recipient.debtor_id
    starter = dispatch.starter
    content = Template(starter.name, starter.language, tuple(recipient.parameters), recipient.body)
    message = queue.add(conversation, content, Author.DISPATCH, lane=Lane.DISPATCH)
    db.session.flush()
    contact.last_starter_at = now
    recipient.state, recipient.message_id = RecipientState.TAKEN, message.id
    return message


def _reason_against(
    recipient: DispatchRecipient,
    dispatch: Dispatch,
    contact: Contact,
    conversation: Conversation | None,
    last_starter_at: datetime | None,
    now: datetime,
) -> Reason | None:
    """What may have changed since the list was fixed, days ago perhaps."""
    category = queries.category_of(recipient.account_id, recipient.debtor_id)
    situation = Situation(
        category_key=search_key(category),
        opt_out=contact.opt_out,
        owes=queries.owes(recipient.account_id, recipient.debtor_id, dispatch.filters.get("creditor_id")),
        talking=conversation is not None and conversation.status is not ConversationStatus.STARTED,
        last_starter_at=last_starter_at,
    )
    return reason_against(situation, now)


def finish_exhausted(connection_id: int, *, sent: bool) -> None:
    """Close the running dispatches of a connection that have nothing left to start, and drop what came back unsent
    after its dispatch was cancelled; commits.

    Screens hear of it when something was `sent` or a dispatch ended, not at every tick.
    """
    connections.locked(connection_id)  # or a cancellation meanwhile would be undone
    drop_late(connection_id)
    for dispatch in db.session.scalars(
        sa.select(Dispatch)
        .where(Dispatch.connection_id == connection_id, Dispatch.status == DispatchStatus.RUNNING)
        .execution_options(populate_existing=True)
    ).all():
        ended = not dispatches.has_more(dispatch.id)
        if ended:
            dispatch.status, dispatch.ended_at = DispatchStatus.DONE, clock.now()
        if ended or sent:
            emit(dispatch.account_id, "dispatch", dispatch.id)
    db.session.commit()
