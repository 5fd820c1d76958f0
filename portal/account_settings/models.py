from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.documents.models import Document
from portal.extensions import Model


class AccountSettings(Model):
    """The tab "Configurações por Conta". `signatory` signs the documents, `fallback_user` is the Usuário ADM."""

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    agreement_term_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document.id"))
    debt_statement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document.id"))
    signatory_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    fallback_user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)

    agreement_term: Mapped[Document | None] = relationship(foreign_keys=[agreement_term_id])
    debt_statement: Mapped[Document | None] = relationship(foreign_keys=[debt_statement_id])
    signatory: Mapped[User | None] = relationship(foreign_keys=[signatory_id])
    fallback_user: Mapped[User | None] = relationship(foreign_keys=[fallback_user_id])
