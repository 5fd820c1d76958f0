"""The sender: small claims, requests side by side, and no answer waits for another person's slow one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from flask import current_app

from portal.extensions import db
from portal.inbox.service.claim import claim_replies
from portal.inbox.service.ledger import Answer, Claim, attempt, settle

STARTER_LANES = 12
REPLY_LANES = 4
"""Requests side by side at most. Replies have lanes of their own; each takes a database connection while it settles."""

LOOK_AGAIN = 0.2
ROUNDS = 1000
"""One pass of a lane ends after this many messages, so that its result is logged now and then under constant load."""

# Threads that stay keep their connections to the provider.
_replies = ThreadPoolExecutor(REPLY_LANES, thread_name_prefix="replies")
_starters = ThreadPoolExecutor(STARTER_LANES, thread_name_prefix="starters")


class _Busy:
    """How many lanes are sending. An idle lane stays while another is busy, so that what comes in meanwhile goes out."""

    def __init__(self) -> None:
        self._count = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def add(self, change: int) -> None:
        with self._lock:
            self._count += change

    def wait_for_more(self) -> bool:
        return self._count > 0 and not self._stop.wait(LOOK_AGAIN)


def send_replies() -> int:
    """Send queued replies until none is ready, each lane one at a time. Returns how many were tried."""
    first = claim_replies(1)
    if not first:
        return 0
    busy = _Busy()
    lanes: list[Callable[[], int]] = [lambda: _lane(busy, first)]
    lanes += [lambda: _lane(busy, []) for _ in range(REPLY_LANES - 1)]
    return sum(_side_by_side(lanes))


def _lane(busy: _Busy, claims: Sequence[Claim]) -> int:
    tried = 0
    while tried < ROUNDS:
        claims = claims or claim_replies(1)
        if claims:
            busy.add(1)
            try:
                settle([attempt(claims[0])])
            finally:
                busy.add(-1)
            tried, claims = tried + 1, []
        elif not busy.wait_for_more():
            break
    return tried


def transmit_all(claims: Sequence[Claim]) -> None:
    """Send reserved chat starters side by side, and settle at once what has come back. Returns when all are settled.

    A lane has no database: while this thread commits some answers the next ones gather, and share a commit.
    """
    going: set[Future[Answer]] = {_starters.submit(attempt, claim) for claim in claims}
    failures: list[Exception] = []
    while going:
        come, going = wait(going, return_when=FIRST_COMPLETED)
        try:
            settle([each.result() for each in come])
        except Exception as error:  # those that are still at the provider are to be settled all the same
            failures.append(error)
    if failures:
        raise failures[0]


def _side_by_side(works: Sequence[Callable[[], int]]) -> list[int]:
    """Run each in a lane with an app context of its own; the first error is raised when all have ended."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def in_context(work: Callable[[], int]) -> int:
        with app.app_context():
            try:
                return work()
            finally:
                db.session.remove()

    futures = [_replies.submit(in_context, work) for work in works]
    wait(futures)
    return [future.result() for future in futures]
