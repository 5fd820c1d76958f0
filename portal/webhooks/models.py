from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Model, OfAccount, text_enum


class WebhookState(StrEnum):
    RECEIVED = "received"
    APPLIED = "applied"
    FAILED = "failed"


class WebhookEvent(OfAccount, Model):
    """A webhook body as it came, kept before it is answered. The same body twice is one row."""

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(sa.ForeignKey("connection.id"))
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)
    body_hash: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[WebhookState] = mapped_column(text_enum(WebhookState))
    attempts: Mapped[int] = mapped_column(default=0)
    unknown_items: Mapped[int] = mapped_column(default=0)
    broken_items: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(sa.Text, default="")
    received_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("connection_id", "body_hash"),
        sa.Index("ix_webhook_event_state", "state", "id"),
        sa.Index(
            "ix_webhook_event_failed",
            "account_id",
            sqlite_where=sa.text("state = 'failed'"),
            postgresql_where=sa.text("state = 'failed'"),
        ),
    )
