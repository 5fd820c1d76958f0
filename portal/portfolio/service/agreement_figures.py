"""What an agreement would come to: the titles on the day, the discount, and how the total is split. Nothing is written."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from portal.accounts.models import User
from portal.portfolio import queries
from portal.portfolio.models import Creditor, Debtor, Title
from portal.portfolio.rules import charges, instalments
from portal.portfolio.rules.amounts import MAXIMUM
from portal.portfolio.rules.charges import ZERO, Charge, Sum
from portal.portfolio.rules.instalments import InstalmentError, Mode, Plan

FAR = timedelta(days=365)
LONGEST_VALIDITY = timedelta(days=30)


class CannotAgree(Exception):
    """The agreement cannot be made like this; the message is in Portuguese, `field` names what to correct ("" for all)."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Offer:
    """What was negotiated. The discount is a percentage of the additions, or an amount that may reach the principal."""

    title_ids: tuple[int, ...]
    count: int
    first_due: date
    valid_until: date
    discount_percent: Decimal = ZERO
    discount: Decimal = ZERO
    entry: Decimal = ZERO
    entry_percent: Decimal = ZERO
    mode: Mode = Mode.NO_INTEREST
    percent: Decimal = ZERO
    minimum: Decimal = ZERO


@dataclass(frozen=True)
class Figures:
    """Titles with their charges, discount included, the sum of them, and the parcels."""

    creditor: Creditor
    on: date
    titles: tuple[tuple[Title, Charge], ...]
    sum: Sum
    plan: Plan

    @property
    def seal(self) -> str:
        """The same only while every figure is: what was shown is what is saved."""
        charged = [(title.id, str(each.total), str(each.discount)) for title, each in self.titles]
        parcels = [(each.number, each.due_date.isoformat(), str(each.amount)) for each in self.plan.parcels]
        return hashlib.sha256(repr((self.on, charged, parcels)).encode()).hexdigest()[:32]


def most_discount(user: User, creditor: Creditor) -> Decimal:
    """The percentage of the additions that a person may give away: operators what the creditor allows, admins all."""
    return Decimal(100) if user.is_admin else creditor.discount_percent


def calculate(user: User, debtor: Debtor, offer: Offer, today: date) -> Figures:
    """The figures of an offer on a day. Raises CannotAgree."""
    chosen = _chosen(debtor, offer.title_ids, today)
    creditor = chosen[0][0].creditor
    _check_days(offer, today)
    charged = _discounted(user, creditor, chosen, offer)
    together = charges.summed(charged)
    plan = _split(together.total, offer)
    if plan.to_pay > MAXIMUM:
        raise CannotAgree("O total a pagar passa de R$ 999.999.999,99.")
    titles = tuple((title, each) for (title, _), each in zip(chosen, charged, strict=True))
    return Figures(creditor, today, titles, together, plan)


def _chosen(debtor: Debtor, title_ids: Sequence[int], today: date) -> list[tuple[Title, Charge]]:
    if not title_ids:
        raise CannotAgree("Escolha pelo menos um título.", "titles")
    wanted = set(title_ids)
    found = [pair for pair in queries.updated_titles(debtor.account_id, debtor.id, today) if pair[0].id in wanted]
    if len(found) != len(wanted):
        raise CannotAgree("Um dos títulos não está mais em aberto. Confira a lista e calcule de novo.", "titles")
    if len({title.creditor_id for title, _ in found}) > 1:
        raise CannotAgree("Um acordo é com um só credor. Escolha títulos do mesmo credor.", "titles")
    return found


def _check_days(offer: Offer, today: date) -> None:
    if not today <= offer.valid_until <= today + LONGEST_VALIDITY:
        raise CannotAgree("A proposta vale de hoje até 30 dias.", "valid_until")
    if offer.first_due < offer.valid_until:
        raise CannotAgree("O primeiro vencimento não pode ser antes do fim da validade da proposta.", "first_due")
    if offer.first_due > today + FAR:
        raise CannotAgree("O primeiro vencimento pode ser em até um ano.", "first_due")


def _discounted(
    user: User, creditor: Creditor, chosen: Sequence[tuple[Title, Charge]], offer: Offer
) -> tuple[Charge, ...]:
    if offer.discount and offer.discount_percent:
        raise CannotAgree("Informe o desconto em porcentagem ou em reais, não os dois.", "discount")
    most = most_discount(user, creditor)
    if offer.discount:
        return _by_amount(user, [each for _, each in chosen], offer.discount, most)
    if offer.discount_percent > most:
        raise CannotAgree(_too_much(most), "discount_percent")
    terms = replace(queries.terms_of(creditor), discount_percent=offer.discount_percent)
    return tuple(queries.charge_of(title, each.on, terms) for title, each in chosen)


def _by_amount(user: User, charged: Sequence[Charge], discount: Decimal, most: Decimal) -> tuple[Charge, ...]:
    together = charges.summed(charged)
    if not user.is_admin and discount > charges.rounded(together.additions * most / 100):
        raise CannotAgree(_too_much(most), "discount")
    if discount >= together.principal + together.additions:
        raise CannotAgree("O desconto precisa ser menor que a dívida.", "discount")
    return charges.discounted(charged, discount)


def _too_much(most: Decimal) -> str:
    return (
        f"O desconto que este credor permite vai até {charges.plain(most)}% dos encargos. "
        "Para dar mais, fale com um administrador."
    )


def _split(total: Decimal, offer: Offer) -> Plan:
    if offer.entry and offer.entry_percent:
        raise CannotAgree("Informe a entrada em reais ou em porcentagem, não as duas.", "entry")
    entry = offer.entry or instalments.entry_of(total, offer.entry_percent)
    try:
        return instalments.split(
            total,
            offer.count,
            offer.first_due,
            entry=entry,
            entry_due=offer.valid_until,
            mode=offer.mode,
            percent=offer.percent,
            minimum=offer.minimum,
        )
    except InstalmentError as error:
        field = "entry_percent" if error.field == "entry" and offer.entry_percent else error.field
        raise CannotAgree(str(error), field) from error
