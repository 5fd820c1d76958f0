from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.extensions import Model, OfAccount, text_enum


class TitleStatus(StrEnum):
    OPEN = "aberto"
    PAID = "pago"
    CANCELLED = "cancelado"
    SUSPENDED = "suspenso"
    NEGOTIATED = "negociado"


class AgreementStatus(StrEnum):
    """`overdue` is no status: it follows from the instalments and the day."""

    PROPOSED = "proposto"
    ACTIVE = "ativo"
    FULFILLED = "cumprido"
    BROKEN = "quebrado"
    CANCELLED = "cancelado"


class PhoneKind(StrEnum):
    MOBILE = "mobile"
    LANDLINE = "landline"


class ImportStatus(StrEnum):
    PREVIEW = "preview"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Creditor(OfAccount, Model):
    """Who the money is owed to (credor). `key` is the name without case, accents and spare spaces."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(160))
    key: Mapped[str] = mapped_column(sa.String(160))
    tax_id: Mapped[str] = mapped_column(sa.String(14), default="")
    address: Mapped[str] = mapped_column(sa.String(200), default="")
    city: Mapped[str] = mapped_column(sa.String(80), default="")
    state: Mapped[str] = mapped_column(sa.String(2), default="")
    zip_code: Mapped[str] = mapped_column(sa.String(8), default="")
    phone: Mapped[str] = mapped_column(sa.String(20), default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    pix_key: Mapped[str] = mapped_column(sa.String(77), default="")
    consumer: Mapped[bool] = mapped_column(default=True)
    fine_percent: Mapped[Decimal] = mapped_column(sa.Numeric(5, 2), default=Decimal(0))
    interest_percent: Mapped[Decimal] = mapped_column(sa.Numeric(5, 2), default=Decimal(0))
    fee_percent: Mapped[Decimal] = mapped_column(sa.Numeric(5, 2), default=Decimal(0))
    fee_clause: Mapped[str] = mapped_column(sa.String(200), default="")
    discount_percent: Mapped[Decimal] = mapped_column(sa.Numeric(5, 2), default=Decimal(0))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (sa.UniqueConstraint("account_id", "key"),)


class Debtor(OfAccount, Model):
    """A person or company that owes (devedor), one for each CPF/CNPJ of an account."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(160))
    search_name: Mapped[str] = mapped_column(sa.String(160))
    tax_id: Mapped[str] = mapped_column(sa.String(14))
    category: Mapped[str] = mapped_column(sa.String(80), default="")
    emails: Mapped[list[Any]] = mapped_column(default=list)
    city: Mapped[str] = mapped_column(sa.String(80), default="")
    state: Mapped[str] = mapped_column(sa.String(2), default="")
    address: Mapped[str] = mapped_column(sa.String(200), default="")
    zip_code: Mapped[str] = mapped_column(sa.String(8), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    phones: Mapped[list[Phone]] = relationship(back_populates="debtor", order_by="Phone.position")
    titles: Mapped[list[Title]] = relationship(back_populates="debtor", order_by="Title.due_date")

    __table_args__ = (
        sa.UniqueConstraint("account_id", "tax_id"),
        sa.Index("ix_debtor_search_name", "account_id", "search_name"),
    )

    @property
    def first_name(self) -> str:
        return self.name.split(" ", 1)[0]


class DebtorCode(OfAccount, Model):
    """The code by which a creditor knows a debtor (COD_DEVEDOR)."""

    creditor_id: Mapped[int] = mapped_column(sa.ForeignKey("creditor.id"), primary_key=True)
    debtor_id: Mapped[int] = mapped_column(sa.ForeignKey("debtor.id"), primary_key=True, index=True)
    code: Mapped[str] = mapped_column(sa.String(40))


class Phone(OfAccount, Model):
    """`e164` is how to dial it (mobiles with the ninth digit); `match_key` finds it from any spelling of a wa_id."""

    id: Mapped[int] = mapped_column(primary_key=True)
    debtor_id: Mapped[int] = mapped_column(sa.ForeignKey("debtor.id"))
    e164: Mapped[str] = mapped_column(sa.String(20))
    match_key: Mapped[str] = mapped_column(sa.String(20))
    kind: Mapped[PhoneKind] = mapped_column(text_enum(PhoneKind))
    position: Mapped[int] = mapped_column(default=1)

    debtor: Mapped[Debtor] = relationship(back_populates="phones")

    __table_args__ = (
        sa.UniqueConstraint("debtor_id", "e164"),
        sa.Index("ix_phone_match_key", "account_id", "match_key"),
    )


class Title(OfAccount, Model):
    """A debt title (título). `sequence` tells apart the titles of one debtor, creditor, due date and number; `credited`
    is what was paid of it in agreements that ended unkept."""

    id: Mapped[int] = mapped_column(primary_key=True)
    debtor_id: Mapped[int] = mapped_column(sa.ForeignKey("debtor.id"), index=True)
    creditor_id: Mapped[int] = mapped_column(sa.ForeignKey("creditor.id"), index=True)
    number: Mapped[str] = mapped_column(sa.String(40), default="")
    due_date: Mapped[date]
    sequence: Mapped[int] = mapped_column(default=1)
    amount: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2))
    credited: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2), default=Decimal(0))
    status: Mapped[TitleStatus] = mapped_column(text_enum(TitleStatus), default=TitleStatus.OPEN)
    boleto_line: Mapped[str] = mapped_column(sa.String(48), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    debtor: Mapped[Debtor] = relationship(back_populates="titles")
    creditor: Mapped[Creditor] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("creditor_id", "debtor_id", "due_date", "number", "sequence"),
        sa.Index("ix_title_open", "account_id", "status", "due_date"),
    )

    @hybrid_property
    def owed(self) -> Decimal:
        """What is left of the original value."""
        return max(self.amount - self.credited, Decimal("0.00"))

    @owed.inplace.expression
    @classmethod
    def _owed(cls) -> sa.ColumnElement[Decimal]:
        return sa.case((cls.amount > cls.credited, cls.amount - cls.credited), else_=0)


class Agreement(OfAccount, Model):
    """An agreement (acordo) of a debtor with one creditor, its figures fixed on the day it was made.

    `memory` is the calculation by which the figures came about, as `rules.charges` writes it.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    debtor_id: Mapped[int] = mapped_column(sa.ForeignKey("debtor.id"), index=True)
    creditor_id: Mapped[int] = mapped_column(sa.ForeignKey("creditor.id"), index=True)
    status: Mapped[AgreementStatus] = mapped_column(text_enum(AgreementStatus))
    agreed_on: Mapped[date]
    valid_until: Mapped[date]
    principal: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2))
    fine: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2))
    interest: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2))
    fee: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2))
    discount: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2))
    total: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2))
    entry: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2), default=Decimal(0))
    mode: Mapped[str] = mapped_column(sa.String(16))
    mode_percent: Mapped[Decimal] = mapped_column(sa.Numeric(5, 2), default=Decimal(0))
    memory: Mapped[list[Any]] = mapped_column(default=list)
    form_token: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    debtor: Mapped[Debtor] = relationship()
    creditor: Mapped[Creditor] = relationship()
    titles: Mapped[list[AgreementTitle]] = relationship(back_populates="agreement", order_by="AgreementTitle.title_id")
    instalments: Mapped[list[Instalment]] = relationship(back_populates="agreement", order_by="Instalment.number")

    __table_args__ = (sa.UniqueConstraint("account_id", "number"),)

    @property
    def credited(self) -> Decimal:
        """What had been paid of its titles, in former agreements, before this one."""
        return sum((each.credited for each in self.titles), Decimal("0.00"))

    @property
    def original(self) -> Decimal:
        """The titles' original values: `principal` is what was left of them."""
        return self.principal + self.credited


class AgreementTitle(OfAccount, Model):
    """A title in an agreement, with its share of the agreement's figures."""

    agreement_id: Mapped[int] = mapped_column(sa.ForeignKey("agreement.id"), primary_key=True)
    title_id: Mapped[int] = mapped_column(sa.ForeignKey("title.id"), primary_key=True, index=True)
    principal: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2))
    fine: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2))
    interest: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2))
    fee: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2))
    discount: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2))
    total: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2))

    agreement: Mapped[Agreement] = relationship(back_populates="titles")
    title: Mapped[Title] = relationship()

    @property
    def kept(self) -> dict[str, Any]:
        """The title's part of the agreement's calculation memory."""
        parts = (each for each in self.agreement.memory if isinstance(each, dict))
        return next((each for each in parts if each.get("title_id") == self.title_id), {})

    @property
    def credited(self) -> Decimal:
        return Decimal(self.kept.get("credited", "0.00"))

    @property
    def original(self) -> Decimal:
        return self.principal + self.credited


class Instalment(OfAccount, Model):
    """A payment (parcela) that an agreement asks for; number 0 is the entry (entrada). Unpaid while `paid_on` is None."""

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(sa.ForeignKey("agreement.id"))
    number: Mapped[int]
    due_date: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2))
    paid_on: Mapped[date | None]
    boleto_line: Mapped[str] = mapped_column(sa.String(48), default="")

    agreement: Mapped[Agreement] = relationship(back_populates="instalments")

    __table_args__ = (sa.UniqueConstraint("agreement_id", "number"),)


class PortfolioImport(OfAccount, Model):
    """An uploaded file on its way into the portfolio. `next_line` is where a killed import goes on.

    `digest` is the SHA-256 of `content`: a file that was sent before is recognised.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    filename: Mapped[str] = mapped_column(sa.String(200))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    status: Mapped[ImportStatus] = mapped_column(text_enum(ImportStatus))
    total_rows: Mapped[int] = mapped_column(default=0)
    good_rows: Mapped[int] = mapped_column(default=0)
    refused_rows: Mapped[int] = mapped_column(default=0)
    warned_rows: Mapped[int] = mapped_column(default=0)
    done_rows: Mapped[int] = mapped_column(default=0)
    next_line: Mapped[int] = mapped_column(default=0)
    created_titles: Mapped[int] = mapped_column(default=0)
    updated_titles: Mapped[int] = mapped_column(default=0)
    unchanged_titles: Mapped[int] = mapped_column(default=0)
    created_debtors: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()

    __table_args__ = (sa.Index("ix_portfolio_import_digest", "account_id", "digest"),)


class ImportRemark(OfAccount, Model):
    """Why a row was refused, or what was left out of a row that was kept (`refused` false)."""

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(sa.ForeignKey("portfolio_import.id"))
    line: Mapped[int]
    column: Mapped[str] = mapped_column(sa.String(40))
    value: Mapped[str] = mapped_column(sa.String(200))
    reason: Mapped[str] = mapped_column(sa.String(300))
    refused: Mapped[bool]

    __table_args__ = (sa.Index("ix_import_remark_import", "import_id", "refused", "line"),)
