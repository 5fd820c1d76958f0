"""The company's WhatsApp connection: which API, its credentials, its test, the limits of its sending agent."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from typing import Protocol, cast

import sqlalchemy as sa

from portal import clock, gateways, jobs
from portal.accounts.models import Account, User
from portal.audit.service import ChangedMeanwhile, note
from portal.connection import queries
from portal.connection.models import Connection, ConnectionKind
from portal.extensions import db
from portal.gateways.base import Line, SendError
from portal.gateways.cloud_api import NumberInfo
from portal.gateways.registry import explain
from portal.live.service import emit

SECRETS = ("access_token", "app_secret")


def set_up(account_id: int) -> None:
    """Give a new company the simulator, in the caller's transaction: everything can be tried before any contract."""
    connection = _new(account_id, ConnectionKind.SIMULATOR)
    connection.enabled = connection.primary = True
    connection.phone_number_id = f"simulador-{account_id}"
    connection.app_secret = secrets.token_urlsafe(32)
    db.session.add(connection)


def _new(account_id: int, kind: ConnectionKind) -> Connection:
    return Connection(
        account_id=account_id,
        kind=kind,
        webhook_key=secrets.token_urlsafe(24),
        verify_token=secrets.token_urlsafe(24),
        daily_limit=250,
        batch_size=5,
        created_at=clock.now(),
        enabled=False,
        phone_number_id="",
        waba_id="",
        access_token="",
        app_secret="",
        display_phone="",
        stopped_code="",
        version=1,
    )


def choose_kind(user: User, kind: ConnectionKind) -> Connection:
    """Make one kind of API the company's current one, creating its connection the first time; commits.

    The company's row is locked: two who choose at once take turns, and the second sees what the first did.
    """
    db.session.execute(sa.select(Account.id).where(Account.id == user.account_id).with_for_update(key_share=True))
    db.session.expire_all()
    before = queries.current(user.account_id)
    chosen = queries.of_kind(user.account_id, kind)
    if chosen is None:
        chosen = _new(user.account_id, kind)
        db.session.add(chosen)
    if before is not None and before is not chosen:
        before.enabled = before.primary = False
        db.session.flush()  # the database allows one primary connection at any moment
    chosen.enabled = chosen.primary = True
    db.session.flush()
    _noted(user, chosen, "connection.kind", {"kind": before.kind.value} if before else None, {"kind": kind.value})
    db.session.commit()
    return chosen


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
        _noted(user, connection, "connection.limits", asdict(before), asdict(wanted))
    db.session.commit()


@dataclass(frozen=True)
class Credentials:
    """What the form holds; an empty secret keeps the one that is stored."""

    display_phone: str
    phone_number_id: str
    waba_id: str
    access_token: str = ""
    app_secret: str = ""


def save_credentials(connection: Connection, user: User, version: int, given: Credentials) -> None:
    """Store credentials, secrets encrypted, and let a stopped connection try again; commits.

    Raises ChangedMeanwhile.
    """
    _claim_version(connection, version)
    before = _facts(connection)
    connection.display_phone = given.display_phone
    connection.phone_number_id, connection.waba_id = given.phone_number_id, given.waba_id
    for name in SECRETS:
        if getattr(given, name):
            setattr(connection, name, getattr(given, name))
    if (before["phone_number_id"], before["waba_id"]) != (given.phone_number_id, given.waba_id):
        connection.messaging_tier, connection.tier_checked_at = "", None  # it was another number's
    connection.stopped_code, connection.stopped_at = "", None
    _noted(user, connection, "connection.credentials", before, _facts(connection))
    db.session.commit()
    jobs.wake("send-outbox")


def resume(connection: Connection, user: User) -> None:
    """Let a stopped connection try again after the cause was put right at the provider; commits."""
    before: dict[str, object] = {"stopped": connection.stopped_code}
    connection.stopped_code, connection.stopped_at = "", None
    _noted(user, connection, "connection.resume", before, {"stopped": ""})
    db.session.commit()
    jobs.wake("send-outbox")


@dataclass(frozen=True)
class Check:
    """The answer of a connection's test: what the provider says of the number, or in Portuguese why it cannot send."""

    number: NumberInfo | None
    reason: str = ""

    @property
    def ok(self) -> bool:
        return self.number is not None and self.number.connected


class _Checks(Protocol):
    def check(self, line: Line) -> NumberInfo: ...


def check(connection: Connection) -> Check:
    """Ask the provider for the state of the number and keep its messaging tier; commits.

    The caller's transaction ends before the question: none is open across the network.
    """
    kind, line = connection.kind.value, connection.line
    db.session.commit()
    try:
        number = cast(_Checks, gateways.get(kind)).check(line)
    except SendError as error:
        return Check(None, explain(kind, error.code))
    _keep_tier(connection.id, line, number)
    if not number.connected:
        return Check(number, "A Meta informa que este número não está conectado e não pode enviar mensagens.")
    return Check(number)


def _keep_tier(connection_id: int, asked: Line, number: NumberInfo) -> None:
    """The tier belongs to the number that was asked for: not to one that was saved while the provider answered."""
    connection = queries.locked(connection_id)
    if connection.phone_number_id == asked.phone_number_id:
        connection.messaging_tier, connection.tier_checked_at = number.messaging_limit[:20], clock.now()
    db.session.commit()


def stopped_reason(connection: Connection) -> str:
    """In Portuguese why the connection stopped, "" while it works."""
    return explain(connection.kind.value, connection.stopped_code)


def last4(secret: str) -> str:
    """All that is ever shown of a saved secret."""
    return secret[-4:] if len(secret) >= 12 else ""


def _claim_version(connection: Connection, version: int) -> None:
    queries.locked(connection.id)
    if connection.version != version:
        db.session.rollback()
        raise ChangedMeanwhile
    connection.version += 1


def _facts(connection: Connection) -> dict[str, object]:
    shown = {name: last4(getattr(connection, name)) for name in SECRETS}
    return {
        "display_phone": connection.display_phone,
        "phone_number_id": connection.phone_number_id,
        "waba_id": connection.waba_id,
        **shown,
    }


def _noted(
    user: User, connection: Connection, action: str, before: dict[str, object] | None, after: dict[str, object] | None
) -> None:
    note(user.account_id, user.id, action, f"connection:{connection.id}", before, after)
    emit(user.account_id, "connection", connection.id)
