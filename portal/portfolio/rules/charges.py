"""What a debt amounts to on a day: the one engine of every figure that the portal shows, sends or prints.

- Overdue once the day is past the due date, moved to the next bank day (see `calendar.is_overdue`); before that, nothing
  is added. Days then count from the due date that the title states: creditors' contracts fix the default at the due date,
  and the extension only protects who pays on the next bank day.
- Multa once, on the principal. Juros simple, pro rata die: principal × % ÷ 30 × days. Honorários on principal, multa and
  juros. Each is rounded by itself, halves up, and the total is the sum of the rounded parts.
- The discount is on multa, juros and honorários. It reaches the principal only in `discounted`, by an explicit amount.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from portal.portfolio.rules.calendar import is_overdue, next_bank_day

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
FIGURES = ("principal", "fine", "interest", "fee", "discount", "total", "credited")
"""What a charge and a sum of charges have."""

_HUNDRED = Decimal(100)
_MONTH = 30


@dataclass(frozen=True, slots=True)
class Terms:
    """What a creditor's contract adds, in percent: multa once, juros a month, honorários; and the discount on all three."""

    fine_percent: Decimal = Decimal(0)
    interest_percent: Decimal = Decimal(0)
    fee_percent: Decimal = Decimal(0)
    discount_percent: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        if min(self.fine_percent, self.interest_percent, self.fee_percent, self.discount_percent) < 0:
            raise ValueError("a percentage is negative")
        if self.discount_percent > _HUNDRED:
            raise ValueError("a discount is greater than what it is on")


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the calculation memory, in Portuguese: `str()` is "Multa: 1.000,00 × 2,00% = 20,00"."""

    label: str
    how: str
    amount: Decimal | None = None

    def __str__(self) -> str:
        amount = "" if self.amount is None else plain(self.amount)
        return f"{self.label}: {' = '.join(part for part in (self.how, amount) if part)}"


@dataclass(frozen=True, slots=True)
class Sum:
    """Totals of several charges, part by part."""

    principal: Decimal = ZERO
    fine: Decimal = ZERO
    interest: Decimal = ZERO
    fee: Decimal = ZERO
    discount: Decimal = ZERO
    total: Decimal = ZERO
    credited: Decimal = ZERO

    @property
    def additions(self) -> Decimal:
        """Multa, juros and honorários together."""
        return self.fine + self.interest + self.fee

    @property
    def original(self) -> Decimal:
        """The original values, what was already paid of them included."""
        return self.principal + self.credited


@dataclass(frozen=True, slots=True)
class Charge:
    """A debt on a day; amounts have two places and total = principal + fine + interest + fee - discount.

    `principal` is what is left of the original value after `credited`, what was already paid. `days` of delay is 0 when
    the debt is not overdue.
    """

    principal: Decimal
    due_date: date
    on: date
    days: int
    fine: Decimal
    interest: Decimal
    fee: Decimal
    discount: Decimal
    total: Decimal
    memory: tuple[Step, ...]
    credited: Decimal = ZERO

    @property
    def additions(self) -> Decimal:
        """Multa, juros and honorários together."""
        return self.fine + self.interest + self.fee

    @property
    def original(self) -> Decimal:
        """The original value, what was already paid of it included."""
        return self.principal + self.credited


def charge(original: Decimal, due_date: date, on: date, terms: Terms, credited: Decimal = ZERO) -> Charge:
    """What a debt due on a day amounts to on another, less what was already paid of it, which nothing is charged on.

    Raises ValueError when an amount is negative. Of more than the debt, only the debt counts as paid.
    """
    if min(original, credited) < 0:
        raise ValueError("an amount is negative")
    credited = min(rounded(credited), rounded(original))
    principal = rounded(original) - credited
    late = is_overdue(due_date, on)
    days = (on - due_date).days if late else 0
    fine = rounded(principal * terms.fine_percent / _HUNDRED) if late else ZERO
    interest = rounded(principal * terms.interest_percent * days / (_HUNDRED * _MONTH))
    fee = rounded((principal + fine + interest) * terms.fee_percent / _HUNDRED) if late else ZERO
    discount = rounded((fine + interest + fee) * terms.discount_percent / _HUNDRED)
    total = principal + fine + interest + fee - discount
    found = Charge(principal, due_date, on, days, fine, interest, fee, discount, total, (), credited)
    return replace(found, memory=tuple(_memory(found, terms)))


def summed(charges: Iterable[Charge | Sum]) -> Sum:
    """The charges together, part by part: the sum of rounded amounts."""
    total = Sum()
    for each in charges:
        total = Sum(**{name: getattr(total, name) + getattr(each, name) for name in FIGURES})
    return total


def discounted(charges: Sequence[Charge], amount: Decimal) -> tuple[Charge, ...]:
    """The charges with a discount of `amount` in all, in place of their own: on multa, juros and honorários first.

    Only what exceeds those comes off the principals. Shared out in proportion. Raises ValueError when the amount is
    negative or greater than the debt.
    """
    gross = [replace(each, discount=ZERO, total=each.principal + each.additions) for each in charges]
    together = summed(gross)
    if not 0 <= amount <= together.total:
        raise ValueError("a discount is negative or greater than the debt")
    on_additions = min(rounded(amount), together.additions)
    first = shared(on_additions, [each.additions for each in gross])
    last = shared(rounded(amount) - on_additions, [each.principal for each in gross])
    return tuple(_with_discount(each, *parts) for each, *parts in zip(gross, first, last, strict=True))


def shared(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """An amount in whole cents, shared in proportion to weights in whole cents; leftover cents go to the greatest rests.

    The shares add up to the amount, and none is greater than its weight while the amount is not greater than their sum.
    """
    whole = sum(weights, ZERO)
    if not whole:
        return [ZERO for _ in weights]
    cents, parts = int(amount / CENT), [int(weight / CENT) for weight in weights]
    of_all = sum(parts)
    shares = [cents * part // of_all for part in parts]
    by_rest = sorted(range(len(parts)), key=lambda place: (-(cents * parts[place] % of_all), place))
    for place in by_rest[: cents - sum(shares)]:
        shares[place] += 1
    return [share * CENT for share in shares]


def to_json(charge: Charge) -> dict[str, Any]:
    """A charge with its memory as it is kept: amounts as "1193.86", days as ISO dates, steps as sentences."""
    return {
        "due_date": charge.due_date.isoformat(),
        "on": charge.on.isoformat(),
        "days": charge.days,
        **{name: str(getattr(charge, name)) for name in FIGURES},
        "memory": [str(step) for step in charge.memory],
    }


def rounded(amount: Decimal) -> Decimal:
    """To the cent, halves up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def plain(amount: Decimal) -> str:
    """1.193,86: an amount within a formula, where the currency is understood."""
    return f"{amount:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")


def _with_discount(gross: Charge, on_additions: Decimal, on_principal: Decimal) -> Charge:
    discount = on_additions + on_principal
    steps = [step for step in gross.memory if step.label not in ("Desconto", "Total")]
    if discount:
        parts = ((on_additions, "dos encargos"), (on_principal, "do principal"))
        how = " + ".join(f"{plain(part)} {of}" for part, of in parts if part)
        steps.append(Step("Desconto", how, discount))
    found = replace(gross, discount=discount, total=gross.total - discount)
    return replace(found, memory=(*steps, _total(found)))


def _memory(found: Charge, terms: Terms) -> Iterable[Step]:
    principal, days = plain(found.principal), f"{found.days} {'dia' if found.days == 1 else 'dias'}"
    yield Step("Valor original", f"vencimento em {found.due_date:%d/%m/%Y}", found.original)
    if found.credited:
        how = f"{plain(found.original)} − {plain(found.credited)} já pagos em acordo anterior"
        yield Step("Saldo", how, found.principal)
    yield _delay(found, days)
    if not found.days:
        yield _total(found)
        return
    if terms.fine_percent:
        yield Step("Multa", f"{principal} × {_percent(terms.fine_percent)}, uma vez", found.fine)
    if terms.interest_percent:
        rate = _percent(terms.interest_percent)
        yield Step("Juros", f"{rate} ao mês, pro rata die: {principal} × {rate} ÷ {_MONTH} × {days}", found.interest)
    if terms.fee_percent:
        base = _added(found.principal, found.fine, found.interest)
        yield Step("Honorários", f"({base}) × {_percent(terms.fee_percent)}", found.fee)
    if found.discount:
        base = _added(found.fine, found.interest, found.fee)
        yield Step("Desconto", f"sobre os encargos: ({base}) × {_percent(terms.discount_percent)}", found.discount)
    yield _total(found)


def _delay(found: Charge, days: str) -> Step:
    if found.days:
        return Step("Atraso", f"{days}, de {found.due_date:%d/%m/%Y} a {found.on:%d/%m/%Y}")
    until = next_bank_day(found.due_date)
    if found.due_date < found.on:
        return Step("Atraso", f"nenhum: sem expediente bancário no vencimento, pode ser pago até {until:%d/%m/%Y}")
    return Step("Atraso", f"nenhum em {found.on:%d/%m/%Y}, sem encargos")


def _total(found: Charge) -> Step:
    if not found.additions and not found.discount:
        return Step("Total", "", found.total)
    added = _added(found.principal, found.fine, found.interest, found.fee)
    return Step("Total", f"{added} − {plain(found.discount)}" if found.discount else added, found.total)


def _added(*amounts: Decimal) -> str:
    return " + ".join(plain(each) for each in amounts if each)


def _percent(rate: Decimal) -> str:
    return f"{plain(rate)}%"
