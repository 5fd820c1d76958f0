"""What waits at the provider before a phone is linked again, and what becomes of our messages when it is discarded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.accounts.models import User
from portal.audit.service import note
from portal.connection import queries
from portal.connection.models import Connection
from portal.connection.service.link import Provider
from portal.extensions import db
from portal.gateways.base import Line, SendError


@dataclass(frozen=True)
class Discarded:
    """The provider's ids of the messages that were discarded, None when it did not tell which they were. `proven`: it
    confirmed that it discarded them."""

    ids: frozenset[str] | None
    proven: bool


_told: list[Callable[[Connection, Discarded], None]] = []


def on_discarded(settle: Callable[[Connection, Discarded], None]) -> None:
    """Have the messages of a discarded queue settled, in the transaction that notes it. A function counts once."""
    if settle not in _told:
        _told.append(settle)


def waiting(provider: Provider, line: Line) -> int:
    """How much waits at the provider; 0 when it does not tell, so that nobody is kept from connecting."""
    try:
        return provider.queue_count(line)
    except SendError:
        return 0


def discard(connection: Connection, user: User, provider: Provider, line: Line, pending: int) -> None:
    """Have the provider discard what waits there, `pending` messages, and settle ours among them; commits. Raises
    SendError when it did not confirm it."""
    connection_id, ids = connection.id, _ids(provider, line)
    try:
        provider.clear_queue(line)
    except SendError as error:
        if error.retry:  # it may have done so all the same
            _settle(connection_id, Discarded(ids, proven=False))
            db.session.commit()
        raise
    connection = _settle(connection_id, Discarded(ids, proven=True))
    note(
        connection.account_id, user.id, "connection.queue", f"connection:{connection_id}", None, {"discarded": pending}
    )
    db.session.commit()


def _ids(provider: Provider, line: Line) -> frozenset[str] | None:
    listed = getattr(provider, "queued", None)
    try:
        return listed(line) if listed else None
    except SendError:
        return None


def _settle(connection_id: int, discarded: Discarded) -> Connection:
    connection = queries.locked(connection_id)
    for settle in _told:
        settle(connection, discarded)
    return connection
