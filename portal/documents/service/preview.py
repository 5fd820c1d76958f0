"""How a text looks on paper: with a real debtor of the company, or with invented figures while there is none."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace

from portal import clock
from portal.accounts.models import User
from portal.documents import queries
from portal.documents.kinds import needs_agreement
from portal.documents.models import DocumentKind
from portal.documents.render import RenderError, Sheet, pdf, pictures
from portal.documents.rules.examples import examples
from portal.documents.rules.wildcards import TEXT_LIMIT, check
from portal.documents.service import values
from portal.documents.service.facts import gather
from portal.documents.service.gaps import gaps
from portal.documents.service.issue import DRAFT, sheet_of, title_of
from portal.extensions import db
from portal.portfolio import queries as portfolio
from portal.portfolio.models import Agreement, Creditor, Debtor
from portal.portfolio.queries import DebtorLine
from portal.portfolio.rules import search

CHOICES = 6


@dataclass(frozen=True)
class Found:
    """Whom a search named: the debtors to choose from, and whether there were more."""

    debtors: tuple[DebtorLine, ...] = ()
    more: bool = False


@dataclass(frozen=True)
class Preview:
    """The pages as pictures (data: addresses) and what would keep the document from being issued.

    `debtor` and `creditor` are names, empty while the figures are invented. `error` says why there is no picture.
    """

    debtor: str
    creditor: str
    gaps: tuple[str, ...]
    pages: tuple[str, ...] = ()
    error: str = ""


Signatory = Callable[[int], User | None]

_signatory: list[Signatory] = []


def sign_with(signatory: Signatory) -> None:
    """Have a feature say who signs a company's documents, as it will be when they are issued."""
    _signatory[:] = [signatory]


def find(account_id: int, text: str) -> Found:
    """The debtors that a name, CPF/CNPJ or phone means; nobody for a text that names nobody."""
    found, more = portfolio.find_few(account_id, search.read(text))
    return Found(tuple(found[:CHOICES]), more or len(found) > CHOICES)


def show(user: User, kind: DocumentKind, body: str, debtor_id: int | None) -> Preview:
    """A text as a document of this kind, for the debtor of that id or for the first one that fits.

    Ends the transaction before it draws: drawing must not hold up who wants to write.
    """
    if len(body) > TEXT_LIMIT:
        return Preview("", "", (), error=" ".join(check(kind.value, body)))
    sheet, found = _sheet(user, kind, body, debtor_id)
    db.session.rollback()
    try:
        pages = tuple(_as_address(picture) for picture in pictures(sheet))
    except RenderError as error:
        return replace(found, error=str(error))
    return replace(found, pages=pages)


def print_out(user: User, kind: DocumentKind, body: str, debtor_id: int | None) -> bytes:
    """The same as a PDF. Raises RenderError."""
    if len(body) > TEXT_LIMIT:
        raise RenderError("O texto é longo demais.")
    sheet, _ = _sheet(user, kind, body, debtor_id)
    db.session.rollback()
    return pdf(sheet)


def _sheet(user: User, kind: DocumentKind, body: str, debtor_id: int | None) -> tuple[Sheet, Preview]:
    debt = _chosen(user.account_id, kind, debtor_id) if debtor_id else _first(user.account_id, kind)
    if debt is None:
        return _invented(user, kind, body), Preview("", "", tuple(check(kind.value, body)))
    signatory = _signatory[0](user.account_id) if _signatory else user
    facts = gather(kind, debt.debtor, debt.creditor, debt.agreement, signatory)
    names = facts.debtor.name, facts.creditor.name
    return sheet_of(facts, body, DRAFT), Preview(*names, tuple(gaps(facts, body)))


@dataclass(frozen=True)
class Debt:
    debtor: Debtor
    creditor: Creditor
    agreement: Agreement | None = None


def _first(account_id: int, kind: DocumentKind) -> Debt | None:
    """Somebody to show a document with: whose open title is the oldest, or whose agreement is the newest."""
    if needs_agreement(kind):
        agreement = queries.newest_agreement(account_id)
        return Debt(agreement.debtor, agreement.creditor, agreement) if agreement else None
    title = queries.oldest_open_title(account_id)
    return Debt(title.debtor, title.creditor) if title else None


def _chosen(account_id: int, kind: DocumentKind, debtor_id: int) -> Debt | None:
    """The debt of a debtor that somebody chose, though there be no agreement or no open title: the gaps say so."""
    debtor = portfolio.debtor_in(account_id, debtor_id)
    if debtor is None or not debtor.titles:
        return None
    agreement = queries.newest_agreement(account_id, debtor_id) if needs_agreement(kind) else None
    title = queries.oldest_open_title(account_id, debtor_id) or debtor.titles[0]
    return Debt(debtor, agreement.creditor if agreement else title.creditor, agreement)


def _invented(user: User, kind: DocumentKind, body: str) -> Sheet:
    content = examples()
    example = content.values
    owed_to = (f"Credor: {example['#NOME_CREDOR#']}", f"CNPJ {example['#CPF_CNPJ_CREDOR#']}")
    return Sheet(
        title=title_of(kind),
        body=body,
        filled=content,
        letterhead=(user.account.name, "", *owed_to, example["#ENDERECO_CREDOR#"]),
        number=DRAFT,
        issued_at=values.moment(clock.now(), user.account.timezone),
        author=user.account.name,
    )


def _as_address(picture: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(picture).decode()
