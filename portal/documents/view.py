"""The calculation memory of an issued document, as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from portal.documents.models import IssuedDocument

FIGURES = ("original", "credited", "fine", "interest", "fee", "discount", "total")


@dataclass(frozen=True)
class MemoryLine:
    """A title with its figures, in the order of FIGURES, and how each came about."""

    number: str
    due_date: date
    days: int
    figures: tuple[Decimal, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Memory:
    """`on` is the day of the calculation; `instalments` are (number, due date, amount), the entry with number 0.

    `split` says how the debt was split into them.
    """

    on: date
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
    return Memory(
        date.fromisoformat(kept["on"]),
        tuple(_line(each) for each in kept["titles"]),
        _figures(kept["sums"]),
        tuple(instalments),
        tuple(kept["split"]),
    )


def _line(kept: Mapping[str, Any]) -> MemoryLine:
    due = date.fromisoformat(kept["due_date"])
    return MemoryLine(kept["number"], due, kept["days"], _figures(kept), tuple(kept["memory"]))


def _figures(kept: Mapping[str, str]) -> tuple[Decimal, ...]:
    paid = {"credited": kept.get("credited", "0.00")}
    original = Decimal(kept["principal"]) + Decimal(paid["credited"])
    return tuple(original if name == "original" else Decimal({**kept, **paid}[name]) for name in FIGURES)
