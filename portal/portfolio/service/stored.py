"""What the portfolio already has of the debtors of some rows, read with one query a table for all of them.

Straight from the connection, for the session's own way takes twice the time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from portal.extensions import db
from portal.portfolio.files.rows import Row
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


def creditor_ids(account_id: int, keys: Iterable[str]) -> dict[str, int]:
    """The creditors that exist, by key."""
    query = sa.select(Creditor.key, Creditor.id).where(Creditor.account_id == account_id, _among(Creditor.key, keys))
    return dict(_rows(query))


def debtors(account_id: int, tax_ids: Iterable[str]) -> dict[str, StoredDebtor]:
    """The debtors that exist, by tax id."""
    query = sa.select(
        Debtor.tax_id, Debtor.id, Debtor.name, Debtor.category, Debtor.city, Debtor.state,
        sa.cast(Debtor.emails, sa.Text),
    ).where(Debtor.account_id == account_id, _among(Debtor.tax_id, tax_ids)).order_by(Debtor.id)  # fmt: skip
    return {
        tax_id: StoredDebtor(debtor_id, name, category, city, state, [] if emails == "[]" else json.loads(emails))
        for tax_id, debtor_id, name, category, city, state, emails in _rows(query)
    }


def debtor_ids(account_id: int, tax_ids: Iterable[str]) -> dict[str, int]:
    """The ids of the debtors that exist, by tax id."""
    query = sa.select(Debtor.tax_id, Debtor.id).where(Debtor.account_id == account_id, _among(Debtor.tax_id, tax_ids))
    return dict(_rows(query))


def phones(debtor_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Positions of phones, by debtor and then match key."""
    found: dict[int, dict[str, int]] = {}
    query = sa.select(Phone.debtor_id, Phone.match_key, Phone.position).where(_among(Phone.debtor_id, debtor_ids))
    for debtor_id, match_key, position in _rows(query):
        found.setdefault(debtor_id, {})[match_key] = position
    return found


def codes(debtor_ids: Iterable[int]) -> dict[tuple[int, int], str]:
    """Codes of debtors, by creditor and debtor."""
    query = sa.select(DebtorCode.creditor_id, DebtorCode.debtor_id, DebtorCode.code).where(
        _among(DebtorCode.debtor_id, debtor_ids)
    )
    return {(creditor_id, debtor_id): code for creditor_id, debtor_id, code in _rows(query)}


def titles(debtor_ids: Iterable[int]) -> dict[TitleKey, StoredTitle]:
    """All titles of some debtors."""
    query = sa.select(
        Title.creditor_id, Title.debtor_id, Title.due_date, Title.number, Title.sequence,
        Title.id, Title.amount, Title.boleto_line,
    ).where(_among(Title.debtor_id, debtor_ids))  # fmt: skip
    return {
        (creditor_id, debtor_id, due_date, number, sequence): StoredTitle(title_id, amount, line)
        for creditor_id, debtor_id, due_date, number, sequence, title_id, amount, line in _rows(query)
    }


def _among(column: Any, values: Iterable[Any]) -> sa.ColumnElement[bool]:
    """Whether a column has one of the values. On SQLite they are one parameter, so that the statement stays the same;
    PostgreSQL would keep the plan of the first rows for it, made when the tables were small.
    """
    wanted = list(set(values))
    given = sa.func.json_each(json.dumps(wanted)).table_valued("value")
    on_sqlite = db.engine.dialect.name == "sqlite"
    found: sa.ColumnElement[bool] = column.in_(sa.select(given.c.value) if on_sqlite else wanted)
    return found


def _rows(query: sa.Executable) -> Sequence[Any]:
    return db.session.connection().execute(query).all()
