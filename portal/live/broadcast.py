"""One reader of new events for each web process, many browsers: no stream touches the database."""

from __future__ import annotations

import contextlib
import queue
import threading
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask import Flask

from portal.extensions import db, transactions
from portal.live import queries
from portal.live.models import Event
from portal.live.service import CHANNEL, forget, on_events

IDLE_POLL = 1.0
QUEUE_SIZE = 500


@dataclass(frozen=True)
class Signal:
    id: int
    account_id: int
    user_id: int | None
    topic: str
    ref: int | None


@dataclass(eq=False)
class Listener:
    """One browser. When its queue overflows it is told to refetch everything (`reset`) instead of losing a change."""

    account_id: int
    user_id: int
    is_admin: bool
    signals: queue.Queue[Signal] = field(default_factory=lambda: queue.Queue(QUEUE_SIZE))
    overflowed: bool = False

    def may_hear(self, signal: Signal) -> bool:
        return signal.account_id == self.account_id and (
            self.is_admin or signal.user_id is None or signal.user_id == self.user_id
        )

    def offer(self, signal: Signal) -> None:
        try:
            self.signals.put_nowait(signal)
        except queue.Full:
            self.overflowed = True


class Broadcaster:
    def __init__(self, app: Flask) -> None:
        self._app = app
        self._listeners: set[Listener] = set()
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._started = False

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        forget(self.wake)
        self._stopped.set()
        self._woken.set()

    @property
    def count(self) -> int:
        return len(self._listeners)

    def start(self) -> None:
        """Start the reader thread once; called by the first stream, so that jobs and tests have no idle thread.

        When the database does not answer it is not started, and the next stream tries again.
        """
        with self._lock:
            if self._started:
                return
            on_events(self.wake)
            last = newest_id(self._app)
            with self._app.app_context():
                postgresql = db.engine.dialect.name == "postgresql"
            threading.Thread(target=self._read_forever, args=(last,), name="live-reader", daemon=True).start()
            if postgresql:
                threading.Thread(target=self._listen_forever, name="live-notify", daemon=True).start()
            self._started = True

    def add(self, listener: Listener) -> None:
        with self._lock:
            self._listeners.add(listener)

    def remove(self, listener: Listener) -> None:
        with self._lock:
            self._listeners.discard(listener)

    def _read_forever(self, last: int) -> None:
        while not self._stopped.is_set():
            self._woken.wait(IDLE_POLL)
            self._woken.clear()
            try:
                last = self._read(last)
            except Exception:
                self._app.logger.exception("live reader: will try again")
                self._stopped.wait(IDLE_POLL)

    def _read(self, last: int) -> int:
        for signal in read_after(self._app, last):
            last = signal.id
            with self._lock:
                hearers = [listener for listener in self._listeners if listener.may_hear(signal)]
            for listener in hearers:
                listener.offer(signal)
        return last

    def _listen_forever(self) -> None:
        """PostgreSQL tells of commits in other processes within a millisecond; polling stays as the safety net."""
        while not self._stopped.is_set():
            try:
                with self._app.app_context(), contextlib.closing(db.engine.raw_connection()) as raw:
                    connection = raw.driver_connection
                    assert connection is not None
                    raw.detach()  # never back to the pool: who took it from there would have no transactions
                    connection.autocommit = True
                    connection.execute(f"LISTEN {CHANNEL}")
                    while not self._stopped.is_set():
                        for _ in connection.notifies(timeout=IDLE_POLL):
                            self.wake()
            except Exception:
                self._app.logger.exception("live notifications: will reconnect")
                self._stopped.wait(IDLE_POLL)


def newest_id(app: Flask) -> int:
    with transactions(read_only=True), app.app_context():
        return queries.newest_id(db.session)


def read_after(app: Flask, last: int, account_id: int | None = None, limit: int = 1000) -> list[Signal]:
    """Events after an id, oldest first."""
    query = sa.select(Event).where(Event.id > last).order_by(Event.id).limit(limit)
    if account_id is not None:
        query = query.where(Event.account_id == account_id)
    with transactions(read_only=True), app.app_context():
        return [Signal(e.id, e.account_id, e.user_id, e.topic, e.ref) for e in db.session.scalars(query)]
