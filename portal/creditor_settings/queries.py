from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal.account_settings import queries as account_settings
from portal.account_settings.queries import KINDS, NamesDocuments
from portal.creditor_settings.models import CreditorSettings
from portal.documents.models import Document, DocumentKind
from portal.extensions import db
from portal.portfolio.models import Creditor
from portal.portfolio.rules.search import search_key
from portal.web.paging import Page, page_of

PAGE = 50

Source = Literal["credor", "conta", ""]


@dataclass(frozen=True)
class Applying:
    """The document that is used, None for none, and whose choice it is. `lost` is the creditor's own choice that was
    deactivated, and is therefore passed over."""

    document: Document | None
    source: Source
    lost: Document | None = None


@dataclass(frozen=True)
class Line:
    """A creditor with the documents that apply; `version` is 0 while nothing was ever chosen."""

    creditor: Creditor
    settings: CreditorSettings
    agreement_term: Applying
    debt_statement: Applying


def settings_of(creditor: Creditor) -> CreditorSettings:
    """A creditor's choices with what they name; an unsaved row of version 0 while nothing was ever chosen."""
    return _settings(creditor.account_id, [creditor.id]).get(creditor.id) or _unsaved(creditor)


def applying(account_id: int, creditor_id: int, kind: DocumentKind) -> Applying:
    """The document of a kind that is used for a creditor: the creditor's own while it is active, else the company's.
    The tabs choose a termo de acordo and a demonstrativo of the type "Título Original"; of other kinds there is none."""
    field = next((field for field, each in KINDS.items() if each is kind), "")
    if not field:
        return Applying(None, "")
    own = _settings(account_id, [creditor_id]).get(creditor_id)
    return _chosen(own, account_settings.settings_of(account_id), field)


def line_of(creditor: Creditor) -> Line:
    """One row of the tab."""
    return _lines(creditor.account_id, [creditor])[0]


def listing(account_id: int, search: str, number: int, shown: Creditor | None = None) -> Page:
    """A page of the company's creditors by name whose name has every word of `search`, with the documents that apply;
    the page on which `shown` stands, when that creditor is among them."""
    query = _matching(account_id, search)
    if shown is not None:
        before = sa.select(sa.func.count()).select_from(query.where(Creditor.key < shown.key).subquery())
        number = (db.session.scalar(before) or 0) // PAGE + 1
    page = page_of(query.order_by(Creditor.key), number, PAGE)
    return Page(_lines(account_id, page.items), page.number, page.total, page.size)


def matches(creditor: Creditor, search: str) -> bool:
    """Whether a creditor is among those that a search finds."""
    return all(word in creditor.key for word in search_key(search).split())


def names_using(account_id: int, document_id: int) -> Sequence[str]:
    """The creditors that have chosen a document as their own, by name."""
    return db.session.scalars(
        sa.select(Creditor.name)
        .join(CreditorSettings, CreditorSettings.creditor_id == Creditor.id)
        .where(
            CreditorSettings.account_id == account_id,
            sa.or_(
                CreditorSettings.agreement_term_id == document_id, CreditorSettings.debt_statement_id == document_id
            ),
        )
        .order_by(Creditor.key)
    ).all()


def _matching(account_id: int, search: str) -> sa.Select[Creditor]:
    words = search_key(search).split()
    query = sa.select(Creditor).where(Creditor.account_id == account_id)
    return query.where(*(Creditor.key.contains(word, autoescape=True) for word in words))


def _lines(account_id: int, creditors: Sequence[Creditor]) -> list[Line]:
    own = _settings(account_id, [creditor.id for creditor in creditors])
    company = account_settings.settings_of(account_id)
    found = []
    for creditor in creditors:
        row = own.get(creditor.id) or _unsaved(creditor)
        found.append(Line(creditor, row, *(_chosen(row, company, field) for field in KINDS)))
    return found


def _settings(account_id: int, creditor_ids: Sequence[int]) -> dict[int, CreditorSettings]:
    rows = db.session.scalars(
        sa.select(CreditorSettings)
        .options(joinedload(CreditorSettings.agreement_term), joinedload(CreditorSettings.debt_statement))
        .where(CreditorSettings.account_id == account_id, CreditorSettings.creditor_id.in_(creditor_ids))
    )
    return {row.creditor_id: row for row in rows}


def _unsaved(creditor: Creditor) -> CreditorSettings:
    return CreditorSettings(account_id=creditor.account_id, creditor_id=creditor.id, version=0)


def _chosen(own: NamesDocuments | None, company: NamesDocuments, field: str) -> Applying:
    mine, companys = _named(own, field), _named(company, field)
    if mine is not None and mine.active:
        return Applying(mine, "credor")
    if companys is not None and companys.active:
        return Applying(companys, "conta", lost=mine)
    return Applying(None, "", lost=mine)


def _named(row: NamesDocuments | None, field: str) -> Document | None:
    found: Document | None = getattr(row, field.removesuffix("_id"), None)
    return found
