"""Who a dispatch is for: the filter as data, so that it can be shown, stored and run again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from portal.portfolio.rules.amounts import format_brl


@dataclass(frozen=True)
class Filter:
    """Debtors with an open title of the creditor that is overdue by so many days; amounts are of those titles' sum."""

    creditor_id: int | None = None
    overdue_from: int | None = None
    overdue_to: int | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    city: str = ""

    def to_json(self) -> dict[str, Any]:
        return {key: str(value) if isinstance(value, Decimal) else value for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Filter:
        """The inverse of `to_json`."""
        amounts = {key: Decimal(stored[key]) for key in ("amount_from", "amount_to") if stored.get(key) is not None}
        return cls(**{**stored, **amounts})

    def words(self, creditor: str = "") -> list[str]:
        """The conditions as a person reads them; `creditor` is the name behind `creditor_id`."""
        parts = [
            creditor and f"Credor: {creditor}",
            _days(self.overdue_from, self.overdue_to),
            _range(self.amount_from, self.amount_to, format_brl),
            self.city and f"Cidade: {self.city}",
        ]
        return [part for part in parts if part]


def _days(low: int | None, high: int | None) -> str:
    words = _range(low, high, str)
    last = low if high is None else high
    return words and f"{words} {'dia' if last == 1 else 'dias'} de atraso"


def _range(low: Any, high: Any, written: Callable[[Any], str]) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return f"A partir de {written(low)}"
    if low is None:
        return f"Até {written(high)}"
    return f"De {written(low)} a {written(high)}"
