"""How the total of an agreement is split into an entry and monthly parcels, each rounded to the cent.

- Sem juros: equal parcels, the leftover cents in the first ones.
- Linear: simple interest on the whole for N months, total × (1 + i × N), then split likewise.
- Price: the French table, pv × i × (1 + i)^N ÷ ((1 + i)^N − 1); the last parcel settles what rounding left.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portal.portfolio.rules.charges import CENT, ZERO, Step, plain, rounded

MOST = 120
"""More parcels than ten years of months are a slip of the finger."""

MOST_PERCENT = Decimal(20)


class Mode(StrEnum):
    NO_INTEREST = "sem_juros"
    LINEAR = "linear"
    PRICE = "price"


MODES = {
    Mode.NO_INTEREST: "Sem juros",
    Mode.LINEAR: "Juros simples (linear)",
    Mode.PRICE: "Tabela Price",
}


class InstalmentError(ValueError):
    """The total cannot be split like this; the message is in Portuguese and says why. `field` is what to correct."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Parcel:
    """A payment to make; number 0 is the entry."""

    number: int
    due_date: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """Entry and parcels. `interest` is what the mode adds to the total that was split; `to_pay` is everything."""

    parcels: tuple[Parcel, ...]
    interest: Decimal
    to_pay: Decimal
    memory: tuple[Step, ...]


def split(
    total: Decimal,
    count: int,
    first_due: date,
    *,
    entry: Decimal = ZERO,
    entry_due: date | None = None,
    mode: Mode = Mode.NO_INTEREST,
    percent: Decimal = ZERO,
    minimum: Decimal = ZERO,
) -> Plan:
    """An entry (none when 0, due on `entry_due`) and `count` monthly parcels from `first_due` on.

    `percent` a month is for linear and Price alone. Due on the day of the first parcel, at the month's end where the
    month has no such day. Raises InstalmentError, also when a parcel would be below `minimum`.
    """
    _check(total, count, first_due, entry, entry_due, mode, percent)
    financed = total - entry
    amounts = _amounts(financed, count, mode, percent / 100)
    least = max(minimum, CENT)
    if min(amounts) < least:
        raise InstalmentError(
            f"Cada parcela precisa ser de pelo menos R$ {plain(least)}: a menor ficaria em R$ {plain(min(amounts))}.",
            "count",
        )
    entries = [Parcel(0, entry_due or first_due, entry)] if entry else []
    parcels = [Parcel(n, months_after(first_due, n - 1), amount) for n, amount in enumerate(amounts, 1)]
    to_pay = entry + sum(amounts, ZERO)
    memory = _memory(total, entry, amounts, mode, percent)
    return Plan((*entries, *parcels), to_pay - total, to_pay, memory)


def entry_of(total: Decimal, percent: Decimal) -> Decimal:
    """An entry given as a percentage of the total, to the cent."""
    return rounded(total * percent / 100)


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last of the month when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _check(
    total: Decimal,
    count: int,
    first_due: date,
    entry: Decimal,
    entry_due: date | None,
    mode: Mode,
    percent: Decimal,
) -> None:
    if not 1 <= count <= MOST:
        raise InstalmentError(f"Use de 1 a {MOST} parcelas.", "count")
    if total <= 0:
        raise InstalmentError("Não resta valor a parcelar.", "total")
    if not 0 <= entry < total:
        raise InstalmentError(f"A entrada precisa ser menor que o total de R$ {plain(total)}.", "entry")
    if entry and entry_due and first_due < entry_due:
        raise InstalmentError("O primeiro vencimento não pode ser antes da entrada.", "first_due")
    if mode is Mode.NO_INTEREST and percent:
        raise InstalmentError("Sem juros não tem taxa: deixe a taxa em branco ou escolha outra forma.", "percent")
    if mode is not Mode.NO_INTEREST and not 0 < percent <= MOST_PERCENT:
        raise InstalmentError(f"Informe a taxa de juros ao mês, até {plain(MOST_PERCENT)}%.", "percent")


def _amounts(financed: Decimal, count: int, mode: Mode, rate: Decimal) -> list[Decimal]:
    if mode is Mode.PRICE:
        return _price(financed, count, rate)
    return _equal(rounded(financed * (1 + rate * count)), count)


def _equal(total: Decimal, count: int) -> list[Decimal]:
    each, left = divmod(int(total / CENT), count)
    return [(each + (1 if place < left else 0)) * CENT for place in range(count)]


def _price(financed: Decimal, count: int, rate: Decimal) -> list[Decimal]:
    growth = (1 + rate) ** count
    parcel = rounded(financed * rate * growth / (growth - 1))
    balance = financed
    for _ in range(count - 1):
        balance += rounded(balance * rate) - parcel
    return [parcel] * (count - 1) + [balance + rounded(balance * rate)]


def _memory(total: Decimal, entry: Decimal, amounts: list[Decimal], mode: Mode, percent: Decimal) -> tuple[Step, ...]:
    financed, count = total - entry, len(amounts)
    steps = [Step("Entrada", f"dos {plain(total)}", entry)] if entry else []
    if count == 1 and mode is Mode.NO_INTEREST:
        return (*steps, Step("Parcela única", "", financed))
    if mode is Mode.NO_INTEREST:
        how = f"{plain(financed)} ÷ {count}, os centavos que sobram nas primeiras"
    elif mode is Mode.LINEAR:
        how = f"{plain(financed)} × (1 + {plain(percent)}% × {count}) ÷ {count}, os centavos que sobram nas primeiras"
    else:
        factor = f"(1 + {plain(percent)}%)^{count}"
        how = f"{plain(financed)} × {plain(percent)}% × {factor} ÷ ({factor} − 1), a última fecha o saldo"
    parcel = Step("Parcela", how, amounts[0])
    return (*steps, parcel, Step("Parcelas", f"soma das {count}", sum(amounts, ZERO)))
