"""What a debtor owes, as the assistant may tell it once the person is identified. Amounts are always itemised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from portal.assistant.rules.wording import one_line
from portal.portfolio.rules.amounts import format_brl
from portal.portfolio.rules.dates import days_overdue

ZERO = Decimal(0)


class Itemised(Protocol):
    """A charge of a title or the figures of an agreement: total = principal + fine + interest + fee - discount, where
    `principal` is what is left of the original value."""

    @property
    def principal(self) -> Decimal: ...
    @property
    def fine(self) -> Decimal: ...
    @property
    def interest(self) -> Decimal: ...
    @property
    def fee(self) -> Decimal: ...
    @property
    def discount(self) -> Decimal: ...
    @property
    def total(self) -> Decimal: ...


@dataclass(frozen=True)
class Figures:
    """An amount with each part that it is made of (SP Lei 14.953/2013, RJ Lei 6.854/2014: never the total alone)."""

    principal: Decimal
    fine: Decimal = ZERO
    interest: Decimal = ZERO
    fee: Decimal = ZERO
    discount: Decimal = ZERO
    total: Decimal = ZERO
    credited: Decimal = ZERO
    """What was already paid of the original value, in an agreement that ended."""

    @classmethod
    def of(cls, source: Itemised) -> Figures:
        """The figures of anything that has them."""
        parts = (source.principal, source.fine, source.interest, source.fee, source.discount, source.total)
        return cls(*parts, credited=getattr(source, "credited", ZERO))

    @classmethod
    def plain(cls, amount: Decimal) -> Figures:
        """An amount to which nothing was added."""
        return cls(amount, total=amount)

    @property
    def changed(self) -> bool:
        """Whether anything was added to the original value or taken from it."""
        return any((self.fine, self.interest, self.fee, self.discount, self.credited))

    def lines(self, total: str = "Valor atualizado") -> list[str]:
        """A line for each part that is not zero; the total, under this name, when it differs in any way."""
        parts = [("Multa", self.fine), ("Juros", self.interest), ("Honorários", self.fee)]
        lines = [f"Valor original: {format_brl(self.principal + self.credited)}"]
        lines += [f"Já pago em acordo anterior: -{format_brl(self.credited)}"] if self.credited else []
        lines += [f"{name}: {format_brl(value)}" for name, value in parts if value]
        lines += [f"Desconto: -{format_brl(self.discount)}"] if self.discount else []
        return [*lines, f"{total}: {format_brl(self.total)}"] if self.changed else lines


def summed(figures: Iterable[Figures]) -> Figures:
    """The sum, part by part."""
    rows = [(f.principal, f.fine, f.interest, f.fee, f.discount, f.total, f.credited) for f in figures]
    return Figures(*(sum(column, ZERO) for column in zip(*rows, strict=True))) if rows else Figures.plain(ZERO)


@dataclass(frozen=True)
class CreditorFact:
    """Who the money is owed to. `tax_id` and `address` as people read them, empty when not known (CDC art. 42-A)."""

    name: str
    tax_id: str = ""
    address: str = ""

    @property
    def heading(self) -> list[str]:
        """The lines that every message about this creditor begins with."""
        known = [("CPF/CNPJ", self.tax_id), ("Endereço", self.address)]
        return [f"*{one_line(self.name)}*", *(f"{label}: {one_line(value)}" for label, value in known if value)]


@dataclass(frozen=True)
class TitleFact:
    """An open title. `boleto_line` is the linha digitável, empty when there is none."""

    creditor: CreditorFact
    due_date: date
    figures: Figures
    number: str = ""
    boleto_line: str = ""

    @property
    def amount(self) -> Decimal:
        return self.figures.total

    @property
    def name(self) -> str:
        number = one_line(self.number)
        return f"Título {number}" if number else "Título sem número"

    def lines(self, today: date) -> list[str]:
        """What it is, when it is due and what it comes to today."""
        return [self.name, due_line(self.due_date, today), *self.figures.lines()]


@dataclass(frozen=True)
class InstalmentFact:
    """The next unpaid payment of an active agreement, with the agreement's own `figures`. `number` 0 is the entry."""

    creditor: CreditorFact
    agreement: int
    number: int
    count: int
    due_date: date
    amount: Decimal
    figures: Figures
    boleto_line: str = ""

    @property
    def name(self) -> str:
        part = f"Parcela {self.number} de {self.count}" if self.number else "Entrada"
        return f"{part} do acordo nº {self.agreement}"

    def lines(self, today: date) -> list[str]:
        """What it is, when it is due, its amount, and what the agreement is made of."""
        agreed = ["Valores do acordo:", *self.figures.lines("Total do acordo")]
        return [
            self.name,
            due_line(self.due_date, today),
            f"Valor da parcela: {format_brl(self.amount)}",
            *(agreed if self.figures.changed else [f"Total do acordo: {format_brl(self.figures.total)}"]),
        ]


Due = TitleFact | InstalmentFact


@dataclass(frozen=True)
class PixFact:
    """What can be paid to one creditor with one code of PIX copia e cola: its open titles, or an instalment."""

    creditor: CreditorFact
    dues: Sequence[Due]
    code: str


def due_line(due_date: date, today: date) -> str:
    """ "Vencimento: 10/10/2026 (43 dias em atraso)"."""
    late = days_overdue(due_date, today)
    if late > 0:
        note = f" ({late} {'dia' if late == 1 else 'dias'} em atraso)"
    else:
        note = " (vence hoje)" if due_date == today else " (a vencer)"
    return f"Vencimento: {due_date:%d/%m/%Y}{note}"


def by_age(due: Due) -> tuple[date, str, str, Decimal, str]:
    """A key that orders what is owed, oldest first, the same for any order that it came in."""
    return due.due_date, due.creditor.name, due.name, due.amount, str(due)
