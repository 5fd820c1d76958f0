from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from portal.dispatch.filters import Filter
from portal.dispatch.models import Dispatch, DispatchRecipient, DispatchStatus, RecipientState
from portal.extensions import db
from portal.inbox.models import Contact, Conversation, ConversationStatus
from portal.portfolio.models import Creditor, Debtor, Phone, PhoneKind, Title, TitleStatus
from portal.portfolio.rules.search import search_key


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
        .where(Debtor.account_id == account_id, *_debtor_conditions(account_id, chosen))
        .order_by(titles.c.due_date, Debtor.id)
    ).all()
    mobiles = _first_mobiles(account_id, [row.id for row in rows] if len(rows) <= 500 else None)
    return [_person(row, mobiles.get(row.id, ("", ""))) for row in rows]


def _person(row: Any, mobile: tuple[str, str]) -> Person:
    return Person(
        debtor_id=row.id,
        name=row.name,
        category=row.category,
        creditor=row.creditor,
        amount=row.amount,
        overdue_since=row.due_date,
        e164=mobile[0],
        match_key=mobile[1],
    )


def _titles(account_id: int, chosen: Filter, today: date) -> sa.Subquery:
    conditions = [Title.account_id == account_id, Title.status == TitleStatus.OPEN]
    if chosen.creditor_id is not None:
        conditions.append(Title.creditor_id == chosen.creditor_id)
    if chosen.overdue_from is not None:
        conditions.append(Title.due_date <= today - timedelta(days=chosen.overdue_from))
    if chosen.overdue_to is not None:
        conditions.append(Title.due_date >= today - timedelta(days=chosen.overdue_to))
    # SQLite adds in floating point: rounded, 0,10 + 0,20 is 0,30 there as well.
    total = sa.func.round(sa.func.sum(Title.owed).over(partition_by=Title.debtor_id), 2, type_=Title.amount.type)
    oldest = sa.func.row_number().over(partition_by=Title.debtor_id, order_by=(Title.due_date, Title.id))
    ranked = (
        sa.select(
            Title.debtor_id,
            Creditor.name.label("creditor"),
            total.label("amount"),
            Title.due_date,
            oldest.label("place"),
        )
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


def _debtor_conditions(account_id: int, chosen: Filter) -> list[sa.ColumnElement[bool]]:
    """A city is stored as somebody typed it: every spelling that means the chosen one counts, on any database."""
    if not search_key(chosen.city):
        return []
    wanted = search_key(chosen.city)
    return [Debtor.city.in_([city for city in cities_of(account_id) if search_key(city) == wanted])]


def cities_of(account_id: int) -> Sequence[str]:
    """The cities of a portfolio, in every spelling that occurs."""
    query = sa.select(Debtor.city).where(Debtor.account_id == account_id, Debtor.city != "")
    return db.session.scalars(query.distinct().order_by(Debtor.city)).all()


def _first_mobiles(account_id: int, debtor_ids: Sequence[int] | None) -> dict[int, tuple[str, str]]:
    query = (
        sa.select(Phone.debtor_id, Phone.e164, Phone.match_key)
        .where(Phone.account_id == account_id, Phone.kind == PhoneKind.MOBILE)
        .order_by(Phone.debtor_id, Phone.position.desc(), Phone.id.desc())
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


def waiting_keys(account_id: int, connection_id: int) -> set[str]:
    """Numbers that another dispatch, running or paused, is still going to reach."""
    rows = db.session.scalars(
        sa.select(DispatchRecipient.match_key)
        .join(Dispatch, Dispatch.id == DispatchRecipient.dispatch_id)
        .where(
            Dispatch.account_id == account_id,
            Dispatch.connection_id == connection_id,
            Dispatch.status.in_((DispatchStatus.RUNNING, DispatchStatus.PAUSED)),
            DispatchRecipient.state == RecipientState.PLANNED,
        )
    )
    return set(rows)
