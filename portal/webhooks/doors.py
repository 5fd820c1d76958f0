"""What has to be known of an address to let a body in. Read anew each second, not for each body: three secrets are
decrypted for it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, object_session

from portal.connection import queries as connections
from portal.connection.models import Connection
from portal.extensions import db, transactions
from portal.gateways.base import Line

FRESH_SECONDS = 1.0
"""So long another process may still go by a secret that was changed. In this process it goes with the commit."""

LOCKS = ("kind", "webhook_key", "app_secret")
"""The columns that decide who may come in."""

_changes = 0


@dataclass(frozen=True)
class Door:
    account_id: int
    line: Line = field(repr=False)
    read_at: float
    changes: int

    def is_fresh(self) -> bool:
        return self.changes == _changes and time.monotonic() - self.read_at <= FRESH_SECONDS


class Doors:
    """Those of one kind of connection, in this process."""

    def __init__(self, app: Flask, kind: str) -> None:
        self._app = app
        self._kind = kind
        self._known: dict[str, Door] = {}

    def find(self, key: str) -> Door | None:
        """The door of an address, None when there is none."""
        door = self._known.get(key)
        if door is not None and door.is_fresh():
            return door
        read_at, changes = time.monotonic(), _changes
        with self._app.app_context(), transactions(read_only=True):
            row = connections.by_webhook_key(self._kind, key)
            if row is None:
                self._known.pop(key, None)
                return None
            door = self._known[key] = Door(row.account_id, row.line, read_at, changes)
        return door


@sa.event.listens_for(Connection, "after_update")
@sa.event.listens_for(Connection, "after_delete")
def _note(_mapper: Any, _connection: Any, row: Connection) -> None:
    session, state = object_session(row), sa.inspect(row)
    if session is not None and (row in session.deleted or any(state.attrs[name].history.added for name in LOCKS)):
        session.info["doors"] = True


@sa.event.listens_for(db.session, "after_commit")
def _change(session: Session) -> None:
    global _changes
    if not session.in_nested_transaction() and session.info.pop("doors", False):
        _changes += 1
