from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.extensions import Model, OfAccount


class Notification(OfAccount, Model):
    """Something that a person should know, in the portal and by e-mail. `key` keeps it from being told twice."""

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(sa.String(120))
    tone: Mapped[str] = mapped_column(sa.String(10))
    title: Mapped[str] = mapped_column(sa.String(120))
    text: Mapped[str] = mapped_column(sa.Text)
    url: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    emailed_at: Mapped[datetime | None]
    email_attempts: Mapped[int] = mapped_column(default=0)
    email_error: Mapped[str] = mapped_column(sa.String(200), default="")

    user: Mapped[User] = relationship()

    __table_args__ = (sa.UniqueConstraint("user_id", "key"),)
