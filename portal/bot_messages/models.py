from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.bot_messages.rules import MessageKind
from portal.extensions import Model, OfAccount, text_enum


class BotMessage(OfAccount, Model):
    """A company's own wording of an automatic message; without a row, the default of the rules applies."""

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[MessageKind] = mapped_column(text_enum(MessageKind))
    text: Mapped[str] = mapped_column(sa.Text)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("account_id", "kind"),)
