"""A number that a company does not use any more: gone when nothing speaks of it, else archived for its conversations."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.accounts.models import User
from portal.connection import queries
from portal.connection.models import Connection, DailyUsage
from portal.connection.service.numbers import forget, noted, refused, take_turns
from portal.extensions import db

DELETED, ARCHIVED = "excluído", "arquivado"
PRIMARY = "Este é o número principal. Antes de removê-lo, torne outro número o principal."

_archived: list[Callable[[Connection, User], None]] = []


def on_archived(end: Callable[[Connection, User], None]) -> None:
    """Have what still runs on a number ended when it is archived, in the transaction that does it; a function that raises
    NumberRefused prevents it. A function counts once."""
    if end not in _archived:
        _archived.append(end)


def remove(connection: Connection, user: User) -> bool:
    """Remove a number; commits. True when nothing is left of it, False when it was archived: its conversations are still
    read, nothing is sent by it, its credentials are gone and its webhook's address is no more.

    Raises NumberRefused for the primary number, and for one that must not be archived yet. Of two at once the second changes nothing.
    """
    connection_id = connection.id
    take_turns(user.account_id)
    found = queries.connection_in(user.account_id, connection_id)
    if found is None:
        db.session.rollback()
        return True
    connection = queries.locked(connection_id)
    if connection.primary:
        raise refused(PRIMARY)
    before: dict[str, object] = {
        "name": queries.title_of(connection),
        "kind": connection.kind.value,
        "display_phone": connection.display_phone,
        "phone_number_id": connection.phone_number_id,
    }
    gone = not queries.has_history(connection_id) and _deleted(connection)
    if not gone:
        _archive(connection, user)
    noted(user, connection, "connection.remove", before, {"removed": DELETED if gone else ARCHIVED})
    db.session.commit()
    return gone


def _deleted(connection: Connection) -> bool:
    """Whether the database let the row go: something may have come to refer to it a moment ago."""
    try:
        with db.session.begin_nested():
            db.session.execute(sa.delete(DailyUsage).where(DailyUsage.connection_id == connection.id))
            db.session.delete(connection)
    except IntegrityError:
        return False
    return True


def _archive(connection: Connection, user: User) -> None:
    for end in _archived:
        end(connection, user)
    connection.archived_at, connection.enabled = clock.now(), False
    connection.access_token = connection.app_secret = connection.verify_token = ""
    connection.webhook_key = secrets.token_urlsafe(32)  # what comes for the old address finds nobody
    connection.stopped_code, connection.stopped_at = "", None
    forget(connection)
    connection.foreign_numbers = []
    connection.version += 1
