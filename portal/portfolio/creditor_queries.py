from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa

from portal.extensions import db
from portal.portfolio.files.rows import creditor_key
from portal.portfolio.models import Creditor, DebtorCode, Title, TitleStatus
from portal.web.paging import Page, page_of

PAGE = 50
NAMES = 30
"""The most creditors that a field offers at once."""


@dataclass(frozen=True)
class CreditorLine:
    """A creditor in a list, with what is open."""

    creditor: Creditor
    titles: int = 0
    total: Decimal = Decimal(0)

    @property
    def lacks(self) -> tuple[str, ...]:
        return missing_data(self.creditor)


def missing_data(creditor: Creditor) -> tuple[str, ...]:
    """What the law wants of a creditor on every document (CDC, art. 42-A) and the creditor has not, in words."""
    needed = (("CPF/CNPJ", creditor.tax_id), ("endereço", creditor.address))
    return tuple(name for name, value in needed if not value)


def creditor_in(account_id: int, creditor_id: int) -> Creditor | None:
    return db.session.scalar(sa.select(Creditor).where(Creditor.account_id == account_id, Creditor.id == creditor_id))


def creditor_named(account_id: int, name: str) -> Creditor | None:
    """The creditor of a name, however it is spelled."""
    return db.session.scalar(
        sa.select(Creditor).where(Creditor.account_id == account_id, Creditor.key == creditor_key(name))
    )


def browse(account_id: int, text: str, number: int, *, incomplete: bool = False) -> Page:
    """A page of the creditors whose name or CPF/CNPJ has this text, as CreditorLine, by name."""
    query = _matching(account_id, text).order_by(Creditor.key, Creditor.id)
    if incomplete:
        query = query.where(sa.or_(Creditor.tax_id == "", Creditor.address == ""))
    page = page_of(query, number, PAGE)
    return Page(_lines(page.items), page.number, page.total, page.size)


def names(account_id: int, text: str, debtor_id: int | None = None) -> Sequence[str]:
    """The first creditors whose name has this text, those of a debtor before the others."""
    theirs = sa.select(Title.creditor_id).where(Title.debtor_id == debtor_id)
    query = _matching(account_id, text).order_by(Creditor.id.in_(theirs).desc(), Creditor.key).limit(NAMES)
    return [creditor.name for creditor in db.session.scalars(query)]


def creditors_of_debtor(account_id: int, debtor_id: int) -> Sequence[Creditor]:
    """Who the debtor owes or is known to by a code, by name."""
    owing = sa.select(Title.creditor_id).where(Title.debtor_id == debtor_id)
    coding = sa.select(DebtorCode.creditor_id).where(DebtorCode.debtor_id == debtor_id)
    return db.session.scalars(
        sa.select(Creditor)
        .where(Creditor.account_id == account_id, sa.or_(Creditor.id.in_(owing), Creditor.id.in_(coding)))
        .order_by(Creditor.key)
    ).all()


def codes_of(debtor_id: int) -> dict[int, str]:
    """The codes by which creditors know a debtor, by creditor."""
    rows = db.session.execute(
        sa.select(DebtorCode.creditor_id, DebtorCode.code).where(DebtorCode.debtor_id == debtor_id)
    )
    return dict(rows.all())


def title_in(account_id: int, debtor_id: int, title_id: int) -> Title | None:
    return db.session.scalar(
        sa.select(Title).where(Title.account_id == account_id, Title.debtor_id == debtor_id, Title.id == title_id)
    )


def _matching(account_id: int, text: str) -> sa.Select[Creditor]:
    query = sa.select(Creditor).where(Creditor.account_id == account_id)
    key = creditor_key(text[:120])
    if not key:
        return query
    number = "".join(c for c in key if c.isalnum()).upper()
    ways = [Creditor.key.contains(key, autoescape=True)]
    if sum(c.isdigit() for c in number) >= 3:
        ways.append(Creditor.tax_id.contains(number, autoescape=True))
    return query.where(sa.or_(*ways))


def _lines(creditors: Sequence[Creditor]) -> list[CreditorLine]:
    open_titles = (
        sa.select(Title.creditor_id, sa.func.count(), sa.func.sum(Title.owed))
        .where(Title.creditor_id.in_([each.id for each in creditors]), Title.status == TitleStatus.OPEN)
        .group_by(Title.creditor_id)
    )
    sums = {creditor_id: facts for creditor_id, *facts in db.session.execute(open_titles)}
    return [CreditorLine(each, *sums.get(each.id, ())) for each in creditors]
