from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from portal.extensions import db
from portal.portfolio.models import Creditor, Debtor, Phone, Title, TitleStatus


def search_key(text: str) -> str:
    """Text as it is searched: lower case, without accents, single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


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
    return db.session.scalars(
        sa.select(Creditor).where(Creditor.account_id == account_id).order_by(Creditor.key)
    ).all()


def debtors_with_phone(account_id: int, match_key: str) -> Sequence[Debtor]:
    return db.session.scalars(
        sa.select(Debtor)
        .join(Phone, Phone.debtor_id == Debtor.id)
        .where(Phone.account_id == account_id, Phone.match_key == match_key)
        .order_by(Debtor.id)
    ).all()
