"""What fills a document: the value of each wildcard, and the tables. All of it is data, never markup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Align = Literal["left", "right"]


@dataclass(frozen=True)
class Column:
    """A column of a table. Amounts and counts are aligned to the right, with figures of equal width."""

    title: str
    align: Align = "left"


@dataclass(frozen=True)
class Table:
    """Rows of ready text, one cell for each column; `footer` (the totals) is one more row, or empty for none."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    footer: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        width = len(self.columns)
        if not width or any(len(row) != width for row in self.rows) or len(self.footer) not in (0, width):
            raise ValueError("Every row of a table needs one cell for each column.")


@dataclass(frozen=True)
class Filled:
    """Values and tables keyed by the wildcard itself ("#NOME_DEVEDOR#"). One without a value stays visible."""

    values: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
