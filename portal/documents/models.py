from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model, OfAccount, text_enum
from portal.portfolio.models import Agreement, Creditor, Debtor


class DocumentKind(StrEnum):
    """Termo de acordo, and Demonstrativo de débito of the types "Título Original" and "Acordo"."""

    AGREEMENT_TERM = "agreement_term"
    ORIGINAL_STATEMENT = "original_title"
    AGREEMENT_STATEMENT = "agreement_statement"


class Document(OfAccount, Model):
    """A model of a document, in the company's own words with wildcards (coringas)."""

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DocumentKind] = mapped_column(text_enum(DocumentKind))
    name: Mapped[str] = mapped_column(sa.String(80))
    body: Mapped[str] = mapped_column(sa.Text)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_document_list", "account_id", "kind", "name"),)


class IssuedDocument(OfAccount, Model):
    """A PDF that was made for a debtor, with the figures and the calculation it shows: it never changes afterwards."""

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"), index=True)
    document_version: Mapped[int]
    debtor_id: Mapped[int] = mapped_column(sa.ForeignKey("debtor.id"), index=True)
    creditor_id: Mapped[int] = mapped_column(sa.ForeignKey("creditor.id"), index=True)
    agreement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agreement.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    number: Mapped[int]
    total: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2))
    memory: Mapped[dict[str, Any]]
    path: Mapped[str] = mapped_column(sa.String(120))
    digest: Mapped[str] = mapped_column(sa.String(64))
    issued_at: Mapped[datetime]

    document: Mapped[Document] = relationship()
    debtor: Mapped[Debtor] = relationship()
    creditor: Mapped[Creditor] = relationship()
    agreement: Mapped[Agreement | None] = relationship()

    __table_args__ = (sa.UniqueConstraint("account_id", "number"),)
