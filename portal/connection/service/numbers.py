"""The company's WhatsApp numbers: of which API, which one is the primary, their credentials and limits."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from portal import clock, gateways, jobs
from portal.accounts.models import Account, User
from portal.audit.service import ChangedMeanwhile, note
from portal.connection import queries
from portal.connection.fields import FIELDS, facts_of
from portal.connection.models import UNOFFICIAL, Connection, ConnectionKind, LinkState
from portal.extensions import db
from portal.gateways.base import Line
from portal.gateways.registry import explain
from portal.live.service import emit

MAX_NUMBERS = 20
OF_THE_ADDRESS = ("webhook_verified",)
"""What is known of the webhook's address, which stays when another number is configured."""


class NumberRefused(Exception):
    """A number cannot be added, switched off or removed; the message says why in Portuguese."""


def set_up(account_id: int) -> None:
    """Give a new company the simulator, in the caller's transaction: everything can be tried before any contract."""
    connection = _new(account_id, ConnectionKind.SIMULATOR)
    connection.enabled = connection.primary = True
    db.session.add(connection)


def _new(account_id: int, kind: ConnectionKind) -> Connection:
    token = secrets.token_urlsafe(24)
    key = secret_key(token) if kind in UNOFFICIAL else secrets.token_urlsafe(24)
    connection = Connection(
        account_id=account_id, kind=kind, webhook_key=key, verify_token=token, created_at=clock.now(), enabled=False
    )
    if kind is ConnectionKind.SIMULATOR:
        connection.phone_number_id = f"simulador-{account_id}"
        connection.app_secret = secrets.token_urlsafe(32)
    return connection


def secret_key(secret: str) -> str:
    """What is stored to find a number by the secret in its webhook's address."""
    return hashlib.sha256(secret.encode()).hexdigest()


def offered(account_id: int) -> list[ConnectionKind]:
    """The kinds of which a company may add a number: those this installation has, and one simulator at most."""
    taken = {each.kind for each in queries.connections_of(account_id)} & {ConnectionKind.SIMULATOR}
    return [kind for kind in ConnectionKind if kind not in taken and _is_installed(kind)]


def _is_installed(kind: ConnectionKind) -> bool:
    try:
        gateways.get(kind.value)
    except KeyError:
        return False
    return True


def add(user: User, kind: ConnectionKind, name: str = "") -> Connection:
    """Add a number, which is on but not the primary one unless there is none; commits. Raises NumberRefused."""
    take_turns(user.account_id)
    if kind not in offered(user.account_id):
        raise refused("A empresa já tem um simulador.")
    rows = queries.connections_of(user.account_id)
    if len(rows) >= MAX_NUMBERS:
        raise refused(f"A empresa já tem {MAX_NUMBERS} números.")
    connection = _new(user.account_id, kind)
    connection.name, connection.enabled = name, True
    connection.primary = not any(row.primary for row in rows)
    db.session.add(connection)
    db.session.flush()
    noted(user, connection, "connection.add", None, {"kind": kind.value, "name": name})
    db.session.commit()
    return connection


def rename(connection: Connection, user: User, seen: str, name: str) -> None:
    """Give a number another name, "" for that of its API; commits. Raises ChangedMeanwhile when it is no longer called
    what was `seen`."""
    queries.locked(connection.id)
    before: dict[str, object] = {"name": connection.name}
    if connection.name != seen:
        db.session.rollback()
        raise ChangedMeanwhile
    connection.name = name
    if before["name"] != name:
        noted(user, connection, "connection.name", before, {"name": name})
    db.session.commit()


def save_interactive(connection: Connection, user: User, *, seen: bool, wanted: bool) -> None:
    """Have choices go out as buttons and lists, or as numbered text; commits. Raises ChangedMeanwhile."""
    queries.locked(connection.id)
    if connection.interactive_enabled != seen:
        db.session.rollback()
        raise ChangedMeanwhile
    connection.interactive_enabled = wanted
    if wanted != seen:
        noted(user, connection, "connection.interactive", {"interactive": seen}, {"interactive": wanted})
    db.session.commit()


def make_primary(connection: Connection, user: User) -> None:
    """Have chats start by this number unless another is chosen, and switch it on; commits. Raises NumberRefused for one
    that was removed meanwhile."""
    connection_id = connection.id
    take_turns(user.account_id)
    _check_there(user.account_id, connection_id)
    before = queries.current(user.account_id)
    if before is connection and connection.enabled:
        db.session.rollback()
        return
    if before is not None:
        before.primary = False
        db.session.flush()  # the database allows one primary number at any moment
    connection.primary = connection.enabled = True
    was = queries.title_of(before) if before else ""
    noted(user, connection, "connection.primary", {"primary": was}, {"primary": queries.title_of(connection)})
    db.session.commit()
    _go_on()


def switch(connection: Connection, user: User, *, on: bool) -> None:
    """Switch a number on or off; commits. While it is off nothing is sent by it, and what comes in is still recorded.

    Raises NumberRefused for the primary number while others are on, and for one that was removed meanwhile.
    """
    connection_id = connection.id
    take_turns(user.account_id)
    _check_there(user.account_id, connection_id)
    if not on and connection.primary and len(queries.enabled(user.account_id)) > 1:
        raise refused("Este é o número principal. Antes de desligá-lo, torne outro número o principal.")
    if connection.enabled != on:
        connection.enabled = on
        connection.qr_asked, connection.qr_asked_at, connection.shown_code = 0, None, ""
        noted(user, connection, "connection.switch", {"enabled": not on}, {"enabled": on})
    db.session.commit()
    _go_on()


def take_turns(account_id: int) -> None:
    """Lock the company's row: two who choose at once take turns, and the second sees what the first did."""
    db.session.execute(sa.select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))
    db.session.expire_all()


def _check_there(account_id: int, connection_id: int) -> None:
    if queries.connection_in(account_id, connection_id) is None:
        raise refused("Este número foi removido.")


def refused(reason: str) -> NumberRefused:
    """The error to raise, with nothing of the transaction left."""
    db.session.rollback()
    return NumberRefused(reason)


def _go_on() -> None:
    jobs.wake("send-outbox")
    jobs.wake("send-batch")


@dataclass(frozen=True)
class Limits:
    """*Máx. Envio por Dia* and *Máx. Envio entrada agente*."""

    daily_limit: int
    batch_size: int


def save_limits(connection: Connection, user: User, seen: Limits | None, wanted: Limits) -> None:
    """Change the sending agent's limits; commits. `seen` are the values that the form showed, None whatever they are.

    Raises ChangedMeanwhile. Credentials have their own version, so that neither form spoils the other.
    """
    queries.locked(connection.id)
    before = Limits(connection.daily_limit, connection.batch_size)
    if seen is not None and before != seen:
        db.session.rollback()
        raise ChangedMeanwhile
    connection.daily_limit, connection.batch_size = wanted.daily_limit, wanted.batch_size
    if wanted != before:
        noted(user, connection, "connection.limits", asdict(before), asdict(wanted))
    db.session.commit()


@dataclass(frozen=True)
class Credentials:
    """What the form holds; an empty secret keeps the one that is stored. See `fields` for what each kind needs."""

    display_phone: str
    phone_number_id: str
    waba_id: str = ""
    access_token: str = ""
    app_secret: str = ""
    base_url: str = ""


def save_credentials(connection: Connection, user: User, version: int, given: Credentials) -> None:
    """Store credentials, secrets encrypted, and let a stopped connection try again; commits.

    Raises ChangedMeanwhile.
    """
    _claim_version(connection, version)
    before = facts_of(connection)
    line = connection.line
    for each in FIELDS[connection.kind]:
        value = getattr(given, each.name)
        if value or not each.secret:
            setattr(connection, each.name, value)
    if _is_other_number(connection, line):
        forget(connection)
    connection.stopped_code, connection.stopped_at = "", None
    noted(user, connection, "connection.credentials", before, facts_of(connection))
    db.session.commit()
    _go_on()
    jobs.wake("connection-health")


def _is_other_number(connection: Connection, line: Line) -> bool:
    now = connection.line
    return (now.phone_number_id, now.waba_id, now.base_url) != (line.phone_number_id, line.waba_id, line.base_url)


def forget(connection: Connection) -> None:
    """Forget what was another number's, in the caller's transaction."""
    connection.messaging_tier, connection.tier_checked_at = "", None
    connection.health = {name: value for name, value in (connection.health or {}).items() if name in OF_THE_ADDRESS}
    connection.health_checked_at = None
    connection.foreign_numbers = [each for each in connection.foreign_numbers if each != connection.phone_number_id]
    connection.link_state, connection.link_detail = LinkState.UNKNOWN, ""
    connection.connected_phone, connection.linked_at, connection.link_checked_at = "", None, None
    connection.qr_asked, connection.qr_asked_at, connection.shown_code = 0, None, ""
    connection.entrance_problem = ""


def resume(connection: Connection, user: User) -> None:
    """Let a stopped connection try again after the cause was put right at the provider, and ask the provider how it
    stands; commits."""
    before: dict[str, object] = {"stopped": connection.stopped_code}
    connection.stopped_code, connection.stopped_at = "", None
    noted(user, connection, "connection.resume", before, {"stopped": ""})
    db.session.commit()
    for name in ("connection-status", "connection-health", "send-outbox", "send-batch"):
        jobs.wake(name)


def stopped_reason(connection: Connection) -> str:
    """In Portuguese why the connection stopped, "" while it works."""
    return explain(connection.kind.value, connection.stopped_code)


def _claim_version(connection: Connection, version: int) -> None:
    queries.locked(connection.id)
    if connection.version != version:
        db.session.rollback()
        raise ChangedMeanwhile
    connection.version += 1


def noted(
    user: User, connection: Connection, action: str, before: dict[str, object] | None, after: dict[str, object] | None
) -> None:
    """Note what somebody did to a number and tell the screens, in the caller's transaction."""
    note(user.account_id, user.id, action, f"connection:{connection.id}", before, after)
    emit(user.account_id, "connection", connection.id)
