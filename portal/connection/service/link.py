"""What the provider says of the link between a number and its phone, kept and told; and who is reminded of it.

A webhook about it is unsigned and only a hint: the state is what the provider answers when it is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, cast

from portal import clock, gateways, jobs
from portal.accounts.models import Account
from portal.connection import linked, queries
from portal.connection.models import Connection, LinkState
from portal.connection.rules import link as rules
from portal.connection.rules.link import Link
from portal.connection.service import watchers
from portal.extensions import db
from portal.gateways.base import Line, LinkStatus, Qr, SendError, Uncertain
from portal.gateways.registry import explain
from portal.live.service import emit
from portal.portfolio.rules import phones

ENTRANCE = "/webhooks/{kind}/{secret}"

_RESTRICTED, _SUSPENDED, _NOT_CONNECTED = "restricted", "suspended", "not_connected"


class Provider(Protocol):
    """What a gateway's `link` can do; every failure is a SendError."""

    def status(self, line: Line) -> LinkStatus: ...
    def qr(self, line: Line) -> Qr: ...
    def pairing_code(self, line: Line, phone: str) -> str: ...
    def restore(self, line: Line) -> None: ...
    def disconnect(self, line: Line) -> None: ...
    def queue_count(self, line: Line) -> int: ...
    def clear_queue(self, line: Line) -> None: ...
    def configure_webhooks(self, line: Line, url: str) -> None: ...


class _Linked(Protocol):
    link: Provider


@dataclass
class Office:
    """Where the provider finds this installation; set by `create_app`."""

    public_url: str = ""


office = Office()


def provider_of(kind: str) -> Provider:
    return cast(_Linked, gateways.get(kind)).link


def refresh_all() -> int:
    """Ask the provider about every number in use that is linked by a QR code. Returns how many changed; commits."""
    return sum(refresh(connection_id) for connection_id in linked.all_enabled())


def refresh(connection_id: int) -> bool:
    """Ask the provider about one number and keep what it says; commits, before the question too: no transaction is open
    across the network. Returns whether anything changed."""
    connection = db.session.get(Connection, connection_id)
    if connection is None:  # removed meanwhile
        db.session.rollback()
        return False
    kind, line = connection.kind.value, connection.line
    db.session.commit()
    return keep(connection_id, line, ask(kind, line))


def ask(kind: str, line: Line) -> LinkStatus:
    """The state as the provider tells it; "unknown", and why in Portuguese, when it does not."""
    try:
        return provider_of(kind).status(line)
    except SendError as error:
        return LinkStatus(rules.UNKNOWN, detail=explain(kind, error.code))
    except Uncertain:
        return LinkStatus(rules.UNKNOWN)


def keep(connection_id: int, asked: Line, status: LinkStatus) -> bool:
    """Store what the provider said of the line that was `asked`, tell who should know, and let go on what waited;
    commits. Returns whether anything changed. Nothing is stored when other credentials were saved meanwhile."""
    there = db.session.get(Connection, connection_id) is not None  # it may have been removed meanwhile
    connection = queries.locked(connection_id) if there else None
    if connection is None or connection.line != asked:
        db.session.rollback()
        return False
    before, fit_before = _stored(connection), linked.is_fit(connection)
    _store(connection, status)
    after = _stored(connection)
    if after != before:
        _tell(connection, before)
        emit(connection.account_id, "connection", connection.id)
    went_on = linked.is_fit(connection) and not fit_before
    db.session.commit()
    if went_on:
        release()
    return after != before


def release() -> None:
    """Let what waited for a number go out now."""
    jobs.wake("send-outbox")
    jobs.wake("send-batch")


@dataclass(frozen=True)
class _Stored:
    link: Link
    detail: str
    stopped: str
    wrong: bool


def _stored(connection: Connection) -> _Stored:
    link = Link(connection.link_state.value, connection.connected_phone, connection.linked_at)
    return _Stored(link, connection.link_detail, connection.stopped_code, linked.is_wrong_number(connection))


def _store(connection: Connection, status: LinkStatus) -> None:
    now, state = clock.now(), status.state
    if state == rules.CONNECTED:
        state = _unless_sends_fail(connection)
    reading = rules.is_reading(connection.qr_asked_at, connection.qr_asked, now)
    link = rules.after(_stored(connection).link, state, status.phone, now, reading=reading)
    connection.link_state, connection.linked_at = LinkState(link.state), link.linked_at
    connection.connected_phone = _as_expected(connection.display_phone, link.phone)
    connection.link_detail = status.detail[:200]
    if status.state != rules.UNKNOWN:
        connection.link_checked_at = now
    if connection.qr_asked_at is not None and (link.state == rules.CONNECTED or not reading):
        connection.qr_asked, connection.qr_asked_at, connection.shown_code = 0, None, ""
    if link.state == rules.CONNECTED and connection.stopped_code == _NOT_CONNECTED:  # put right by the reading itself
        connection.stopped_code, connection.stopped_at = "", None


def _unless_sends_fail(connection: Connection) -> str:
    """The provider may say "connected" while it refuses every message: the refusal that stopped the sending counts."""
    refused = {_RESTRICTED: rules.RESTRICTED, _SUSPENDED: rules.SUSPENDED}
    return refused.get(connection.stopped_code, rules.CONNECTED)


def _as_expected(expected: str, found: str) -> str:
    """A linked number for people, in the spelling of the expected one when they are one line: so they compare as equal."""
    if not found or (expected and rules.same_number(expected, found)):
        return expected if found else ""
    return shown(found)[:20]


def shown(number: str) -> str:
    """A number as people write it; as it is when it is none that can be read."""
    try:
        return phones.formatted(phones.parse(f"+{number.lstrip('+')}").e164)
    except phones.PhoneError:
        return number


def _tell(connection: Connection, before: _Stored) -> None:
    now = clock.now()
    if rules.is_loss(before.link.state, connection.link_state.value):
        watchers.notify(
            connection,
            f"lost:{connection.id}:{now:%Y%m%d%H%M%S}",
            "O celular desconectou",
            f"{name_of(connection)}: {linked.why_unfit(connection)}",
            "danger",
        )
    wrong = linked.is_wrong_number(connection)
    if wrong and (not before.wrong or before.link.phone != connection.connected_phone):
        watchers.notify(
            connection,
            f"wrong:{connection.id}:{now:%Y%m%d%H%M%S}",
            "O celular conectado é de outro número",
            f"Era esperado {connection.display_phone} e foi conectado {connection.connected_phone}. Os envios esperam até "
            "que um administrador confirme o número ou conecte o celular certo.",
            "danger",
        )


def name_of(connection: Connection) -> str:
    """How people know the number: its name, else the number, else its API."""
    return connection.name or connection.display_phone or queries.title_of(connection)


def remind() -> int:
    """Tell the chosen people of every company that a QR code is to be read again, each step once. Returns of how many
    connections they were told; commits."""
    return sum(_remind(connection_id) for connection_id in linked.all_enabled())


def _remind(connection_id: int) -> bool:
    connection = db.session.get(Connection, connection_id)
    if connection is None:  # removed meanwhile
        db.session.rollback()
        return False
    now = clock.local(clock.now(), db.session.get_one(Account, connection.account_id).timezone)
    left = linked.days_left(connection, now)
    step = rules.step_due(left, now)
    if step is None or left is None or connection.linked_at is None:
        db.session.rollback()
        return False
    due = rules.due_on(connection.linked_at, now.tzinfo)
    title, text = rules.step_words(due, left)
    key = f"due:{connection.id}:{due:%Y%m%d}:{step}"
    told = watchers.notify(
        connection, key, title, f"{name_of(connection)}: {text}", "danger" if left <= 0 else "warning"
    )
    db.session.commit()
    return told


def configure(connection: Connection) -> str:
    """Have the provider post its events to this installation, and keep what failed. Returns it in Portuguese, "" when it
    worked.

    Commits, so that no transaction is open across the network: call it after the credentials are saved.
    """
    connection_id, kind, line = connection.id, connection.kind.value, connection.line
    db.session.commit()
    problem = _configured(kind, line)
    jobs.wake("connection-status")
    connection = queries.locked(connection_id)
    if connection.line == line and connection.entrance_problem != problem[:300]:
        connection.entrance_problem = problem[:300]
        emit(connection.account_id, "connection", connection_id)
    db.session.commit()
    return problem


def _configured(kind: str, line: Line) -> str:
    url = office.public_url + ENTRANCE.format(kind=kind, secret=line.verify_token)
    if not url.startswith("https://"):
        return (
            "O provedor só entrega avisos em um endereço https, e este portal está em um endereço http. Peça a quem cuida "
            "da instalação que o publique em https (PORTAL_PUBLIC_URL) e salve de novo."
        )
    try:
        provider_of(kind).configure_webhooks(line, url)
    except SendError as error:
        return explain(kind, error.code)
    return ""
