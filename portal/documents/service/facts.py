"""What a document is about, read once: the people, the titles with what each amounts to today, and the agreement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from portal import clock
from portal.accounts.models import Account, User
from portal.documents.kinds import needs_agreement
from portal.documents.models import DocumentKind
from portal.extensions import db
from portal.portfolio import queries as portfolio
from portal.portfolio.models import Agreement, AgreementTitle, Creditor, Debtor, Instalment, Title
from portal.portfolio.rules.calendar import is_overdue
from portal.portfolio.rules.charges import FIGURES, Charge, Sum, summed, to_json


@dataclass(frozen=True)
class Line:
    """A title with its figures on the day: today's, or those that an agreement fixed. `days` is of delay."""

    title: Title
    days: int
    figures: Sum
    memory: dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """Everything that a document can say. `agreement` is None for a statement of open titles."""

    kind: DocumentKind
    account: Account
    debtor: Debtor
    creditor: Creditor
    agreement: Agreement | None
    signatory: User | None
    at: datetime
    lines: tuple[Line, ...]

    @property
    def today(self) -> date:
        """The day on the company's calendar."""
        return clock.local(self.at, self.account.timezone).date()

    @property
    def sums(self) -> Sum:
        """The titles together, part by part."""
        return summed(line.figures for line in self.lines)

    @property
    def total(self) -> Decimal:
        """What the document asks for: the debt, or all instalments together, their own interest included."""
        if self.agreement is None:
            return self.sums.total
        return sum((each.amount for each in self.instalments), Decimal(0)) or self.agreement.total

    @property
    def split_interest(self) -> Decimal:
        """What paying in instalments costs: the instalments together, less the debt that they pay."""
        return self.total - self.agreement.total if self.agreement else Decimal(0)

    @property
    def split_steps(self) -> list[str]:
        """How the debt was split into instalments, as the agreement keeps it."""
        kept = self.agreement.memory if self.agreement else []
        return [step for each in kept if isinstance(each, dict) for step in each.get("split", [])]

    @property
    def instalments(self) -> list[Instalment]:
        return list(self.agreement.instalments) if self.agreement else []

    @property
    def next_instalment(self) -> Instalment | None:
        """What an agreement asks for next: its first unpaid instalment, the entry included."""
        return next((each for each in self.instalments if each.paid_on is None), None)


def gather(
    kind: DocumentKind, debtor: Debtor, creditor: Creditor, agreement: Agreement | None, signatory: User | None
) -> Facts:
    """Read what a document of this kind needs. Raises ValueError when the rows are not of one company and one debt."""
    _check_one_debt(debtor, creditor, agreement, signatory)
    account, at = db.session.get_one(Account, debtor.account_id), clock.now()
    today = clock.local(at, account.timezone).date()
    about = agreement if needs_agreement(kind) else None
    if needs_agreement(kind):
        lines = tuple(_agreed(each, about) for each in about.titles) if about else ()
    else:
        lines = tuple(_owed(*each) for each in _open(debtor, creditor, today))
    return Facts(kind, account, debtor, creditor, about, signatory, at, lines)


def _check_one_debt(debtor: Debtor, creditor: Creditor, agreement: Agreement | None, signatory: User | None) -> None:
    rows = [row for row in (creditor, agreement, signatory) if row is not None]
    if any(row.account_id != debtor.account_id for row in rows):
        raise ValueError("a document is of one company")
    if agreement and (agreement.debtor_id, agreement.creditor_id) != (debtor.id, creditor.id):
        raise ValueError("an agreement of another debt")


def _open(debtor: Debtor, creditor: Creditor, today: date) -> list[tuple[Title, Charge]]:
    found = portfolio.updated_titles(debtor.account_id, debtor.id, today)
    return [(title, charge) for title, charge in found if title.creditor_id == creditor.id]


def _owed(title: Title, charge: Charge) -> Line:
    return Line(title, charge.days, summed([charge]), to_json(charge))


def _agreed(share: AgreementTitle, agreement: Agreement) -> Line:
    due, on = share.title.due_date, agreement.agreed_on
    figures = Sum(**{name: getattr(share, name) for name in FIGURES})
    days = (on - due).days if is_overdue(due, on) else 0
    return Line(share.title, days, figures, _kept(agreement, share))


def _kept(agreement: Agreement, share: AgreementTitle) -> dict[str, Any]:
    """The title's part of the calculation that the agreement was made by."""
    return {
        "due_date": share.title.due_date.isoformat(),
        "on": agreement.agreed_on.isoformat(),
        **{name: str(getattr(share, name)) for name in FIGURES},
        "memory": share.kept.get("memory", []),
    }
