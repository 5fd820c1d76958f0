from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from portal import jobs
from portal.connection.models import Connection, ConnectionKind, DailyUsage
from portal.extensions import db

NAMES = {ConnectionKind.SIMULATOR: "Simulador", ConnectionKind.CLOUD_API: "API oficial"}


def current(account_id: int) -> Connection | None:
    """The connection by which a company talks now."""
    return db.session.scalar(sa.select(Connection).where(Connection.account_id == account_id, Connection.enabled))


def locked(connection_id: int) -> Connection:
    """The connection's row, locked until the transaction ends and fresh.

    The webhooks, the sending agent and whoever decides about its messages take turns with it, and take it before any
    conversation or message. The lock is the one that lets others refer to the row: an operator's answer, which holds
    its conversation, must not wait here for a webhook that waits for that conversation.
    """
    return db.session.get_one(Connection, connection_id, with_for_update={"key_share": True}, populate_existing=True)


def of_kind(account_id: int, kind: ConnectionKind) -> Connection | None:
    return db.session.scalar(
        sa.select(Connection).where(Connection.account_id == account_id, Connection.kind == kind).limit(1)
    )


def by_webhook_key(kind: str, key: str) -> Connection | None:
    """The connection that a webhook address belongs to; the key alone names it, no account is known yet."""
    return db.session.scalar(
        sa.select(Connection).where(Connection.webhook_key == key, Connection.kind == ConnectionKind(kind))
    )


def used_on(connection_id: int, day: date) -> int:
    """How much of the daily limit is spent on a day."""
    return (
        db.session.scalar(
            sa.select(DailyUsage.used).where(DailyUsage.connection_id == connection_id, DailyUsage.day == day)
        )
        or 0
    )


def batch_seconds() -> int:
    """Seconds between two batches of the sending agent; 0 in an installation without it."""
    job = jobs.registry.get("send-batch")
    return int(job.every) if job else 0
