from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.chat_starters.models import ChatStarter
from portal.extensions import Model, OfAccount, text_enum
from portal.inbox.models import Message


class DispatchStatus(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class RecipientState(StrEnum):
    PLANNED = "planned"
    TAKEN = "taken"  # a message exists: its state tells the rest
    SKIPPED = "skipped"


class Dispatch(OfAccount, Model):
    """A sending in batches (envio): a starter, and who gets it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(sa.ForeignKey("connection.id"), index=True)
    starter_id: Mapped[int] = mapped_column(sa.ForeignKey("chat_starter.id"))
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    filters: Mapped[dict[str, Any]]
    status: Mapped[DispatchStatus] = mapped_column(text_enum(DispatchStatus))
    form_token: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    starter: Mapped[ChatStarter] = relationship()


class DispatchRecipient(OfAccount, Model):
    """One person of a dispatch. What they will read is fixed when the dispatch starts: later edits change nothing."""

    id: Mapped[int] = mapped_column(primary_key=True)
    dispatch_id: Mapped[int] = mapped_column(sa.ForeignKey("dispatch.id"))
    debtor_id: Mapped[int] = mapped_column(sa.ForeignKey("debtor.id"))
    name: Mapped[str] = mapped_column(sa.String(160))
    e164: Mapped[str] = mapped_column(sa.String(20))
    match_key: Mapped[str] = mapped_column(sa.String(20))
    parameters: Mapped[list[Any]] = mapped_column(default=list)
    body: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[RecipientState] = mapped_column(text_enum(RecipientState), default=RecipientState.PLANNED)
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    message_id: Mapped[int | None] = mapped_column(sa.ForeignKey("message.id"), unique=True)

    message: Mapped[Message | None] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("dispatch_id", "debtor_id"),
        sa.UniqueConstraint("dispatch_id", "match_key"),
        sa.Index("ix_dispatch_recipient_state", "dispatch_id", "state", "id"),
    )
