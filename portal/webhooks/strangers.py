"""Who posts to addresses that do not exist: a guess must not cost a look into the database each.

A remote address may be wrong so often a minute; after that only what is known to be somebody's address is looked up for
it. Behind a proxy everybody has the proxy's address and shares one allowance: strangers are then held off together, and
nobody who knows a right address ever is. Each process counts for itself, in a memory that does not grow.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

log = logging.getLogger("portal.webhooks")

GUESSES = 60
WINDOW = 60.0
REMEMBERED = 10_000
"""Remote addresses at a time; the one that was quiet longest is forgotten first."""

FRESH = 5.0
"""Seconds for which the list of right addresses is good, so that one of a new number counts soon."""


class Strangers:
    """`keys` reads the keys of every right address; `now` is a clock that never goes back, in seconds."""

    def __init__(self, keys: Callable[[], frozenset[str]], now: Callable[[], float] = time.monotonic) -> None:
        self._keys = keys
        self._now = now
        self._lock, self._reading = Lock(), Lock()
        self._wrong: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._known: frozenset[str] = frozenset()
        self._read_at = float("-inf")

    def may_ask(self, remote: str, key: str) -> bool:
        """Whether it is worth a look whose address this key is."""
        with self._lock:
            since, count = self._wrong.get(remote, (0.0, 0))
            if count < GUESSES or self._now() - since >= WINDOW:
                return True
        return key in self._known_keys()

    def was_wrong(self, remote: str) -> None:
        """Note that a remote address asked for what is nobody's."""
        with self._lock:
            since, count = self._wrong.pop(remote, (self._now(), 0))
            if self._now() - since >= WINDOW:
                since, count = self._now(), 0
            self._wrong[remote] = (since, count + 1)
            if len(self._wrong) > REMEMBERED:
                self._wrong.popitem(last=False)
        if count + 1 == GUESSES:
            log.warning("%s posted to %s webhook addresses that do not exist: held off for a while", remote, GUESSES)

    def _known_keys(self) -> frozenset[str]:
        with self._reading:
            if self._now() - self._read_at >= FRESH:
                self._known = self._keys()
                self._read_at = self._now()
            return self._known
