"""One page of a list; a number outside the list is its nearest page."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.accounts.models import LoginFailure
from portal.extensions import db
from portal.web.paging import page_of


def page(app: Flask, rows: int, number: int, size: int = 10) -> tuple[list[str], int, int, int]:
    with app.app_context():
        db.session.add_all(LoginFailure(key=f"{i:03d}", at=clock.now()) for i in range(rows))
        db.session.flush()
        found = page_of(sa.select(LoginFailure).order_by(LoginFailure.key), number, size)
        answer = [item.key for item in found.items], found.number, found.pages, found.total
        db.session.rollback()
        return answer


@pytest.mark.parametrize(
    ("rows", "number", "first", "count", "shown", "pages"),
    [
        (0, 1, None, 0, 1, 1),
        (0, 7, None, 0, 1, 1),
        (10, 1, "000", 10, 1, 1),
        (10, 2, "000", 10, 1, 1),
        (11, 2, "010", 1, 2, 2),
        (25, 2, "010", 10, 2, 3),
        (25, 3, "020", 5, 3, 3),
        (25, 0, "000", 10, 1, 3),
        (25, -4, "000", 10, 1, 3),
        (25, 10**30, "020", 5, 3, 3),
    ],
)
def test_edges(app: Flask, rows: int, number: int, first: str | None, count: int, shown: int, pages: int) -> None:
    keys, number_shown, pages_shown, total = page(app, rows, number)
    assert (len(keys), number_shown, pages_shown, total) == (count, shown, pages, rows)
    assert (keys[0] if keys else None) == first


def test_the_pages_of_a_list_are_the_list(app: Flask) -> None:
    seen = [key for number in (1, 2, 3) for key in page(app, 25, number)[0]]
    assert seen == [f"{i:03d}" for i in range(25)]
