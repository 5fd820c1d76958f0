"""Pages of a list: a count that never grows with the page number, and a query that reads one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from portal.extensions import db


@dataclass(frozen=True)
class Page:
    items: Sequence[Any]
    number: int
    total: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


def page_of(query: sa.Select[Any], number: int, size: int = 50) -> Page:
    """One page of the entities of a query; a number outside the list is its nearest page."""
    total = db.session.scalar(sa.select(sa.func.count()).select_from(query.order_by(None).subquery())) or 0
    last = max(1, -(-total // size))
    number = min(max(1, number), last)
    items = db.session.scalars(query.limit(size).offset((number - 1) * size)).unique().all()
    return Page(items, number, total, size)
