"""“Conectar-se ao PlugMessage”: what an administrator does with the phone of a number.

The gateway's verbs change something at the provider, so all of this is asked for by a POST. Nothing keeps a code but the
memory of the process that asked for it, for as long as it can be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal import clock
from portal.accounts.models import User
from portal.audit.service import note
from portal.connection import queries
from portal.connection.models import Connection, LinkState
from portal.connection.rules import link as rules
from portal.connection.service import link
from portal.connection.service.link import Provider
from portal.extensions import db
from portal.gateways.base import Line, LinkStatus, SendError
from portal.gateways.registry import explain
from portal.live.service import emit

SEND, DISCARD = "enviar", "descartar"

PASSKEY = "passkey"


@dataclass(frozen=True)
class Outcome:
    """What became of a click. `pending`: so many messages wait at the provider, and what to do with them is to be said
    first. `problem`: what the provider refused, in Portuguese."""

    pending: int = 0
    problem: str = ""


_pictures: dict[int, tuple[datetime, bytes]] = {}
_codes: dict[int, tuple[datetime, str]] = {}


def start(connection: Connection, user: User, queue: str = "") -> Outcome:
    """Begin to link the phone: go on if it is linked already, come back to a session that the provider still has, else
    ask for a QR code; commits. `queue` says what becomes of messages that wait at the provider, which would go out at
    once: SEND, DISCARD, or "" to be asked."""
    kind, line = connection.kind.value, connection.line
    db.session.commit()
    provider = link.provider_of(kind)
    try:
        status = provider.status(line)
        if status.state == rules.CONNECTED:
            link.keep(connection.id, line, status)
            return Outcome()
        if pending := _undecided(connection, user, provider, line, queue):
            return Outcome(pending=pending)
        return _come_back_or_read(connection, user, provider, line, status)
    except SendError as error:
        return Outcome(problem=explain(kind, error.code))


def renew(connection: Connection, user: User, queue: str = "") -> Outcome:
    """Read the QR code again though the phone is linked: the provider gives no code before it is disconnected. Commits."""
    done = unlink(connection, user)
    return done if done.problem else start(connection, user, queue)


def _undecided(connection: Connection, user: User, provider: Provider, line: Line, queue: str) -> int:
    """How many messages wait at the provider of which nobody said what becomes; discards them if that was said."""
    pending = _waiting(provider, line)
    if pending and queue == DISCARD:
        provider.clear_queue(line)
        _note(connection, user, "connection.queue", {"discarded": pending})
        db.session.commit()
    return 0 if queue in (SEND, DISCARD) else pending


def _waiting(provider: Provider, line: Line) -> int:
    """How much waits at the provider; 0 when it does not tell, so that nobody is kept from connecting."""
    try:
        return provider.queue_count(line)
    except SendError:
        return 0


def _come_back_or_read(
    connection: Connection, user: User, provider: Provider, line: Line, status: LinkStatus
) -> Outcome:
    if status.state == rules.SUSPENDED:
        link.keep(connection.id, line, status)
        return Outcome(problem=status.detail)
    _note(connection, user, "connection.link", {"link": "QR Code"})
    db.session.commit()
    if status.state == rules.RESTORABLE and _restored(connection.id, provider, line):
        return Outcome()
    return _read(connection.id, connection.kind.value, provider, line, first=True)


def _restored(connection_id: int, provider: Provider, line: Line) -> bool:
    """Whether the provider came back with the session that it had."""
    try:
        provider.restore(line)
        status = provider.status(line)
    except SendError:
        return False
    if status.state != rules.CONNECTED:
        return False
    link.keep(connection_id, line, status)
    return True


def next_code(connection: Connection) -> Outcome:
    """What a page that shows a code asks every 15 s: whether the phone has read it, else the next code, three in all and
    never two within 10 s; commits."""
    kind, line, connection_id = connection.kind.value, connection.line, connection.id
    db.session.commit()
    status = link.ask(kind, line)
    link.keep(connection_id, line, status)
    connection = db.session.get_one(Connection, connection_id, populate_existing=True)
    if not shows_code(connection):
        return Outcome()
    try:
        return _read(connection_id, kind, link.provider_of(kind), line, first=False)
    except SendError as error:
        return Outcome(problem=explain(kind, error.code))


def _read(connection_id: int, kind: str, provider: Provider, line: Line, *, first: bool) -> Outcome:
    asked_at = _count(connection_id, first=first)
    if asked_at is None:
        return Outcome()
    qr = provider.qr(line)
    if qr.challenge:
        return _passkey(connection_id)
    if qr.png is None:  # there is none to read: the phone may be linked by now
        link.keep(connection_id, line, link.ask(kind, line))
        return Outcome()
    _pictures[connection_id] = (asked_at, qr.png)
    return Outcome()


def _count(connection_id: int, *, first: bool) -> datetime | None:
    """Note that a code is asked for, before it is, and commit: when; None when no further one may be."""
    connection, now = queries.locked(connection_id), clock.now()
    too_soon = connection.qr_asked_at is not None and now - connection.qr_asked_at < rules.CODES_APART
    if not first and too_soon:
        db.session.rollback()
        return None
    if not first and connection.qr_asked >= rules.CODES:
        connection.qr_asked, connection.qr_asked_at = 0, None
        db.session.commit()
        return None
    _await(connection, 1 if first else connection.qr_asked + 1, now)
    db.session.commit()
    return now


def _await(connection: Connection, asked: int, now: datetime) -> None:
    connection.qr_asked, connection.qr_asked_at = asked, now
    connection.link_state, connection.link_detail = LinkState.WAITING, ""
    if asked <= 1:  # the pages that show a code ask for the next one themselves
        emit(connection.account_id, "connection", connection.id)


def _passkey(connection_id: int) -> Outcome:
    connection = queries.locked(connection_id)
    connection.link_state, connection.qr_asked = LinkState.PASSKEY, 0
    emit(connection.account_id, "connection", connection.id)
    db.session.commit()
    return Outcome()


def shows_code(connection: Connection) -> bool:
    """Whether a QR code stands in the page now: asked for less than a minute ago."""
    return connection.qr_asked > 0 and _is_awaited(connection)


def _is_awaited(connection: Connection) -> bool:
    waiting = connection.link_state is LinkState.WAITING
    return waiting and rules.is_reading(connection.qr_asked_at, connection.qr_asked, clock.now())


def typed_code(connection: Connection) -> str:
    """The pairing code that is to be typed in the phone now, "" when there is none or another process asked for it."""
    asked_at, code = _codes.get(connection.id, (None, ""))
    return code if _is_awaited(connection) and asked_at == connection.qr_asked_at else ""


def picture(connection: Connection) -> bytes | None:
    """The PNG of the code to read now, None when there is none. Only reads: a process that did not ask for the code
    itself asks the provider again."""
    if not shows_code(connection):
        return None
    asked_at, png = _pictures.get(connection.id, (None, b""))
    if asked_at is not None and asked_at == connection.qr_asked_at:
        return png
    kind, line = connection.kind.value, connection.line
    db.session.rollback()
    try:
        return link.provider_of(kind).qr(line).png
    except SendError:
        return None


def pair_by_code(connection: Connection, user: User, phone: str, queue: str = "") -> Outcome:
    """Ask for the code to type in the phone instead of reading a QR code; `phone` is its number. Commits."""
    kind, line, connection_id = connection.kind.value, connection.line, connection.id
    db.session.commit()
    provider = link.provider_of(kind)
    try:
        if pending := _undecided(connection, user, provider, line, queue):
            return Outcome(pending=pending)
        code = provider.pairing_code(line, phone)
    except SendError as error:
        return _passkey(connection_id) if error.code == PASSKEY else Outcome(problem=explain(kind, error.code))
    connection, now = queries.locked(connection_id), clock.now()
    _await(connection, 0, now)
    _note(connection, user, "connection.link", {"link": "código"})
    db.session.commit()
    _codes[connection_id] = (now, rules.grouped(code))
    return Outcome()


def unlink(connection: Connection, user: User) -> Outcome:
    """Disconnect the phone at the provider; commits. A new reading is needed afterwards."""
    kind, line, connection_id = connection.kind.value, connection.line, connection.id
    db.session.commit()
    try:
        link.provider_of(kind).disconnect(line)
    except SendError as error:
        return Outcome(problem=explain(kind, error.code))
    connection = queries.locked(connection_id)
    connection.link_state, connection.link_detail = LinkState.DISCONNECTED, ""
    connection.connected_phone, connection.linked_at = "", None
    connection.qr_asked, connection.qr_asked_at = 0, None
    emit(connection.account_id, "connection", connection.id)
    _note(connection, user, "connection.unlink", {"link": "desconectado"})
    db.session.commit()
    return Outcome()


def cancel(connection: Connection) -> None:
    """Nobody is going to read the code; commits. The provider is asked afresh how the number stands."""
    connection = queries.locked(connection.id)
    if connection.link_state is LinkState.WAITING:
        connection.link_state = LinkState.DISCONNECTED
        connection.qr_asked, connection.qr_asked_at = 0, None
        emit(connection.account_id, "connection", connection.id)
    db.session.commit()
    link.refresh(connection.id)


def use_number(connection: Connection, user: User, seen: str) -> bool:
    """Take the number that is linked for the expected one; commits. False when it is not the one that was `seen`."""
    connection = queries.locked(connection.id)
    if not connection.connected_phone or connection.connected_phone != seen:
        db.session.rollback()
        return False
    before = connection.display_phone
    connection.display_phone = connection.connected_phone
    connection.version += 1
    _note(connection, user, "connection.number", {"display_phone": seen}, {"display_phone": before})
    emit(connection.account_id, "connection", connection.id)
    db.session.commit()
    link.release()
    return True


def _note(
    connection: Connection,
    user: User,
    action: str,
    after: dict[str, object],
    before: dict[str, object] | None = None,
) -> None:
    note(connection.account_id, user.id, action, f"connection:{connection.id}", before, after)
