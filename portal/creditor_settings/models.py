from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.documents.models import Document
from portal.extensions import Model, OfAccount


class CreditorSettings(OfAccount, Model):
    """The documents of one creditor, where they differ from the account's; None falls back to the account's."""

    creditor_id: Mapped[int] = mapped_column(sa.ForeignKey("creditor.id"), primary_key=True)
    agreement_term_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document.id"))
    debt_statement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document.id"))
    version: Mapped[int] = mapped_column(default=1)

    agreement_term: Mapped[Document | None] = relationship(foreign_keys=[agreement_term_id])
    debt_statement: Mapped[Document | None] = relationship(foreign_keys=[debt_statement_id])
