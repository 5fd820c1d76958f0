"""Messages that come, rightly signed, for another number than the one that is configured: usually a mistyped id."""

from __future__ import annotations

from collections.abc import Callable

from portal import jobs
from portal.accounts.models import User
from portal.audit.service import note
from portal.connection import queries
from portal.connection.fields import facts_of
from portal.connection.models import Connection, ConnectionKind
from portal.connection.service.numbers import forget
from portal.extensions import db
from portal.live.service import emit

MOST = 3
MAX_LENGTH = 40

_corrected: list[Callable[[Connection], None]] = []


def on_corrected(apply_again: Callable[[Connection], None]) -> None:
    """Have what came for a number applied again once that number is the configured one; called in the transaction
    that corrects it. A function counts once."""
    if apply_again not in _corrected:
        _corrected.append(apply_again)


def heard(connection: Connection, phone_number_id: str) -> None:
    """Note, in the caller's transaction, the id of another number of the official API for which a message came."""
    known = connection.foreign_numbers or []
    if connection.kind is not ConnectionKind.CLOUD_API:
        return
    if phone_number_id in known or len(known) >= MOST or len(phone_number_id) > MAX_LENGTH:
        return
    if queries.was_removed(connection, phone_number_id):
        return
    connection.foreign_numbers = [*known, phone_number_id]
    emit(connection.account_id, "connection", connection.id)


def correct(connection: Connection, user: User, phone_number_id: str) -> bool:
    """Make an id that was heard of the configured one and have what came for it applied; commits.

    False when it was never heard of, or was corrected already.
    """
    connection = queries.locked(connection.id)
    if phone_number_id not in connection.foreign_numbers:
        db.session.rollback()
        return False
    before = facts_of(connection)
    connection.phone_number_id = phone_number_id
    forget(connection)
    connection.stopped_code, connection.stopped_at = "", None
    connection.version += 1
    note(
        user.account_id,
        user.id,
        "connection.credentials",
        f"connection:{connection.id}",
        before,
        facts_of(connection),
    )
    for apply_again in _corrected:
        apply_again(connection)
    emit(connection.account_id, "connection", connection.id)
    db.session.commit()
    for name in ("apply-webhooks", "send-outbox", "connection-health"):
        jobs.wake(name)
    return True
