from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Model, OfAccount, text_enum


class StarterStatus(StrEnum):
    APPROVED = "approved"
    PENDING = "pending"
    REJECTED = "rejected"
    OTHER = "other"


class StarterCategory(StrEnum):
    UTILITY = "utility"
    MARKETING = "marketing"


class ChatStarter(OfAccount, Model):
    """A message by which the company may start a chat (modelo de início de chat), one row for each name and language.

    `bindings[n-1]` names the field that fills `{{n}}` (see `rules.Field`).
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(sa.ForeignKey("connection.id"))
    remote_id: Mapped[str] = mapped_column(sa.String(40), default="")
    name: Mapped[str] = mapped_column(sa.String(512))
    language: Mapped[str] = mapped_column(sa.String(12), default="pt_BR")
    category: Mapped[StarterCategory] = mapped_column(text_enum(StarterCategory))
    body: Mapped[str] = mapped_column(sa.Text)
    status: Mapped[StarterStatus] = mapped_column(text_enum(StarterStatus))
    remote_status: Mapped[str] = mapped_column(sa.String(40), default="")
    bindings: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("connection_id", "name", "language"),)
