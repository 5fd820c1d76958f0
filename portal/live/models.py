from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Model, OfAccount


class Event(OfAccount, Model):
    """Something that screens must show. `user_id` set: only for that person and the admins; else for the company."""

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    topic: Mapped[str] = mapped_column(sa.String(24))
    ref: Mapped[int | None]
    at: Mapped[datetime]

    __table_args__ = ({"sqlite_autoincrement": True},)  # an id is never used twice, so a replay is never wrong
