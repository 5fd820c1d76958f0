from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Model, OfAccount, text_enum
from portal.gateways.base import Line
from portal.vault import EncryptedText


class ConnectionKind(StrEnum):
    SIMULATOR = "simulator"
    CLOUD_API = "cloud_api"


class Connection(OfAccount, Model):
    """A WhatsApp number by which a company talks, with the limits of its sending agent (Agente de envio)."""

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ConnectionKind] = mapped_column(text_enum(ConnectionKind))
    enabled: Mapped[bool] = mapped_column(default=False)
    webhook_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    display_phone: Mapped[str] = mapped_column(sa.String(20), default="")
    phone_number_id: Mapped[str] = mapped_column(sa.String(40), default="")
    waba_id: Mapped[str] = mapped_column(sa.String(40), default="")
    access_token: Mapped[str] = mapped_column(EncryptedText, default="")
    app_secret: Mapped[str] = mapped_column(EncryptedText, default="")
    verify_token: Mapped[str] = mapped_column(EncryptedText, default="")
    daily_limit: Mapped[int] = mapped_column(default=250)
    batch_size: Mapped[int] = mapped_column(default=5)
    stopped_code: Mapped[str] = mapped_column(sa.String(40), default="")
    stopped_at: Mapped[datetime | None]
    last_webhook_at: Mapped[datetime | None]
    messaging_tier: Mapped[str] = mapped_column(sa.String(20), default="")
    tier_checked_at: Mapped[datetime | None]
    templates_not_before: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        sa.CheckConstraint("daily_limit >= 0", name="daily_limit"),
        sa.CheckConstraint("batch_size >= 1", name="batch_size"),
        sa.Index(
            "uq_connection_enabled",
            "account_id",
            unique=True,
            sqlite_where=sa.text("enabled"),
            postgresql_where=sa.text("enabled"),
        ),
    )

    @property
    def line(self) -> Line:
        return Line(
            connection_id=self.id,
            phone_number_id=self.phone_number_id,
            waba_id=self.waba_id,
            access_token=self.access_token,
            app_secret=self.app_secret,
            verify_token=self.verify_token,
        )


class ScheduleKind(StrEnum):
    """`sending`: when the company may start conversations. `service`: when its operators answer."""

    SENDING = "sending"
    SERVICE = "service"


class Schedule(OfAccount, Model):
    """The hours of a company's week (`hours`: seven [from, to] in "HH:MM" or null, Monday first) less its holidays."""

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ScheduleKind] = mapped_column(text_enum(ScheduleKind))
    hours: Mapped[list[Any]] = mapped_column(default=list)
    national_holidays: Mapped[bool] = mapped_column(default=True)
    state: Mapped[str] = mapped_column(sa.String(2), default="")
    own_holidays: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (sa.UniqueConstraint("account_id", "kind"),)


class OwnHoliday(OfAccount, Model):
    """A day off of the company's own: a municipal holiday, a bridge day."""

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    name: Mapped[str] = mapped_column(sa.String(80))

    __table_args__ = (sa.UniqueConstraint("account_id", "day"),)


class DailyUsage(OfAccount, Model):
    """How many conversations the sending agent started on a day of the company's zone. Reserved before each send."""

    connection_id: Mapped[int] = mapped_column(sa.ForeignKey("connection.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column(default=0)
