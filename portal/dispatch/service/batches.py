"""One batch of the sending agent: reserve (limit debited, rows claimed, committed) → send → settle."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from portal import clock
from portal.accounts.models import Account
from portal.chat_starters.models import ChatStarter, StarterStatus
from portal.connection import usage
from portal.connection.models import Connection
from portal.dispatch import queries
from portal.dispatch.models import Dispatch, DispatchRecipient, DispatchStatus, RecipientState
from portal.dispatch.rules import Reason
from portal.extensions import db, transactions
from portal.gateways.messages import Template
from portal.inbox.models import Author, Contact, Conversation, ConversationStatus, Lane, Message
from portal.inbox.rules import window
from portal.inbox.rules.ledger import State
from portal.inbox.service import queue, record
from portal.inbox.service.ledger import Claim, reserve
from portal.inbox.service.sender import transmit_all
from portal.live.service import emit


def send_batch() -> int:
    """Send one batch on every connection that has a running dispatch. Returns how many messages were tried."""
    with transactions(read_only=True):
        connections = queries.running_connections()
        db.session.rollback()
    return sum(_send_on(connection_id) for connection_id in connections)


def _send_on(connection_id: int) -> int:
    claims = claim_batch(connection_id)
    if claims:
        transmit_all(claims)
    finish_exhausted(connection_id)
    return len(claims)


def claim_batch(connection_id: int) -> list[Claim]:
    """Reserve up to *Máx. Envio entrada agente* starts within what is left of *Máx. Envio por Dia*, and commit.

    The connection's row is locked throughout: it keeps two agents, and the agent and the webhooks, from making two
    conversations for one person; and it makes the limit exact.
    """
    connection = db.session.get_one(Connection, connection_id, with_for_update=True, populate_existing=True)
    if connection.stopped_code or not connection.enabled:
        db.session.rollback()
        return []
    today = clock.today(db.session.get_one(Account, connection.account_id).timezone)
    granted = usage.reserve(connection, today, connection.batch_size)
    messages = _returned(connection, granted)
    messages += _new(connection, granted - len(messages))
    usage.give_back(connection, today, granted - len(messages))
    claims = [reserve(message) for message in messages]
    db.session.commit()
    return claims


def _returned(connection: Connection, limit: int) -> list[Message]:
    """Starts that provably did not go out at an earlier try and whose time has come again."""
    return list(
        db.session.scalars(
            sa.select(Message)
            .join(DispatchRecipient, DispatchRecipient.message_id == Message.id)
            .join(Dispatch, Dispatch.id == DispatchRecipient.dispatch_id)
            .where(
                Message.connection_id == connection.id,
                Message.lane == Lane.DISPATCH,
                Message.state == State.QUEUED,
                sa.or_(Message.not_before.is_(None), Message.not_before <= clock.now()),
                Dispatch.status == DispatchStatus.RUNNING,
            )
            .order_by(Message.id)
            .limit(limit)
            .with_for_update(of=Message)
        )
    )


def _new(connection: Connection, limit: int) -> list[Message]:
    """Messages for the next planned people; those to whom nothing may be started any more are left out on the way."""
    messages: list[Message] = []
    while len(messages) < limit:
        planned = _planned(connection, limit - len(messages))
        if not planned:
            break
        for recipient, starter in planned:
            message = _start_chat(connection, recipient, starter)
            if message is not None:
                messages.append(message)
        db.session.flush()
    return messages


def _planned(connection: Connection, limit: int) -> Sequence[tuple[DispatchRecipient, ChatStarter]]:
    return (
        db.session.execute(
            sa.select(DispatchRecipient, ChatStarter)
            .join(Dispatch, Dispatch.id == DispatchRecipient.dispatch_id)
            .join(ChatStarter, ChatStarter.id == Dispatch.starter_id)
            .where(
                Dispatch.connection_id == connection.id,
                Dispatch.status == DispatchStatus.RUNNING,
                DispatchRecipient.state == RecipientState.PLANNED,
                ChatStarter.status == StarterStatus.APPROVED,
            )
            .order_by(DispatchRecipient.id)
            .limit(limit)
            .with_for_update(of=DispatchRecipient)
        )
        .tuples()
        .all()
    )


def _start_chat(connection: Connection, recipient: DispatchRecipient, starter: ChatStarter) -> Message | None:
    contact = _contact(recipient)
    conversation = record.live_conversation(connection, contact)
    reason = _reason_against(contact, conversation)
    if reason is not None:
        recipient.state, recipient.reason = RecipientState.SKIPPED, reason.value
        return None
    if conversation is None:
        conversation = record.add_conversation(connection, contact, ConversationStatus.STARTED)
    conversation.debtor_id = recipient.debtor_id
    content = Template(starter.name, starter.language, tuple(recipient.parameters), recipient.body)
    message = queue.add(conversation, content, Author.DISPATCH, lane=Lane.DISPATCH)
    db.session.flush()
    contact.last_starter_at = clock.now()
    recipient.state, recipient.message_id = RecipientState.TAKEN, message.id
    emit(recipient.account_id, "dispatch", recipient.dispatch_id)
    return message


def _contact(recipient: DispatchRecipient) -> Contact:
    contact = record.find_contact(recipient.account_id, recipient.match_key)
    if contact is None:
        contact = Contact(
            account_id=recipient.account_id,
            match_key=recipient.match_key,
            e164=recipient.e164,
            created_at=clock.now(),
        )
        db.session.add(contact)
        db.session.flush()
    contact.e164 = contact.e164 or recipient.e164
    return contact


def _reason_against(contact: Contact, conversation: Conversation | None) -> Reason | None:
    """What may have changed since the list was fixed."""
    if conversation is not None and conversation.status is not ConversationStatus.STARTED:
        return Reason.TALKING
    if not window.may_start(contact.last_starter_at, clock.now()):
        return Reason.RECENT
    return None


def finish_exhausted(connection_id: int) -> None:
    """Close the running dispatches of a connection that have nothing left to start; commits."""
    for dispatch in db.session.scalars(
        sa.select(Dispatch).where(Dispatch.connection_id == connection_id, Dispatch.status == DispatchStatus.RUNNING)
    ).all():
        seen = queries.progress(dispatch.id)
        if seen.planned == 0 and seen.going == 0:
            dispatch.status, dispatch.ended_at = DispatchStatus.DONE, clock.now()
        emit(dispatch.account_id, "dispatch", dispatch.id)
    db.session.commit()
