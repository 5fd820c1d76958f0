"""What the portfolio already has of the debtors of some rows, read with one query a table for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from portal.extensions import db
from portal.portfolio.files.rows import Row, creditor_key
from portal.portfolio.models import Creditor, Debtor, DebtorCode, Phone, Title

TitleKey = tuple[int, int, date, str, int]
"""Creditor, debtor, due date, number and sequence."""


@dataclass(slots=True)
class StoredDebtor:
    """What a row may change in a debtor."""

    id: int
    name: str
    category: str
    city: str
    state: str
    emails: list[str]


@dataclass(slots=True)
class StoredTitle:
    """What a row may change in a title."""

    id: int
    amount: Decimal
    boleto_line: str

    def differs_from(self, row: Row) -> bool:
        """Whether a row has news of this title. A row without a boleto does not take the boleto away."""
        return self.amount != row.amount or bool(row.boleto_line and row.boleto_line != self.boleto_line)


def creditor_ids(account_id: int, rows: Iterable[Row]) -> dict[str, int]:
    """The creditors of some rows that exist, by key."""
    keys = {creditor_key(row.creditor) for row in rows}
    query = sa.select(Creditor.key, Creditor.id).where(Creditor.account_id == account_id, Creditor.key.in_(keys))
    return dict(_rows(query))


def debtors(account_id: int, tax_ids: Iterable[str]) -> dict[str, StoredDebtor]:
    """The debtors that exist, by tax id."""
    query = sa.select(
        Debtor.tax_id, Debtor.id, Debtor.name, Debtor.category, Debtor.city, Debtor.state, Debtor.emails
    ).where(Debtor.account_id == account_id, Debtor.tax_id.in_(set(tax_ids)))
    return {
        tax_id: StoredDebtor(debtor_id, name, category, city, state, list(emails))
        for tax_id, debtor_id, name, category, city, state, emails in _rows(query)
    }


def phones(debtor_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Positions of phones, by debtor and then match key."""
    found: dict[int, dict[str, int]] = {}
    query = sa.select(Phone.debtor_id, Phone.match_key, Phone.position).where(Phone.debtor_id.in_(set(debtor_ids)))
    for debtor_id, match_key, position in _rows(query):
        found.setdefault(debtor_id, {})[match_key] = position
    return found


def codes(debtor_ids: Iterable[int]) -> dict[tuple[int, int], str]:
    """Codes of debtors, by creditor and debtor."""
    query = sa.select(DebtorCode.creditor_id, DebtorCode.debtor_id, DebtorCode.code).where(
        DebtorCode.debtor_id.in_(set(debtor_ids))
    )
    return {(creditor_id, debtor_id): code for creditor_id, debtor_id, code in _rows(query)}


def titles(debtor_ids: Iterable[int]) -> dict[TitleKey, StoredTitle]:
    """All titles of some debtors."""
    query = sa.select(
        Title.creditor_id, Title.debtor_id, Title.due_date, Title.number, Title.sequence,
        Title.id, Title.amount, Title.boleto_line,
    ).where(Title.debtor_id.in_(set(debtor_ids)))  # fmt: skip
    return {tuple(row[:5]): StoredTitle(*row[5:]) for row in _rows(query)}


def _rows(query: sa.Executable) -> Sequence[Any]:
    """Straight from the connection: the session's own way takes twice the time."""
    return db.session.connection().execute(query).all()
