from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal.extensions import db
from portal.portfolio.models import ImportRemark, ImportStatus, PortfolioImport
from portal.web.paging import Page, page_of

REMARKS = 25


def import_in(account_id: int, import_id: int) -> PortfolioImport | None:
    return db.session.scalar(
        sa.select(PortfolioImport)
        .options(joinedload(PortfolioImport.user))
        .where(PortfolioImport.account_id == account_id, PortfolioImport.id == import_id)
    )


def imports_of(account_id: int, number: int) -> Page:
    """The imports of a company, newest first."""
    return page_of(
        sa.select(PortfolioImport)
        .options(joinedload(PortfolioImport.user))
        .where(PortfolioImport.account_id == account_id)
        .order_by(PortfolioImport.id.desc()),
        number,
        25,
    )


def same_file(found: PortfolioImport) -> PortfolioImport | None:
    """The last import, done before, of a file with the very same content."""
    return db.session.scalar(
        sa.select(PortfolioImport)
        .where(
            PortfolioImport.account_id == found.account_id,
            PortfolioImport.digest == found.digest,
            PortfolioImport.status == ImportStatus.DONE,
            PortfolioImport.id < found.id,
        )
        .order_by(PortfolioImport.id.desc())
        .limit(1)
    )


def remarks(found: PortfolioImport, number: int, *, refused: bool) -> Page:
    """Refusals or warnings of an import, in the order of the file."""
    return page_of(
        sa.select(ImportRemark)
        .where(ImportRemark.import_id == found.id, ImportRemark.refused.is_(refused))
        .order_by(ImportRemark.line, ImportRemark.id),
        number,
        REMARKS,
    )
