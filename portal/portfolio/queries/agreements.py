from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from portal.extensions import db
from portal.portfolio.models import (
    Agreement,
    AgreementStatus,
    AgreementTitle,
    Creditor,
    Instalment,
    Title,
)
from portal.portfolio.queries.debtors import open_titles
from portal.portfolio.rules.calendar import is_overdue
from portal.portfolio.rules.charges import Charge, Terms, charge

ZERO = Decimal("0.00")


def terms_of(creditor: Creditor) -> Terms:
    """What the creditor's contract adds to a late title, and the discount that it allows on that."""
    return Terms(creditor.fine_percent, creditor.interest_percent, creditor.fee_percent, creditor.discount_percent)


def updated_titles(account_id: int, debtor_id: int, today: date) -> list[tuple[Title, Charge]]:
    """A debtor's open titles, oldest first, each with what it amounts to on a day."""
    found = open_titles(account_id, debtor_id)
    return [(title, charge_of(title, today, terms_of(title.creditor))) for title in found]


def charge_of(title: Title, today: date, terms: Terms) -> Charge:
    """What a title amounts to on a day, less what was paid of it in former agreements."""
    return charge(title.amount, title.due_date, today, terms, title.credited)


def agreement_in(account_id: int, debtor_id: int, agreement_id: int) -> Agreement | None:
    return db.session.scalar(
        _whole().where(
            Agreement.account_id == account_id, Agreement.debtor_id == debtor_id, Agreement.id == agreement_id
        )
    )


def agreements_of(account_id: int, debtor_id: int) -> Sequence[Agreement]:
    """A debtor's agreements with their titles and instalments, the latest first."""
    return db.session.scalars(
        _whole()
        .where(Agreement.account_id == account_id, Agreement.debtor_id == debtor_id)
        .order_by(Agreement.number.desc())
    ).all()


def current_agreement(account_id: int, debtor_id: int, creditor_id: int | None = None) -> Agreement | None:
    """The active agreement of a debtor, with one creditor when named; the latest, when there are several."""
    query = _whole().where(
        Agreement.account_id == account_id,
        Agreement.debtor_id == debtor_id,
        Agreement.status == AgreementStatus.ACTIVE,
    )
    if creditor_id is not None:
        query = query.where(Agreement.creditor_id == creditor_id)
    return db.session.scalar(query.order_by(Agreement.number.desc()).limit(1))


@dataclass(frozen=True)
class Standing:
    """How an agreement is on a day. `parcels` leaves the entry out, `payments` has it; `next` is the first unpaid one."""

    parcels: int
    paid_parcels: int
    payments: int
    paid: Decimal
    to_pay: Decimal
    next: Instalment | None
    overdue: tuple[Instalment, ...]
    expired: bool

    @property
    def remaining(self) -> Decimal:
        return self.to_pay - self.paid


def standing(agreement: Agreement, today: date) -> Standing:
    """What is paid, due next and overdue. Only an active agreement is overdue; only a proposal expires."""
    unpaid = [each for each in agreement.instalments if each.paid_on is None]
    paid = [each for each in agreement.instalments if each.paid_on is not None]
    active = agreement.status is AgreementStatus.ACTIVE
    return Standing(
        parcels=sum(each.number > 0 for each in agreement.instalments),
        paid_parcels=sum(each.number > 0 for each in paid),
        payments=len(agreement.instalments),
        paid=sum((each.amount for each in paid), ZERO),
        to_pay=sum((each.amount for each in agreement.instalments), ZERO),
        next=unpaid[0] if unpaid else None,
        overdue=tuple(each for each in unpaid if active and is_overdue(each.due_date, today)),
        expired=agreement.status is AgreementStatus.PROPOSED and today > agreement.valid_until,
    )


def _whole() -> sa.Select[Agreement]:
    return sa.select(Agreement).options(
        joinedload(Agreement.creditor),
        joinedload(Agreement.debtor),
        selectinload(Agreement.titles).joinedload(AgreementTitle.title),
        selectinload(Agreement.instalments),
    )
