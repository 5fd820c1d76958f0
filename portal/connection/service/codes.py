"""The code that the phone is to read, or that is typed in it: one for each number, kept while it can be used."""

from __future__ import annotations

import base64
from datetime import datetime

from portal import clock
from portal.connection import queries
from portal.connection.models import Connection, LinkState
from portal.connection.rules import link as rules
from portal.extensions import db
from portal.live.service import emit


def wait_for(connection: Connection, asked: int, now: datetime, code: str = "") -> None:
    """Note, in the caller's transaction, that a code is asked for: the `asked`-th picture, or 0 and the `code` to type."""
    connection.qr_asked, connection.qr_asked_at, connection.shown_code = asked, now, code
    connection.link_state, connection.link_detail = LinkState.WAITING, ""
    emit(connection.account_id, "connection", connection.id)


def keep_picture(connection_id: int, asked_at: datetime, png: bytes) -> None:
    """Keep the picture that was asked for at that moment, for every process to show, unless another one was asked for
    since or nobody waits any more; commits."""
    connection = queries.locked(connection_id)
    if connection.qr_asked_at == asked_at and connection.link_state is LinkState.WAITING:
        connection.shown_code = base64.b64encode(png).decode()
        emit(connection.account_id, "connection", connection_id)
    db.session.commit()


def withdraw(connection_id: int, asked_at: datetime) -> None:
    """The provider gave no code: nobody waits for it any more; commits."""
    connection = queries.locked(connection_id)
    if connection.qr_asked_at == asked_at:
        connection.link_state = LinkState.DISCONNECTED
        forget(connection)
        emit(connection.account_id, "connection", connection_id)
    db.session.commit()


def forget(connection: Connection) -> None:
    """Keep no code any more, in the caller's transaction."""
    connection.qr_asked, connection.qr_asked_at, connection.shown_code = 0, None, ""


def shows_code(connection: Connection) -> bool:
    """Whether a QR code stands in the page now: asked for less than a minute ago."""
    return connection.qr_asked > 0 and _is_awaited(connection)


def typed_code(connection: Connection) -> str:
    """The pairing code that is to be typed in the phone now, "" when there is none."""
    return connection.shown_code if connection.qr_asked == 0 and _is_awaited(connection) else ""


def picture(connection: Connection) -> bytes | None:
    """The PNG of the code to read now, None when there is none or the provider has not given it yet. Only reads."""
    return base64.b64decode(connection.shown_code) or None if shows_code(connection) else None


def _is_awaited(connection: Connection) -> bool:
    waiting = connection.link_state is LinkState.WAITING
    return waiting and rules.is_reading(connection.qr_asked_at, connection.qr_asked, clock.now())
