"""The calculation memory of an issued document, as its page shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from portal.documents.models import IssuedDocument

COLUMNS = {
    "original": "Valor original",
    "credited": "Já pago em acordo anterior",
    "fine": "Multa",
    "interest": "Juros",
    "fee": "Honorários",
    "discount": "Desconto",
    "total": "Total",
}


@dataclass(frozen=True)
class MemoryLine:
    """A title with its figures, in the order of the columns, and how each came about."""

    number: str
    due_date: date
    days: int
    figures: tuple[Decimal, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Memory:
    """`on` is the day of the calculation; `columns` are the titles of the figures' columns.

    `instalments` are (number, due date, amount), the entry with number 0; `split` says how the debt was split into them.
    """

    on: date
    columns: tuple[str, ...]
    lines: tuple[MemoryLine, ...]
    sums: tuple[Decimal, ...]
    instalments: tuple[tuple[int, date, Decimal], ...]
    split: tuple[str, ...]


def memory_of(issued: IssuedDocument) -> Memory:
    """What was kept when the document was issued, typed again."""
    kept = issued.memory
    instalments = (
        (each["number"], date.fromisoformat(each["due_date"]), Decimal(each["amount"])) for each in kept["instalments"]
    )
    sums = _figures(kept["sums"])
    names = [name for name in COLUMNS if name != "credited" or sums[name]]
    return Memory(
        date.fromisoformat(kept["on"]),
        tuple(COLUMNS[name] for name in names),
        tuple(_line(each, names) for each in kept["titles"]),
        tuple(sums[name] for name in names),
        tuple(instalments),
        tuple(kept["split"]),
    )


def _line(kept: Mapping[str, Any], names: Iterable[str]) -> MemoryLine:
    due, figures = date.fromisoformat(kept["due_date"]), _figures(kept)
    return MemoryLine(kept["number"], due, kept["days"], tuple(figures[name] for name in names), tuple(kept["memory"]))


def _figures(kept: Mapping[str, Any]) -> dict[str, Decimal]:
    """By column. Documents of before there were credits have none."""
    credited = Decimal(kept.get("credited", "0.00"))
    parts = {name: Decimal(kept[name]) for name in ("fine", "interest", "fee", "discount", "total")}
    return {"original": Decimal(kept["principal"]) + credited, "credited": credited, **parts}
