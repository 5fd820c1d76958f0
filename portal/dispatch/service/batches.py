"""One batch of the sending agent: reserve (limit debited, rows claimed, committed) → send → settle."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from portal import clock
from portal.accounts.models import Account
from portal.chat_starters.models import ChatStarter
from portal.connection import linked, usage
from portal.connection import queries as connections
from portal.connection.models import Connection, ScheduleKind
from portal.dispatch.models import Dispatch, DispatchRecipient, DispatchStatus, RecipientState
from portal.dispatch.queries import dispatches, starts
from portal.dispatch.rules import Reason, Situation, reason_against
from portal.dispatch.service.control import drop, drop_late
from portal.extensions import db, transactions
from portal.gateways.messages import Template
from portal.inbox.models import Author, Contact, Conversation, ConversationStatus, Lane, Message
from portal.inbox.rules import reasons
from portal.inbox.service import queue
from portal.inbox.service.ledger import Claim, reserve
from portal.inbox.service.record import new_conversation
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
    now, account = clock.now(), db.session.get_one(Account, connection.account_id)
    if not connections.is_open(connection.account_id, ScheduleKind.SENDING, now):
        db.session.rollback()
        return []
    today = clock.local(now, account.timezone).date()
    granted = usage.reserve(connection, today, connection.batch_size)
    sendable = dispatches.sendable(connection.id)
    tries = starts.tries_again(connection.id)
    messages = _returned(connection, sendable, granted, now) if tries else []
    # What keeps back those that wait, an outage or a limit of Meta's, would keep new ones back too, and an hour of it
    # would use up the tries of a whole list.
    if not any(at and at > now for at in tries):
        messages += _new(connection, sendable, granted - len(messages), now)
    usage.give_back(connection, today, granted - len(messages))
    claims = reserve(messages, now)
    db.session.commit()
    return claims


def _returned(connection: Connection, sendable: Mapping[int, Dispatch], limit: int, now: datetime) -> list[Message]:
    """Starts that provably did not go out at an earlier try and whose time has come again."""
    rows = starts.returned(list(sendable), now, limit)
    contacts = starts.contacts_by_id([message.conversation.contact_id for message, _ in rows])
    debts = starts.debts(connection.account_id, [recipient.debtor_id for _, recipient in rows])
    kept = []
    for message, recipient in rows:
        dispatch, contact = sendable[recipient.dispatch_id], contacts[message.conversation.contact_id]
        last = _other_start(contact, message)
        reason = _reason_against(dispatch, debts[recipient.debtor_id], contact, message.conversation, last, now)
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


def _new(connection: Connection, sendable: Mapping[int, Dispatch], limit: int, now: datetime) -> list[Message]:
    """Messages for the next planned people; those to whom nothing may be started any more are left out on the way."""
    messages: list[Message] = []
    for _ in range(LOOKS):
        planned = starts.planned(list(sendable), limit - len(messages))
        if planned:
            messages += _start_chats(connection, sendable, planned, now)
        if not planned or len(messages) == limit:
            break
    return messages


def _start_chats(
    connection: Connection, sendable: Mapping[int, Dispatch], planned: Sequence[DispatchRecipient], now: datetime
) -> list[Message]:
    contacts = _contacts(connection.account_id, planned)
    conversations = starts.live_conversations(connection.id, [contact.id for contact in contacts.values()])
    debts = starts.debts(connection.account_id, [recipient.debtor_id for recipient in planned])
    messages = []
    for recipient in planned:
        dispatch, contact = sendable[recipient.dispatch_id], contacts[recipient.match_key]
        debt, conversation = debts[recipient.debtor_id], conversations.get(contact.id)
        reason = _reason_against(dispatch, debt, contact, conversation, contact.last_starter_at, now)
        if reason is None:
            contact.last_starter_at = now  # nor may anybody else of this batch start them
            conversation = conversation or new_conversation(connection, contact, ConversationStatus.STARTED)
            messages.append(_start_chat(conversation, recipient, dispatch.starter))
        else:
            recipient.state, recipient.reason = RecipientState.SKIPPED, reason.value
        emit(dispatch.account_id, "dispatch", dispatch.id)
    return messages


def _contacts(account_id: int, planned: Sequence[DispatchRecipient]) -> dict[str, Contact]:
    """The people's contacts by number, made if they are new, locked: every start before these is seen, on whichever
    number of the company."""
    wanted = {each.match_key: each.e164 for each in sorted(planned, key=lambda each: each.match_key)}
    made = {"account_id": account_id, "created_at": clock.now()}
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    db.session.execute(
        dialect.insert(Contact).on_conflict_do_nothing(),
        [{**made, "match_key": key, "e164": e164} for key, e164 in wanted.items()],
    )
    found = starts.contacts_by_key(account_id, list(wanted))
    for key, e164 in wanted.items():
        found[key].e164 = found[key].e164 or e164
    return found


def _start_chat(conversation: Conversation, recipient: DispatchRecipient, starter: ChatStarter) -> Message:
    conversation.debtor_id = recipient.debtor_id
    content = Template(starter.name, starter.language, tuple(recipient.parameters), recipient.body)
    message = queue.put(conversation, content, Author.DISPATCH, Lane.DISPATCH)
    recipient.state, recipient.message = RecipientState.TAKEN, message
    return message


def _reason_against(
    dispatch: Dispatch,
    debt: starts.Debt,
    contact: Contact,
    conversation: Conversation | None,
    last_starter_at: datetime | None,
    now: datetime,
) -> Reason | None:
    """What may have changed since the list was fixed, days ago perhaps."""
    situation = Situation(
        category_key=search_key(debt.category),
        opt_out=contact.opt_out,
        owes=debt.is_owed_to(dispatch.filters.get("creditor_id")),
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
