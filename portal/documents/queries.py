from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal.documents.models import Document, DocumentKind, IssuedDocument
from portal.extensions import db
from portal.portfolio.models import Agreement, AgreementStatus, Title, TitleStatus
from portal.web.paging import Page, page_of

ISSUED_PAGE = 50


def document_in(account_id: int, document_id: int) -> Document | None:
    return db.session.scalar(sa.select(Document).where(Document.account_id == account_id, Document.id == document_id))


def documents_of(account_id: int, *kinds: DocumentKind) -> Sequence[Document]:
    """The company's documents of these kinds, those in use first, by name."""
    return db.session.scalars(
        sa.select(Document)
        .where(Document.account_id == account_id, Document.kind.in_(kinds))
        .order_by(Document.active.desc(), sa.func.lower(Document.name), Document.id)
    ).all()


def active_of_kind(account_id: int, *kinds: DocumentKind) -> Sequence[Document]:
    """What can be chosen: the active documents of these kinds, by name."""
    return [document for document in documents_of(account_id, *kinds) if document.active]


def names_of(account_id: int, *kinds: DocumentKind, but: int | None = None) -> list[str]:
    """The names that documents of these kinds have, save one of them."""
    return [document.name for document in documents_of(account_id, *kinds) if document.id != but]


def issued_in(account_id: int, issued_id: int) -> IssuedDocument | None:
    return db.session.scalar(
        _issued(account_id).options(joinedload(IssuedDocument.agreement)).where(IssuedDocument.id == issued_id)
    )


def issued_of(account_id: int, number: int) -> Page:
    """A page of the documents issued, newest first."""
    return page_of(_issued(account_id).order_by(IssuedDocument.number.desc()), number, ISSUED_PAGE)


def _issued(account_id: int) -> sa.Select[IssuedDocument]:
    return (
        sa.select(IssuedDocument)
        .options(
            joinedload(IssuedDocument.document),
            joinedload(IssuedDocument.debtor),
            joinedload(IssuedDocument.creditor),
        )
        .where(IssuedDocument.account_id == account_id)
    )


def oldest_open_title(account_id: int, debtor_id: int | None = None) -> Title | None:
    """The open title that has been due the longest, of one debtor or of all, with its debtor and creditor."""
    query = sa.select(Title).where(Title.account_id == account_id, Title.status == TitleStatus.OPEN)
    if debtor_id is not None:
        query = query.where(Title.debtor_id == debtor_id)
    query = query.options(joinedload(Title.debtor), joinedload(Title.creditor)).order_by(Title.due_date, Title.id)
    return db.session.scalar(query.limit(1))


def newest_agreement(account_id: int, debtor_id: int | None = None) -> Agreement | None:
    """The last agreement that holds, of one debtor or of all, with its debtor and creditor."""
    query = sa.select(Agreement).where(Agreement.account_id == account_id, Agreement.status == AgreementStatus.ACTIVE)
    if debtor_id is not None:
        query = query.where(Agreement.debtor_id == debtor_id)
    query = query.options(joinedload(Agreement.debtor), joinedload(Agreement.creditor))
    return db.session.scalar(query.order_by(Agreement.id.desc()).limit(1))
