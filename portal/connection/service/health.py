"""How the numbers of the official API fare, asked now and then; people are told when it gets worse."""

from __future__ import annotations

import logging
from typing import Any, Protocol, cast

from portal import clock, gateways
from portal.connection import queries
from portal.connection.models import Connection
from portal.connection.queries import title_of
from portal.connection.rules.health import alerts
from portal.extensions import db, transactions
from portal.gateways.base import Line, SendError
from portal.gateways.cloud_api import NumberInfo
from portal.gateways.registry import explain
from portal.live.service import emit
from portal.notifications import service as notifications

log = logging.getLogger("portal.health")

VERIFIED = "webhook_verified"

TOKEN_CODES = ("0", "104", "190")
"""With these the token is no good any more: nothing is asked again until another one is saved."""


class _Checks(Protocol):
    def check(self, line: Line) -> NumberInfo: ...


def page_of(connection: Connection) -> str:
    """The path of a number's page."""
    return f"/whatsapp/configuracoes/{connection.id}"


def check_all() -> int:
    """Ask Meta about every number that is on; commits. Returns how many answered. What goes wrong with one is logged."""
    return sum(_check(connection_id) for connection_id in queries.watched())


def _check(connection_id: int) -> bool:
    connection = db.session.get(Connection, connection_id)
    if connection is None:  # removed meanwhile
        db.session.rollback()
        return False
    kind, line, stopped = connection.kind.value, connection.line, connection.stopped_code
    db.session.commit()  # no transaction is open across the network
    if stopped in TOKEN_CODES:
        return False
    try:
        keep(connection_id, line, cast(_Checks, gateways.get(kind)).check(line))
    except SendError as error:
        log.warning("the health of connection %s could not be read: %s", connection_id, error.code)
        if error.stop:
            pause(connection_id, line, error.code)
        return False
    return True


def keep(connection_id: int, asked: Line, number: NumberInfo) -> None:
    """Store what Meta says of the number that was `asked`, and tell the admins what got worse; commits.

    Nothing is stored when another number was saved meanwhile.
    """
    connection = queries.locked(connection_id)
    if connection.phone_number_id != asked.phone_number_id:
        db.session.rollback()
        return
    before = connection.health or {}
    now = {**before, **_facts(number)}
    connection.health, connection.health_checked_at = now, clock.now()
    connection.messaging_tier, connection.tier_checked_at = number.messaging_limit[:20], clock.now()
    for alert in alerts(before, now):
        key = f"health:{connection.id}:{alert.key}:{clock.now():%Y%m%d%H%M}"
        text = f"{title_of(connection)}: {alert.text}"
        notifications.notify_admins(connection.account_id, key, alert.title, text, page_of(connection), alert.tone)
    if before != now:
        emit(connection.account_id, "connection", connection.id)
    db.session.commit()


def note_verified(connection: Connection) -> None:
    """Note, the first time, that Meta verified the webhook's address; commits. Meta asks with a GET, which may write
    nothing else."""
    connection_id, known = connection.id, (connection.health or {}).get(VERIFIED)
    db.session.rollback()
    if known:
        return
    with transactions(read_only=False):
        connection = queries.locked(connection_id)
        connection.health = {**(connection.health or {}), VERIFIED: True}
        emit(connection.account_id, "connection", connection.id)
        db.session.commit()


def pause(connection_id: int, asked: Line, code: str) -> None:
    """Stop sending by a number that Meta says is unfit, once and with one alarm; commits.

    Saving credentials lets it go on. Nothing happens when others were saved meanwhile.
    """
    connection = queries.locked(connection_id)
    if connection.stopped_code or connection.line != asked:
        db.session.rollback()
        return
    connection.stopped_code, connection.stopped_at = code[:40], clock.now()
    text = (
        f"{title_of(connection)}: {explain(connection.kind.value, code)} Até lá nenhuma mensagem sai; o que está na fila "
        "espera."
    )
    key = f"stopped:{connection.id}:{connection.stopped_at:%Y%m%d%H%M}"
    notifications.notify_admins(
        connection.account_id, key, "A conexão com o WhatsApp parou", text, page_of(connection), "danger"
    )
    emit(connection.account_id, "connection", connection.id)
    db.session.commit()


def _facts(number: NumberInfo) -> dict[str, Any]:
    return {
        "verified_name": number.verified_name,
        "display_phone": number.display_phone,
        "name_status": number.name_status,
        "status": number.status,
        "quality": number.quality,
        "can_send": number.can_send,
        "problems": list(number.problems),
    }
