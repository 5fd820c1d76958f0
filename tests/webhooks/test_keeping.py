"""Many bodies to a commit: each is kept once, none pays for another, and nothing is answered before it is on the disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Engine

from portal.connection.models import Connection
from portal.extensions import db
from portal.webhooks.keeping import Keeper, Row, row_of
from portal.webhooks.models import WebhookEvent
from tests.support.cloud import Cloud

THREADS = 24
PATIENCE = 20.0


class Watched(Keeper):
    """Notes the size of each commit; the first one waits for `go`, and ends as `trouble` says."""

    def __init__(self, engine: Engine, trouble: Exception | None = None) -> None:
        super().__init__(engine)
        self.go = threading.Event()
        self.sizes: list[int] = []
        self.trouble = trouble

    def gathered(self) -> int:
        return len(self._queue)

    def _commit(self, batch: Sequence[Any]) -> None:
        self.sizes.append(len(batch))
        assert self.go.wait(PATIENCE)
        trouble, self.trouble = self.trouble, None
        if trouble is not None:
            raise trouble
        super()._commit(batch)


@pytest.fixture
def engine(app: Flask, cloud: Cloud) -> Engine:
    with app.app_context():
        return db.engine


def rows(app: Flask, cloud: Cloud, bodies: Sequence[bytes]) -> list[Row]:
    with app.app_context():
        connection = db.session.get_one(Connection, cloud.connection_id)
        return [row_of("cloud_api", connection.account_id, connection.line, body) for body in bodies]


def side_by_side(keep: Callable[[Row], None], given: Sequence[Row]) -> tuple[list[threading.Thread], list[Exception]]:
    failures: list[Exception] = []

    def one(row: Row) -> None:
        try:
            keep(row)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=one, args=(row,)) for row in given]
    for thread in threads:
        thread.start()
    return threads, failures


def ended(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def gather(keeper: Watched, given: Sequence[Row]) -> tuple[list[threading.Thread], list[Exception]]:
    """One leads and is held up; all the others wait behind it."""
    threads, failures = side_by_side(keeper.keep, given)
    pause = threading.Event()
    while keeper.gathered() < len(given) - 1:
        pause.wait(0.01)
    return threads, failures


def kept(app: Flask) -> list[bytes]:
    with app.app_context():
        return sorted(bytes(body) for body in db.session.scalars(sa.select(WebhookEvent.body)))


def numbered(count: int) -> list[bytes]:
    return [b"%03d" % number for number in range(count)]


def test_what_gathers_while_one_commits_goes_into_the_next_commit(app: Flask, cloud: Cloud, engine: Engine) -> None:
    keeper = Watched(engine)
    threads, failures = gather(keeper, rows(app, cloud, numbered(THREADS)))
    keeper.go.set()
    ended(threads)
    assert (keeper.sizes, failures) == ([1, THREADS - 1], [])
    assert kept(app) == numbered(THREADS)


def test_a_body_that_comes_twice_at_once_is_kept_once(app: Flask, cloud: Cloud, engine: Engine) -> None:
    threads, failures = side_by_side(Keeper(engine).keep, rows(app, cloud, numbered(THREADS // 2) * 3))
    ended(threads)
    assert failures == []
    assert kept(app) == numbered(THREADS // 2)


def test_two_processes_with_the_same_bodies_do_not_lock_each_other_out(
    app: Flask, cloud: Cloud, engine: Engine
) -> None:
    mine, others = Watched(engine), Watched(engine)
    given = rows(app, cloud, numbered(THREADS))
    first, failures = gather(mine, given)
    second, more = gather(others, given[::-1])
    mine.go.set()
    others.go.set()
    ended(first + second)
    assert failures == more == []
    assert kept(app) == numbered(THREADS)


def test_one_that_cannot_be_kept_costs_the_others_nothing(app: Flask, cloud: Cloud, engine: Engine) -> None:
    keeper = Watched(engine)
    good, bad = rows(app, cloud, numbered(THREADS)), rows(app, cloud, [b"bad", b"worse"])
    bad[0]["connection_id"] = 987_654
    bad[1]["received_at"] = "no time at all"
    threads, failures = gather(keeper, [*good[:9], *bad, *good[9:]])
    keeper.go.set()
    ended(threads)
    assert len(failures) == 2
    assert kept(app) == numbered(THREADS)


def test_who_waited_for_an_unwell_database_fails_with_it_and_the_next_is_kept(
    app: Flask, cloud: Cloud, engine: Engine
) -> None:
    keeper = Watched(engine, sa.exc.OperationalError("x", None, Exception("locked")))
    *given, last = rows(app, cloud, numbered(THREADS))
    threads, failures = gather(keeper, given)
    keeper.go.set()
    ended(threads)
    assert len(failures) == THREADS - 1 and keeper.sizes == [1]
    keeper.keep(last)
    assert kept(app) == [last["body"]]


def test_nothing_stays_open_when_nobody_waits(app: Flask, cloud: Cloud, engine: Engine) -> None:
    before, threads = engine.pool.checkedout(), threading.active_count()  # type: ignore[attr-defined]
    keeper = Keeper(engine)
    bad, good = rows(app, cloud, [b"bad", b"good"])
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        keeper.keep(bad | {"connection_id": 987_654})
    keeper.keep(good)
    assert engine.pool.checkedout() == before  # type: ignore[attr-defined]
    assert threading.active_count() == threads
