"""Contacts with whom no chat may be started any more: because they asked, or because the number is another person's.

They can still write, and are answered; the wish is looked at under the contact's lock wherever a start is decided.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from portal import clock
from portal.accounts.models import User
from portal.audit.service import note
from portal.connection import queries as connections
from portal.extensions import db
from portal.gateways.base import Preference
from portal.inbox.models import Contact, Conversation, ConversationStatus, Lane, Message
from portal.inbox.rules.ledger import State
from portal.inbox.rules.reasons import OPTED_OUT
from portal.inbox.rules.start import OptOut
from portal.inbox.service import record
from portal.inbox.service.assign import lock
from portal.inbox.service.changes import changed
from portal.inbox.service.ledger import give_up
from portal.portfolio.rules import phones


def opt_out(contact: Contact, reason: OptOut, user_id: int | None = None, said_at: datetime | None = None) -> None:
    """Start no more chats with a contact, in the caller's transaction; `user_id` is None for the contact's own words,
    which were said at `said_at`.

    A number of another person is not linked to a debtor any more, and what waits to go there does not go: nothing of
    theirs may be shown or sent there. It stays another person's when that person wishes no messages.
    """
    contact = record.locked_contact(contact.id)
    if user_id is None and contact.opt_out is OptOut.WRONG_PERSON:
        reason = contact.opt_out
    last = contact.opted_out_at
    if contact.opt_out is not reason:
        _set(contact, reason, user_id)
    if said_at is not None:
        said_at = min(said_at, clock.now())
        contact.opted_out_at = max(said_at, last or said_at)
    if reason is OptOut.WRONG_PERSON:
        for conversation in record.unfinished_of(contact.id):
            _unlink(conversation, user_id)
        _hold_back(contact)


def opt_in(contact: Contact, user_id: int | None = None, said_at: datetime | None = None) -> bool:
    """Chats may be started with a contact again, in the caller's transaction; whether they may now.

    The contact's own words, without a `user_id`, hold when they were said after the last ones that asked for nothing
    more, however late either come; they do not make of another person's number the debtor's.
    """
    contact = record.locked_contact(contact.id)
    if user_id is None and contact.opt_out is OptOut.WRONG_PERSON:
        return False
    if said_at is not None and contact.opted_out_at is not None and said_at < contact.opted_out_at:
        return False
    if contact.opt_out is not None:
        _set(contact, None, user_id)
    return True


def preferred(account_id: int, wish: Preference) -> None:
    """What a person told WhatsApp itself, in the caller's transaction: as if they had written it to us."""
    contact = record.contact_of(account_id, wish.wa_id, wish.bsuid)
    if wish.wants:
        opt_in(contact, said_at=wish.at)
    else:
        opt_out(contact, OptOut.ASKED, said_at=wish.at)


def decide(contact_id: int, user: User, reason: OptOut | None) -> None:
    """A person's decision on a contact, None to allow chats again; commits."""
    contact = _locked(contact_id)
    if reason is None:
        opt_in(contact, user.id)
    else:
        opt_out(contact, reason, user.id)
    db.session.commit()


def add(user: User, e164: str, reason: OptOut) -> None:
    """The same for a number, whether it ever wrote or not; commits."""
    contact = record.contact_for(user.account_id, phones.match_key(e164), e164)
    db.session.commit()  # its conversations are locked before itself
    decide(contact.id, user, reason)


def _locked(contact_id: int) -> Contact:
    """A contact's row, locked after the connections of its conversations: the order of the webhooks and of the starts."""
    for connection_id in sorted({each.connection_id for each in record.unfinished_of(contact_id)}):
        connections.locked(connection_id)
    return record.locked_contact(contact_id)


def _set(contact: Contact, reason: OptOut | None, user_id: int | None) -> None:
    before = _state(contact)
    contact.opt_out, contact.opted_out_at = reason, clock.now() if reason else None
    note(contact.account_id, user_id, "contact.opt_out", f"contact:{contact.id}", before, _state(contact))
    for conversation in record.unfinished_of(contact.id):
        changed(conversation)


def _state(contact: Contact) -> dict[str, str | None]:
    return {"opt_out": contact.opt_out.value if contact.opt_out else None}


def _unlink(conversation: Conversation, user_id: int | None) -> None:
    conversation = lock(conversation.id)
    if conversation.debtor_id is None or conversation.status is ConversationStatus.CLOSED:
        return
    before = {"debtor_id": conversation.debtor_id}
    conversation.debtor_id = None
    subject = f"conversation:{conversation.id}"
    note(conversation.account_id, user_id, "conversation.debtor", subject, before, {"debtor_id": None})
    changed(conversation)


def _hold_back(contact: Contact) -> None:
    """Give up the replies that wait to be sent to a contact; a start that waits is given up by the sender. What is being
    sent at this moment is not waited for."""
    waiting = (Message.lane == Lane.REPLY, Message.state == State.QUEUED, Message.starter_id.is_(None))
    queued = (
        sa.select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.contact_id == contact.id, *waiting)
        .with_for_update(skip_locked=True, of=Message)
    )
    for message in db.session.scalars(queued):
        give_up(message)
        message.error_code = OPTED_OUT
        changed(message.conversation)
