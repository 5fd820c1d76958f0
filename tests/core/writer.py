"""A process of the write-lock test: `python -m tests.core.writer FILE KIND THREADS TIMES`.

Each thread reads a number and writes it back plus one, so many times. It prints how often a write was refused.
"""

from __future__ import annotations

import contextlib
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from portal.config import _engine_options
from portal.extensions import watch_transactions

Increment = Callable[[], None]


def ledger(file: str) -> Increment:
    """As the portal does it."""
    engine = sa.create_engine(f"sqlite:///{file}", **_engine_options(""))
    watch_transactions(engine)

    def increment() -> None:
        with engine.begin() as connection:
            value = connection.scalar(sa.text("SELECT value FROM counter")) or 0
            connection.execute(sa.text("UPDATE counter SET value = :value"), {"value": value + 1})

    return increment


def plain(file: str) -> Increment:
    """As stock SQLite does it: a transaction that begins with a read and takes its lock at the first write."""

    def increment() -> None:
        with contextlib.closing(sqlite3.connect(file, timeout=0.2, isolation_level=None)) as connection:
            connection.execute("BEGIN")
            (value,) = connection.execute("SELECT value FROM counter").fetchone()
            time.sleep(0.001)
            connection.execute("UPDATE counter SET value = ?", (value + 1,))
            connection.execute("COMMIT")

    return increment


KINDS = {"ledger": ledger, "plain": plain}


def main() -> None:
    file, kind, threads, times = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    increment = KINDS[kind](file)
    refused: list[str] = []
    start = Path(file).with_suffix(".start")

    def work() -> None:
        while not start.exists():
            time.sleep(0.005)
        for _ in range(times):
            try:
                increment()
            except (sqlite3.OperationalError, sa.exc.OperationalError) as error:
                refused.append(str(error))

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sys.stdout.write(f"{len(refused)}\n")


if __name__ == "__main__":
    main()
