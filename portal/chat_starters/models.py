from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Model, OfAccount, text_enum


class StarterStatus(StrEnum):
    """Where a starter stands with Meta. `draft` is local: Meta knows nothing of it. `other` cannot be sent from here."""

    DRAFT = "draft"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    IN_APPEAL = "in_appeal"
    PAUSED = "paused"
    DISABLED = "disabled"
    ARCHIVED = "archived"
    DELETED = "deleted"
    OTHER = "other"


class StarterCategory(StrEnum):
    UTILITY = "utility"
    MARKETING = "marketing"


class ChatStarter(OfAccount, Model):
    """A message by which the company may start a chat (modelo de início de chat), one row for each name and language.

    `bindings[n-1]` names what fills `{{n}}` (see `rules.wildcards`), `samples[n-1]` is Meta's example of it. `category`
    is the one granted, `requested_category` the one asked for, `correct_category` the one that Meta announced. `heard`
    keeps, for each `TemplateFact`, when Meta said what holds: older news changes nothing. `told` explains, to people.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(sa.ForeignKey("connection.id"))
    remote_id: Mapped[str] = mapped_column(sa.String(40), default="")
    name: Mapped[str] = mapped_column(sa.String(512))
    language: Mapped[str] = mapped_column(sa.String(12), default="pt_BR")
    category: Mapped[StarterCategory] = mapped_column(text_enum(StarterCategory))
    requested_category: Mapped[str] = mapped_column(sa.String(20), default="")
    correct_category: Mapped[str] = mapped_column(sa.String(20), default="")
    header: Mapped[str] = mapped_column(sa.String(60), default="")
    body: Mapped[str] = mapped_column(sa.Text)
    footer: Mapped[str] = mapped_column(sa.String(60), default="")
    buttons: Mapped[list[Any]] = mapped_column(default=list)
    samples: Mapped[list[Any]] = mapped_column(default=list)
    status: Mapped[StarterStatus] = mapped_column(text_enum(StarterStatus))
    remote_status: Mapped[str] = mapped_column(sa.String(40), default="")
    heard: Mapped[dict[str, Any]] = mapped_column(default=dict)
    quality: Mapped[str] = mapped_column(sa.String(12), default="")
    told: Mapped[str] = mapped_column(sa.Text, default="")
    edits: Mapped[list[Any]] = mapped_column(default=list)
    bindings: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    __table_args__ = (sa.UniqueConstraint("connection_id", "name", "language"),)
