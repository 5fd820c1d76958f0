"""“Conectar-se ao PlugMessage”: what an administrator does with the phone of a number.

The gateway's verbs change something at the provider, so all of this is asked for by a POST. What the phone is to read is
kept, encrypted, for as long as it can be read: whichever process is asked shows the same code.
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
from portal.connection.service import codes, discard, link
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
    pending = discard.waiting(provider, line)
    if pending and queue == DISCARD:
        discard.discard(connection, user, provider, line, pending)
    return 0 if queue in (SEND, DISCARD) else pending


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
    if not codes.shows_code(connection):
        return Outcome()
    try:
        return _read(connection_id, kind, link.provider_of(kind), line, first=False)
    except SendError as error:
        return Outcome(problem=explain(kind, error.code))


def _read(connection_id: int, kind: str, provider: Provider, line: Line, *, first: bool) -> Outcome:
    asked_at = _count(connection_id, first=first)
    if asked_at is None:
        return Outcome()
    try:
        qr = provider.qr(line)
    except SendError:
        codes.withdraw(connection_id, asked_at)
        raise
    if qr.challenge:
        return _passkey(connection_id)
    if qr.png is None:  # there is none to read: the phone may be linked by now
        link.keep(connection_id, line, link.ask(kind, line))
        return Outcome()
    codes.keep_picture(connection_id, asked_at, qr.png)
    return Outcome()


def _count(connection_id: int, *, first: bool) -> datetime | None:
    """Note that a code is asked for, before it is, and commit: when; None when no further one may be."""
    connection, now = queries.locked(connection_id), clock.now()
    too_soon = connection.qr_asked_at is not None and now - connection.qr_asked_at < rules.CODES_APART
    if not first and too_soon:
        db.session.rollback()
        return None
    if not first and connection.qr_asked >= rules.CODES:
        codes.forget(connection)
        db.session.commit()
        return None
    codes.wait_for(connection, 1 if first else connection.qr_asked + 1, now)
    db.session.commit()
    return now


def _passkey(connection_id: int) -> Outcome:
    connection = queries.locked(connection_id)
    connection.link_state = LinkState.PASSKEY
    codes.forget(connection)
    emit(connection.account_id, "connection", connection.id)
    db.session.commit()
    return Outcome()


def pair_by_code(connection: Connection, user: User, phone: str, queue: str = "") -> Outcome:
    """Ask for the code to type in the phone instead of reading a QR code, unless it is linked already; `phone` is its
    number. Commits."""
    kind, line, connection_id = connection.kind.value, connection.line, connection.id
    db.session.commit()
    provider = link.provider_of(kind)
    try:
        status = provider.status(line)
        if status.state == rules.CONNECTED:  # what waits is on its way out, and nothing of it could be proven discarded
            link.keep(connection_id, line, status)
            return Outcome()
        if pending := _undecided(connection, user, provider, line, queue):
            return Outcome(pending=pending)
        code = provider.pairing_code(line, phone)
    except SendError as error:
        return _passkey(connection_id) if error.code == PASSKEY else Outcome(problem=explain(kind, error.code))
    connection = queries.locked(connection_id)
    codes.wait_for(connection, 0, clock.now(), rules.grouped(code))
    _note(connection, user, "connection.link", {"link": "código"})
    db.session.commit()
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
    codes.forget(connection)
    emit(connection.account_id, "connection", connection.id)
    _note(connection, user, "connection.unlink", {"link": "desconectado"})
    db.session.commit()
    return Outcome()


def cancel(connection: Connection) -> None:
    """Nobody is going to read the code; commits. The provider is asked afresh how the number stands."""
    connection = queries.locked(connection.id)
    if connection.link_state is LinkState.WAITING:
        connection.link_state = LinkState.DISCONNECTED
        codes.forget(connection)
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
