"""Events for screens: written in the transaction of the change that they tell of, so none is lost and none lies.

On PostgreSQL ids are given out before commits happen, so a reader could pass over an id that commits later. Events are
therefore inserted last of all in their transaction, under one advisory lock: ids become visible in order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, SessionTransaction

from portal import clock
from portal.extensions import db
from portal.live.models import Event

CHANNEL = "portal_live"
_ORDER_LOCK = 7_231_001


_readers: list[Callable[[], None]] = []


def on_events(wake: Callable[[], None]) -> None:
    """Have a reader of this process woken whenever a transaction with events has been committed."""
    if wake not in _readers:
        _readers.append(wake)


def forget(wake: Callable[[], None]) -> None:
    """Wake a reader no more: it has stopped."""
    if wake in _readers:
        _readers.remove(wake)


@dataclass(frozen=True)
class Change:
    account_id: int
    topic: str
    ref: int | None = None
    user_id: int | None = None


def emit(account_id: int, topic: str, ref: int | None = None, user_id: int | None = None) -> None:
    """Tell screens, when the current transaction commits, that something of a company changed.

    With `user_id` only that person and the admins hear of it; without, everybody of the company.
    """
    db.session.info.setdefault("changes", {})[Change(account_id, topic, ref, user_id)] = None


def _write(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint: the events belong to the end of the transaction around it
    changes = session.info.pop("changes", None)
    if not changes:
        return
    session.flush()
    postgresql = session.get_bind().dialect.name == "postgresql"
    if postgresql:
        session.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ORDER_LOCK})
    rows = [
        {"account_id": c.account_id, "topic": c.topic, "ref": c.ref, "user_id": c.user_id, "at": clock.now()}
        for c in changes
    ]
    session.execute(sa.insert(Event.__table__), rows)  # type: ignore[arg-type]
    if postgresql:
        session.execute(sa.text(f"NOTIFY {CHANNEL}"))
    session.info["wake"] = True


def init_session() -> None:
    sa.event.listen(db.session, "before_commit", _write)
    sa.event.listen(db.session, "after_soft_rollback", _forget)
    sa.event.listen(db.session, "after_commit", _wake)


def _forget(session: Session, ended: SessionTransaction) -> None:
    if ended.nested:
        return  # what the rest of the transaction tells stays; a change too many costs a screen one look
    session.info.pop("changes", None)
    session.info.pop("wake", None)


def _wake(session: Session) -> None:
    if not session.in_nested_transaction() and session.info.pop("wake", False):
        for wake in tuple(_readers):  # one may stop meanwhile
            wake()


def let_go() -> None:
    """Give the request's connection back before a stream begins: it lives for hours and needs none."""
    db.session.remove()


def sweep(keep_seconds: int) -> int:
    """Delete events that no browser will ask for any more. Returns how many."""
    limit = clock.now() - timedelta(seconds=keep_seconds)
    result: Any = db.session.execute(sa.delete(Event).where(Event.at < limit))
    db.session.commit()
    return int(result.rowcount)
