"""Writing down what came in: each message and each status once, whatever the provider repeats or reorders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from portal import clock
from portal.connection.models import Connection
from portal.extensions import db, insert_if_missing
from portal.gateways.base import Echo, Inbound, StatusUpdate
from portal.gateways.registry import stops
from portal.inbox.models import Author, Contact, Conversation, ConversationStatus, Direction, Message
from portal.inbox.rules.ledger import State, advance
from portal.inbox.service import files
from portal.inbox.service.changes import changed
from portal.inbox.service.ledger import stop_connection
from portal.inbox.service.queue import one_line
from portal.portfolio.rules import phones

MAX_TEXT = 20_000


def inbound(connection: Connection, item: Inbound) -> tuple[Conversation, Message] | None:
    """Record a person's message in the caller's transaction; None when it is already there or names nobody.

    The caller holds the connection's row lock, so that two first messages of one person make one conversation.
    """
    if not (item.wa_id or item.bsuid) or _known(connection, item.provider_id):
        return None
    contact = contact_of(connection.account_id, item.wa_id, item.bsuid, item.profile_name)
    conversation = live_conversation(connection, contact) or _open(connection, contact)
    message = Message(
        account_id=connection.account_id,
        conversation_id=conversation.id,
        connection_id=connection.id,
        direction=Direction.IN,
        author=Author.DEBTOR,
        kind=item.kind[:32],
        text=item.text[:MAX_TEXT],
        content=dict(item.raw),
        state=State.RECEIVED,
        provider_id=item.provider_id,
        created_at=clock.now(),
        sent_at=item.sent_at,
    )
    db.session.add(message)
    _note_inbound(conversation, item, clock.now())
    db.session.flush()
    if item.media is not None:
        files.expect(message, item.media)
    changed(conversation)
    return conversation, message


def echo(connection: Connection, item: Echo) -> Conversation | None:
    """Record what somebody wrote to a person on the linked phone itself, in the caller's transaction: their conversation,
    a started one if they had none; None when it is already there. The caller holds the connection's row lock."""
    if not (item.wa_id or item.bsuid) or _known(connection, item.provider_id):
        return None
    contact = contact_of(connection.account_id, item.wa_id, item.bsuid)
    conversation = live_conversation(connection, contact)
    if conversation is None:
        conversation = add_conversation(connection, contact, ConversationStatus.STARTED)
    now = clock.now()
    message = Message(
        account_id=connection.account_id,
        conversation_id=conversation.id,
        connection_id=connection.id,
        direction=Direction.OUT,
        author=Author.PHONE,
        kind="text",
        text=item.text[:MAX_TEXT],
        state=State.SENT,
        provider_id=item.provider_id,
        created_at=now,
        sent_at=item.sent_at,
    )
    db.session.add(message)
    conversation.last_message_at, conversation.snippet = now, one_line(item.text)
    conversation.waiting_since, conversation.unread = None, 0
    db.session.flush()
    changed(conversation)
    return conversation


def _known(connection: Connection, provider_id: str) -> bool:
    return (
        db.session.scalar(
            sa.select(Message.id).where(Message.connection_id == connection.id, Message.provider_id == provider_id)
        )
        is not None
    )


def _note_inbound(conversation: Conversation, item: Inbound, now: datetime) -> None:
    heard_at = min(item.sent_at, now)  # the window runs by the provider's clock, never into the future
    conversation.last_inbound_at = max(heard_at, conversation.last_inbound_at or heard_at)
    conversation.last_message_at = now
    conversation.snippet = one_line(item.text)
    conversation.unread += 1
    if conversation.waiting_since is None:
        conversation.waiting_since = heard_at


def contact_of(account_id: int, wa_id: str, bsuid: str, profile_name: str = "") -> Contact:
    """The contact whom a provider names, made if it is new, in the caller's transaction. One of the ids may be empty.

    The row is locked, before any conversation of it: everybody takes number, contact, conversations in this order.
    """
    key = phones.match_key(wa_id) if wa_id else None
    contact = find_contact(account_id, key, bsuid or None)
    if contact is not None:
        contact = locked_contact(contact.id)
    if contact is None:
        contact = Contact(account_id=account_id, match_key=key, bsuid=bsuid or None, created_at=clock.now())
        db.session.add(contact)
    if wa_id:
        contact.wa_id = wa_id[:20]
        contact.match_key = contact.match_key or key
    if bsuid and contact.bsuid is None and find_contact(account_id, None, bsuid) is None:
        contact.bsuid = bsuid  # else it stays with whom it belongs to: an earlier contact without a number
    contact.profile_name = profile_name[:120] or contact.profile_name
    db.session.flush()
    return contact


def find_contact(account_id: int, match_key: str | None, bsuid: str | None = None) -> Contact | None:
    """The contact with this number, in either spelling, or else with this business-scoped id."""
    for column, value in ((Contact.match_key, match_key), (Contact.bsuid, bsuid)):
        if value:
            found = db.session.scalar(sa.select(Contact).where(Contact.account_id == account_id, column == value))
            if found is not None:
                return found
    return None


def contact_for(account_id: int, match_key: str, e164: str) -> Contact:
    """The contact with a number of the portfolio, made if it is new, its row locked in the caller's transaction: who
    starts a chat sees every start before it, on whichever number of the company."""
    found = find_contact(account_id, match_key)
    if found is None:
        insert_if_missing(Contact, account_id=account_id, match_key=match_key, e164=e164, created_at=clock.now())
        found = find_contact(account_id, match_key)
    assert found is not None
    contact = locked_contact(found.id)
    contact.e164 = contact.e164 or e164
    return contact


def locked_contact(contact_id: int) -> Contact:
    """A contact's row, locked and fresh."""
    return db.session.get_one(Contact, contact_id, with_for_update=True, populate_existing=True)


def live_conversation(connection: Connection, contact: Contact) -> Conversation | None:
    """The conversation that is not closed, locked: nobody closes or answers it while something is added to it."""
    return db.session.scalar(
        sa.select(Conversation)
        .where(
            Conversation.connection_id == connection.id,
            Conversation.contact_id == contact.id,
            Conversation.status != ConversationStatus.CLOSED,
        )
        .with_for_update(of=Conversation)
        .execution_options(populate_existing=True)
    )


def unfinished_of(contact_id: int) -> Sequence[Conversation]:
    """The conversations of a contact that are not closed, on all numbers of the company."""
    return db.session.scalars(
        sa.select(Conversation)
        .where(Conversation.contact_id == contact_id, Conversation.status != ConversationStatus.CLOSED)
        .order_by(Conversation.id)
    ).all()


def _open(connection: Connection, contact: Contact) -> Conversation:
    return add_conversation(connection, contact, ConversationStatus.ASSISTANT)


def add_conversation(connection: Connection, contact: Contact, status: ConversationStatus) -> Conversation:
    """A new conversation in the caller's transaction; the database refuses a second live one."""
    conversation = new_conversation(connection, contact, status)
    db.session.flush()
    return conversation


def new_conversation(connection: Connection, contact: Contact, status: ConversationStatus) -> Conversation:
    """The same before it is flushed, for who makes many at once."""
    now = clock.now()
    conversation = Conversation(
        account_id=connection.account_id,
        connection_id=connection.id,
        connection=connection,
        contact_id=contact.id,
        contact=contact,
        status=status,
        assistant_state={},
        unread=0,
        last_message_at=now,
        opened_at=now,
    )
    db.session.add(conversation)
    return conversation


def status(connection: Connection, update: StatusUpdate) -> bool:
    """Apply a provider's status to its message in the caller's transaction; False when the message is not ours.

    A status may come before the answer to the send is stored: the attempt id that we sent finds the message then, and
    settles one that was `unknown`. A failure that concerns the whole number, told late, stops the connection too.
    """
    message = _message_of(connection, update)
    if message is None:
        return False
    before = message.state
    message.state = advance(message.state, State(update.state))
    _fill(message, update)
    if message.state is State.FAILED and before is not State.FAILED:
        message.error_code, message.error_detail = update.error_code[:40], update.error_detail
        if stops(connection.kind.value, update.error_code):
            stop_connection(connection, update.error_code)
    if message.state is not before:
        changed(message.conversation)
    return True


def _message_of(connection: Connection, update: StatusUpdate) -> Message | None:
    """Found by the provider's id, else by our attempt id; locked, for the sender may be storing its answer."""
    mine = sa.select(Message).where(Message.connection_id == connection.id).with_for_update()
    found = None
    if update.provider_id:
        found = db.session.scalar(mine.where(Message.provider_id == update.provider_id))
    if found is None and update.attempt_id:
        found = db.session.scalar(mine.where(Message.attempt_id == update.attempt_id))
    return found


def _fill(message: Message, update: StatusUpdate) -> None:
    message.provider_id = message.provider_id or update.provider_id or None
    column = {"sent": "sent_at", "delivered": "delivered_at", "read": "read_at"}.get(update.state)
    if column and getattr(message, column) is None:
        setattr(message, column, update.at)
    contact = message.conversation.contact
    if update.wa_id and not contact.wa_id:
        contact.wa_id = update.wa_id[:20]
