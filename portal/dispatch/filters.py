"""Who a dispatch is for: the filter as data, so that it can be shown, stored and run again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any


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
