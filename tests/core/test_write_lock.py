"""SQLite as a ledger: writers in threads and processes wait for each other, and none loses what another wrote."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.config import _engine_options
from portal.extensions import transactions, watch_transactions
from portal.sqlite import LedgerConnection

PROCESSES, THREADS, TIMES = 2, 2, 200


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "counter.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE counter (value INTEGER)")
        connection.execute("INSERT INTO counter VALUES (0)")
    return str(path)


@pytest.fixture
def engine(file: str) -> Iterator[sa.Engine]:
    made = sa.create_engine(f"sqlite:///{file}", **_engine_options(""))
    watch_transactions(made)
    yield made
    made.dispose()


def count(file: str, kind: str, times: int = TIMES) -> tuple[int, int]:
    """What the counter shows after all processes wrote, and how many writes were refused."""
    command = [sys.executable, "-m", "tests.core.writer", file, kind, str(THREADS), str(times)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)]
    Path(file).with_suffix(".start").touch()
    refused = sum(int(process.communicate(timeout=120)[0]) for process in processes)
    with sqlite3.connect(file) as connection:
        return int(connection.execute("SELECT value FROM counter").fetchone()[0]), refused


def test_threads_and_processes_lose_nothing(file: str) -> None:
    assert count(file, "ledger") == (PROCESSES * THREADS * TIMES, 0)


def test_without_the_lock_writes_are_lost_or_refused(file: str) -> None:
    """The same work on stock connections goes wrong, so the test above can tell."""
    value, refused = count(file, "plain", times=50)
    assert value < PROCESSES * THREADS * 50
    assert refused > 0


def is_free(file: str) -> bool:
    """Whether another thread gets the write lock at once."""
    got: list[bool] = []

    def try_it() -> None:
        other = sqlite3.connect(file, factory=LedgerConnection, timeout=-24.8)  # waits for 0.2 s in all
        try:
            other.begin(read_only=False)
            other.rollback()
            got.append(True)
        except sqlite3.OperationalError:
            got.append(False)
        finally:
            other.close()

    thread = threading.Thread(target=try_it)
    thread.start()
    thread.join()
    return got[0]


def opened(file: str) -> LedgerConnection:
    connection = sqlite3.connect(file, factory=LedgerConnection, timeout=5, check_same_thread=False)
    connection.begin(read_only=False)
    assert not is_free(file)
    return connection


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_the_lock_ends_with_the_transaction(file: str, end: str) -> None:
    connection = opened(file)
    connection.execute("UPDATE counter SET value = 7")
    getattr(connection, end)()
    assert is_free(file)
    connection.close()


def test_an_error_inside_a_transaction_frees_the_lock(file: str, engine: sa.Engine) -> None:
    with pytest.raises(sa.exc.OperationalError), engine.begin() as connection:
        assert not is_free(file)
        connection.execute(sa.text("UPDATE nothing SET value = 1"))
    assert is_free(file)
    with pytest.raises(ZeroDivisionError), engine.begin() as connection:
        connection.execute(sa.text("UPDATE counter SET value = 9"))
        raise ZeroDivisionError
    assert is_free(file)
    with engine.begin() as connection:
        assert connection.scalar(sa.text("SELECT value FROM counter")) == 0


def test_a_failed_commit_keeps_the_lock_until_the_rollback(file: str) -> None:
    connection = opened(file)
    connection.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
    connection.execute("CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED)")
    connection.execute("INSERT INTO child VALUES (1)")
    with pytest.raises(sqlite3.IntegrityError):
        connection.commit()
    assert not is_free(file), "the transaction is still open"
    connection.rollback()
    assert is_free(file)
    connection.close()


def test_a_refused_begin_frees_the_lock(file: str) -> None:
    """Somebody else, who knows nothing of the lock, holds the database."""
    with sqlite3.connect(file, isolation_level=None) as outsider:
        outsider.execute("BEGIN IMMEDIATE")
        connection = sqlite3.connect(file, factory=LedgerConnection, timeout=0.05)
        with pytest.raises(sqlite3.OperationalError):
            connection.begin(read_only=False)
        outsider.execute("ROLLBACK")
    assert is_free(file)
    connection.close()
    outsider.close()


def test_reading_needs_no_lock_and_may_not_write(file: str, engine: sa.Engine) -> None:
    writer = opened(file)
    with transactions(read_only=True), engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT value FROM counter")) == 0
        with pytest.raises(sa.exc.OperationalError, match="readonly"):
            connection.execute(sa.text("UPDATE counter SET value = 1"))
    writer.rollback()
    with engine.begin() as connection:  # the same pooled connection writes again
        connection.execute(sa.text("UPDATE counter SET value = 2"))
    writer.close()


def test_a_commit_is_on_the_disk_and_keys_are_checked(engine: sa.Engine) -> None:
    full, on = 2, 1
    with engine.connect() as connection:
        assert connection.scalar(sa.text("PRAGMA synchronous")) == full
        assert connection.scalar(sa.text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(sa.text("PRAGMA foreign_keys")) == on
