from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from portal.extensions import db
from portal.portfolio.models import (
    Creditor,
    Debtor,
    DebtorCode,
    Phone,
    Title,
    TitleStatus,
)
from portal.portfolio.rules.search import Wanted
from portal.portfolio.rules.search import search_key as search_key
from portal.web.paging import Page, page_of

PAGE = 50
NARROW_LIMIT = 25
"""The most debtors that a person who may not browse sees for one search."""


def debtor_in(account_id: int, debtor_id: int) -> Debtor | None:
    return db.session.scalar(
        sa.select(Debtor)
        .options(selectinload(Debtor.phones), selectinload(Debtor.titles).joinedload(Title.creditor))
        .where(Debtor.account_id == account_id, Debtor.id == debtor_id)
    )


def debtor_by_tax_id(account_id: int, tax_id: str) -> Debtor | None:
    return db.session.scalar(sa.select(Debtor).where(Debtor.account_id == account_id, Debtor.tax_id == tax_id))


def open_titles(account_id: int, debtor_id: int) -> Sequence[Title]:
    """A debtor's open titles with their creditors, oldest first."""
    return db.session.scalars(
        sa.select(Title)
        .options(joinedload(Title.creditor))
        .where(Title.account_id == account_id, Title.debtor_id == debtor_id, Title.status == TitleStatus.OPEN)
        .order_by(Title.due_date, Title.id)
    ).all()


def creditors_of(account_id: int) -> Sequence[Creditor]:
    return db.session.scalars(sa.select(Creditor).where(Creditor.account_id == account_id).order_by(Creditor.key)).all()


def debtors_with_phone(account_id: int, match_key: str) -> Sequence[Debtor]:
    return db.session.scalars(
        sa.select(Debtor)
        .join(Phone, Phone.debtor_id == Debtor.id)
        .where(Phone.account_id == account_id, Phone.match_key == match_key)
        .order_by(Debtor.id)
    ).all()


@dataclass
class TitleGroup:
    """The titles that a debtor has with one creditor, by due date. `total` is of the open ones."""

    creditor: Creditor
    code: str
    titles: list[Title] = field(default_factory=list)
    total: Decimal = Decimal(0)


def titles_by_creditor(debtor: Debtor) -> list[TitleGroup]:
    codes = dict(
        db.session.execute(
            sa.select(DebtorCode.creditor_id, DebtorCode.code).where(DebtorCode.debtor_id == debtor.id)
        ).all()
    )
    groups: dict[int, TitleGroup] = {}
    for title in debtor.titles:
        group = groups.setdefault(title.creditor_id, TitleGroup(title.creditor, codes.get(title.creditor_id, "")))
        group.titles.append(title)
        if title.status is TitleStatus.OPEN:
            group.total += title.owed
    return sorted(groups.values(), key=lambda group: group.creditor.key)


@dataclass(frozen=True)
class DebtorLine:
    """A debtor in a list, with what is open."""

    id: int
    name: str
    tax_id: str
    category: str
    creditors: tuple[str, ...] = ()
    titles: int = 0
    total: Decimal = Decimal(0)
    oldest_due: date | None = None


def browse(account_id: int, wanted: Wanted, creditor_id: int | None, number: int) -> Page:
    """A page of all debtors that match, by name."""
    query = _matching(account_id, wanted).order_by(Debtor.search_name, Debtor.id)
    if creditor_id is not None:
        owing = sa.select(Title.debtor_id).where(Title.account_id == account_id, Title.creditor_id == creditor_id)
        query = query.where(Debtor.id.in_(owing))
    page = page_of(query, number, PAGE)
    return Page(_lines(page.items), page.number, page.total, page.size)


def find_few(account_id: int, wanted: Wanted) -> tuple[list[DebtorLine], bool]:
    """The first debtors that match, and whether there are more. Nothing for a search that names nobody."""
    if not wanted.is_narrow:
        return [], False
    query = _matching(account_id, Wanted(wanted.words, wanted.tax_id, wanted.match_key))
    query = query.order_by(Debtor.search_name, Debtor.id).limit(NARROW_LIMIT + 1)
    found = db.session.scalars(query).all()
    return _lines(found[:NARROW_LIMIT]), len(found) > NARROW_LIMIT


def _matching(account_id: int, wanted: Wanted) -> sa.Select[Debtor]:
    query = sa.select(Debtor).where(Debtor.account_id == account_id)
    if wanted.words:
        return query.where(*(_has_word(word) for word in wanted.words))
    phones = sa.select(Phone.debtor_id).where(Phone.account_id == account_id)
    ways: list[Any] = []
    if wanted.tax_id:
        ways.append(Debtor.tax_id == wanted.tax_id)
    if wanted.match_key:
        ways.append(Debtor.id.in_(phones.where(Phone.match_key == wanted.match_key)))
    if wanted.digits:
        ways.append(Debtor.tax_id.contains(wanted.digits))
        ways.append(Debtor.id.in_(phones.where(Phone.match_key.contains(wanted.digits))))
    return query.where(sa.or_(*ways)) if ways else query


def _has_word(word: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        Debtor.search_name.startswith(word, autoescape=True),
        Debtor.search_name.contains(f" {word}", autoescape=True),
    )


def _lines(debtors: Iterable[Debtor]) -> list[DebtorLine]:
    found = list(debtors)
    ids = [debtor.id for debtor in found]
    names: dict[int, list[str]] = {}
    owed = (
        sa.select(Title.debtor_id, Creditor.name)
        .join(Creditor, Creditor.id == Title.creditor_id)
        .where(Title.debtor_id.in_(ids))
        .distinct()
        .order_by(Creditor.name)
    )
    for debtor_id, name in db.session.execute(owed):
        names.setdefault(debtor_id, []).append(name)
    sums = {
        debtor_id: facts
        for debtor_id, *facts in db.session.execute(
            sa.select(Title.debtor_id, sa.func.count(), sa.func.sum(Title.owed), sa.func.min(Title.due_date))
            .where(Title.debtor_id.in_(ids), Title.status == TitleStatus.OPEN)
            .group_by(Title.debtor_id)
        )
    }
    return [
        DebtorLine(d.id, d.name, d.tax_id, d.category, tuple(names.get(d.id, ())), *sums.get(d.id, ())) for d in found
    ]
