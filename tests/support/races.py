"""Two at once, in a known order: one holds a lock while the other runs into it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

from flask import Flask

from portal.extensions import db
from portal.jobs.runs import run_once

REACHES_IT = 0.6
"""Seconds until the other one stands before the lock."""


@contextmanager
def meanwhile(work: Callable[[], None]) -> Iterator[None]:
    """Run `work` in another thread; the block begins when it had time to reach what the caller holds, and must end
    by letting go."""
    failures: list[BaseException] = []

    def watched() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    thread = Thread(target=watched)
    thread.start()
    time.sleep(REACHES_IT)
    try:
        yield
    finally:
        db.session.rollback()
        thread.join(60)
    assert not failures, failures
    assert not thread.is_alive()


def job(app: Flask, name: str) -> Callable[[], None]:
    """A run of a job that must not fail."""

    def work() -> None:
        ok, result = run_once(app, name)
        assert ok, result

    return work
