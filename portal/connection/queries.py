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
