"""What one batch of the sending agent needs to know of its people, a query for all of them.

Each query is built once, here: building one takes as long as running it, and a batch is small.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal.dispatch.models import DispatchRecipient, RecipientState
from portal.extensions import db
from portal.inbox.models import Contact, Conversation, ConversationStatus, Lane, Message
from portal.inbox.outbox_queries import in_outbox
from portal.inbox.rules.ledger import State
from portal.portfolio.models import Debtor, Title, TitleStatus


def _several(name: str) -> sa.BindParameter[Collection[int | str]]:
    return sa.bindparam(name, expanding=True)


_UNSENT = sa.select(Message.not_before).where(
    in_outbox(),
    Message.lane == Lane.DISPATCH,
    Message.state == State.QUEUED,
    Message.connection_id == sa.bindparam("connection"),
)

_RETURNED = (
    sa.select(Message, DispatchRecipient)
    .join(DispatchRecipient, DispatchRecipient.message_id == Message.id)
    .options(joinedload(Message.conversation))
    .where(
        in_outbox(),
        Message.lane == Lane.DISPATCH,
        Message.state == State.QUEUED,
        sa.or_(Message.not_before.is_(None), Message.not_before <= sa.bindparam("now")),
        DispatchRecipient.dispatch_id.in_(_several("dispatches")),
    )
    .order_by(Message.id)
    .limit(sa.bindparam("most"))
    .with_for_update(of=Message)
)

_PLANNED = (
    sa.select(DispatchRecipient)
    .where(DispatchRecipient.dispatch_id.in_(_several("dispatches")), DispatchRecipient.state == RecipientState.PLANNED)
    .order_by(DispatchRecipient.id)
    .limit(sa.bindparam("most"))
    .with_for_update()
)

_IDS_BY_KEY = sa.select(Contact.id).where(
    Contact.account_id == sa.bindparam("account"), Contact.match_key.in_(_several("keys"))
)

_CONTACTS = sa.select(Contact).order_by(Contact.id).with_for_update().execution_options(populate_existing=True)
_CONTACTS_BY_ID = _CONTACTS.where(Contact.id.in_(_several("ids")))
# The ids apart from the order: for that SQLite would go through all contacts.
_CONTACTS_BY_KEY = _CONTACTS.where(Contact.id.in_(_IDS_BY_KEY))

_LIVE_CONVERSATIONS = (
    sa.select(Conversation)
    .where(
        Conversation.connection_id == sa.bindparam("connection"),
        Conversation.contact_id.in_(_several("contacts")),
        Conversation.status != ConversationStatus.CLOSED,
    )
    .order_by(Conversation.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)

_DEBTS = (
    sa.select(Debtor.id, Debtor.category, Title.creditor_id)
    .outerjoin(Title, sa.and_(Title.debtor_id == Debtor.id, Title.status == TitleStatus.OPEN))
    .where(Debtor.account_id == sa.bindparam("account"), Debtor.id.in_(_several("debtors")))
    .distinct()
)


def tries_again(connection_id: int) -> Sequence[datetime | None]:
    """When each start of a number that came back unsent may be tried again; None is at once."""
    return db.session.scalars(_UNSENT, {"connection": connection_id}).all()


def returned(dispatch_ids: Collection[int], now: datetime, most: int) -> list[tuple[Message, DispatchRecipient]]:
    """Starts of some dispatches that provably did not go out at an earlier try and whose time has come again, locked."""
    rows = db.session.execute(_RETURNED, {"dispatches": dispatch_ids, "now": now, "most": most})
    return [(message, recipient) for message, recipient in rows]


def planned(dispatch_ids: Collection[int], most: int) -> Sequence[DispatchRecipient]:
    """The next people of some dispatches, locked."""
    return db.session.scalars(_PLANNED, {"dispatches": dispatch_ids, "most": most}).all()


def contacts_by_id(ids: Collection[int]) -> dict[int, Contact]:
    """Contacts, fresh, and locked in the order that holds for all who lock several."""
    return {contact.id: contact for contact in db.session.scalars(_CONTACTS_BY_ID, {"ids": ids})}


def contacts_by_key(account_id: int, keys: Collection[str]) -> dict[str, Contact]:
    """The same by number."""
    rows = db.session.scalars(_CONTACTS_BY_KEY, {"account": account_id, "keys": keys})
    return {contact.match_key or "": contact for contact in rows}


def live_conversations(connection_id: int, contact_ids: Collection[int]) -> dict[int, Conversation]:
    """The conversations of a number that are not closed, by contact, fresh and locked: nobody closes or answers one
    while something is added to it."""
    rows = db.session.scalars(_LIVE_CONVERSATIONS, {"connection": connection_id, "contacts": contact_ids})
    return {conversation.contact_id: conversation for conversation in rows}


@dataclass(frozen=True)
class Debt:
    """The category of a debtor, and the creditors to whom they have an open title."""

    category: str = ""
    creditors: frozenset[int] = frozenset()

    def is_owed_to(self, creditor_id: int | None) -> bool:
        """Whether there is an open title, of the creditor if one is named."""
        return bool(self.creditors) if creditor_id is None else creditor_id in self.creditors


def debts(account_id: int, debtor_ids: Collection[int]) -> dict[int, Debt]:
    """What is known now of some debtors of a company, by id."""
    found = dict.fromkeys(debtor_ids, Debt())
    for debtor_id, category, creditor_id in db.session.execute(_DEBTS, {"account": account_id, "debtors": debtor_ids}):
        creditors = found[debtor_id].creditors
        found[debtor_id] = Debt(category, creditors if creditor_id is None else creditors | {creditor_id})
    return found
