from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal.dispatch.filters import Filter
from portal.dispatch.models import Dispatch, DispatchRecipient, DispatchStatus, RecipientState
from portal.extensions import db
from portal.inbox.models import Contact, Conversation, ConversationStatus, Message
from portal.inbox.rules.ledger import State
from portal.portfolio.models import Creditor, Debtor, Phone, PhoneKind, Title, TitleStatus
from portal.portfolio.queries import search_key
from portal.web.paging import Page, page_of


@dataclass(frozen=True)
class Person:
    """A debtor of a filter, with what the decision about them needs. `creditor` is of their oldest matching title."""

    debtor_id: int
    name: str
    category: str
    creditor: str
    amount: Decimal
    overdue_since: date
    e164: str
    match_key: str


def people(account_id: int, chosen: Filter, today: date) -> list[Person]:
    """Everybody whom a filter finds, the longest overdue first."""
    titles = _titles(account_id, chosen, today)
    rows = db.session.execute(
        sa.select(Debtor.id, Debtor.name, Debtor.category, titles.c.creditor, titles.c.amount, titles.c.due_date)
        .join(titles, titles.c.debtor_id == Debtor.id)
        .where(Debtor.account_id == account_id, *_debtor_conditions(chosen))
        .order_by(titles.c.due_date, Debtor.id)
    ).all()
    mobiles = _first_mobiles(account_id, [row.id for row in rows] if len(rows) <= 500 else None)
    return [Person(*row, *mobiles.get(row.id, ("", ""))) for row in rows]


def _titles(account_id: int, chosen: Filter, today: date) -> sa.Subquery:
    conditions = [Title.account_id == account_id, Title.status == TitleStatus.OPEN]
    if chosen.creditor_id is not None:
        conditions.append(Title.creditor_id == chosen.creditor_id)
    if chosen.overdue_from is not None:
        conditions.append(Title.due_date <= today - timedelta(days=chosen.overdue_from))
    if chosen.overdue_to is not None:
        conditions.append(Title.due_date >= today - timedelta(days=chosen.overdue_to))
    total = sa.func.sum(Title.amount).over(partition_by=Title.debtor_id)
    oldest = sa.func.row_number().over(partition_by=Title.debtor_id, order_by=(Title.due_date, Title.id))
    ranked = (
        sa.select(Title.debtor_id, Creditor.name.label("creditor"), total.label("amount"), Title.due_date,
                  oldest.label("place"))
        .join(Creditor, Creditor.id == Title.creditor_id)
        .where(*conditions)
        .subquery()
    )
    query = sa.select(ranked).where(ranked.c.place == 1)
    if chosen.amount_from is not None:
        query = query.where(ranked.c.amount >= chosen.amount_from)
    if chosen.amount_to is not None:
        query = query.where(ranked.c.amount <= chosen.amount_to)
    return query.subquery()


def _debtor_conditions(chosen: Filter) -> list[sa.ColumnElement[bool]]:
    return [sa.func.lower(Debtor.city) == search_key(chosen.city)] if chosen.city else []


def _first_mobiles(account_id: int, debtor_ids: Sequence[int] | None) -> dict[int, tuple[str, str]]:
    query = (
        sa.select(Phone.debtor_id, Phone.e164, Phone.match_key)
        .where(Phone.account_id == account_id, Phone.kind == PhoneKind.MOBILE)
        .order_by(Phone.debtor_id, Phone.position.desc())
    )
    if debtor_ids is not None:
        query = query.where(Phone.debtor_id.in_(debtor_ids))
    return {row.debtor_id: (row.e164, row.match_key) for row in db.session.execute(query)}


def contacts_by_key(account_id: int) -> dict[str, Contact]:
    """Everybody on WhatsApp whom a starter ever reached or who ever wrote, by number."""
    rows = db.session.scalars(
        sa.select(Contact).where(Contact.account_id == account_id, Contact.match_key.is_not(None))
    )
    return {contact.match_key or "": contact for contact in rows}


def talking_keys(account_id: int, connection_id: int) -> set[str]:
    """Numbers with a conversation going on: with the assistant or with a person."""
    rows = db.session.scalars(
        sa.select(Contact.match_key)
        .join(Conversation, Conversation.contact_id == Contact.id)
        .where(
            Conversation.account_id == account_id,
            Conversation.connection_id == connection_id,
            Conversation.status.in_((ConversationStatus.ASSISTANT, ConversationStatus.OPEN)),
        )
    )
    return {key for key in rows if key}


def dispatch_in(account_id: int, dispatch_id: int) -> Dispatch | None:
    return db.session.scalar(
        sa.select(Dispatch)
        .options(joinedload(Dispatch.starter))
        .where(Dispatch.account_id == account_id, Dispatch.id == dispatch_id)
    )


def dispatches_of(account_id: int, number: int) -> Page:
    return page_of(
        sa.select(Dispatch)
        .options(joinedload(Dispatch.starter))
        .where(Dispatch.account_id == account_id)
        .order_by(Dispatch.id.desc()),
        number,
        25,
    )


@dataclass(frozen=True)
class Progress:
    """How far a dispatch is. `reached` counts what the provider accepted or more; reasons count what was left out."""

    total: int
    planned: int
    going: int
    reached: int
    delivered: int
    read: int
    failed: int
    unknown: int
    skipped: int
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def done(self) -> int:
        return self.total - self.planned - self.going


def progress(dispatch_id: int) -> Progress:
    rows = db.session.execute(
        sa.select(DispatchRecipient.state, Message.state, DispatchRecipient.reason, sa.func.count())
        .outerjoin(Message, Message.id == DispatchRecipient.message_id)
        .where(DispatchRecipient.dispatch_id == dispatch_id)
        .group_by(DispatchRecipient.state, Message.state, DispatchRecipient.reason)
    ).all()
    by: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for recipient, message, reason, count in rows:
        by[_bucket(recipient, message)] += count
        if recipient is RecipientState.SKIPPED:
            reasons[reason] += count
    reached = sum(by[state] for state in ("accepted", "sent", "delivered", "read"))
    return Progress(
        total=sum(by.values()),
        planned=by["planned"],
        going=by["queued"] + by["sending"],
        reached=reached,
        delivered=by["delivered"] + by["read"],
        read=by["read"],
        failed=by["failed"],
        unknown=by["unknown"],
        skipped=by["skipped"],
        reasons=dict(reasons.most_common()),
    )


def _bucket(recipient: RecipientState, message: State | None) -> str:
    return message.value if recipient is RecipientState.TAKEN and message is not None else recipient.value


def recipients(dispatch_id: int, number: int, show: str = "") -> Page:
    """The people of a dispatch, a page at a time; `show` keeps those that failed, are uncertain or were left out."""
    query = (
        sa.select(DispatchRecipient)
        .options(joinedload(DispatchRecipient.message))
        .outerjoin(Message, Message.id == DispatchRecipient.message_id)
        .where(DispatchRecipient.dispatch_id == dispatch_id)
        .order_by(DispatchRecipient.id)
    )
    states = {"falhas": State.FAILED, "incertas": State.UNKNOWN}
    if show in states:
        query = query.where(Message.state == states[show])
    elif show == "fora":
        query = query.where(DispatchRecipient.state == RecipientState.SKIPPED)
    return page_of(query, number, 50)


def running_connections() -> Sequence[int]:
    """The connections that have something to start now."""
    return db.session.scalars(
        sa.select(Dispatch.connection_id).where(Dispatch.status == DispatchStatus.RUNNING).distinct()
    ).all()
