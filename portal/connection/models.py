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
    PLUGMESSAGE = "plugmessage"
    EVOLUTION = "evolution"


UNOFFICIAL = (ConnectionKind.PLUGMESSAGE, ConnectionKind.EVOLUTION)
"""The providers of the API não oficial: a phone linked by a QR code."""


class LinkState(StrEnum):
    """Whether a number of the unofficial API is linked to its phone, as far as the provider last said."""

    UNKNOWN = "unknown"
    DISCONNECTED = "disconnected"
    WAITING = "waiting"
    PASSKEY = "passkey"
    CONNECTED = "connected"
    RESTORABLE = "restorable"
    SUSPENDED = "suspended"
    RESTRICTED = "restricted"


class Connection(OfAccount, Model):
    """A WhatsApp number by which a company talks, with the limits of its sending agent (Agente de envio).

    A company may have several `enabled` ones; the `primary` is the one by which chats start unless another is chosen.
    On the unofficial API `phone_number_id` is the provider's instance, `access_token` its token, `app_secret` the
    account's (Client-Token or apikey), and the secret of the webhook's address is kept encrypted in `verify_token`,
    its SHA-256 in `webhook_key`. `display_phone` is the number that is expected, `connected_phone` the one that is linked.
    `shown_code` is what the phone is to read or have typed just now, asked for at `qr_asked_at`: every process shows the
    same. `entrance_problem` says in Portuguese why the provider does not post its events here. An `archived_at` number was
    removed: its conversations are still read, and nothing else is left of it.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ConnectionKind] = mapped_column(text_enum(ConnectionKind))
    name: Mapped[str] = mapped_column(sa.String(60), default="")
    enabled: Mapped[bool] = mapped_column(default=False)
    primary: Mapped[bool] = mapped_column(default=False)
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
    base_url: Mapped[str] = mapped_column(sa.String(200), default="")
    interactive_enabled: Mapped[bool] = mapped_column(default=False)
    link_state: Mapped[LinkState] = mapped_column(text_enum(LinkState), default=LinkState.UNKNOWN)
    link_detail: Mapped[str] = mapped_column(sa.String(200), default="")
    connected_phone: Mapped[str] = mapped_column(sa.String(20), default="")
    linked_at: Mapped[datetime | None]
    link_checked_at: Mapped[datetime | None]
    qr_asked: Mapped[int] = mapped_column(default=0)
    qr_asked_at: Mapped[datetime | None]
    health: Mapped[dict[str, Any]] = mapped_column(default=dict)
    health_checked_at: Mapped[datetime | None]
    foreign_numbers: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    shown_code: Mapped[str] = mapped_column(EncryptedText, default="", deferred=True)
    entrance_problem: Mapped[str] = mapped_column(sa.String(300), default="")
    archived_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("daily_limit >= 0", name="daily_limit"),
        sa.CheckConstraint("batch_size >= 1", name="batch_size"),
        sa.Index(
            "uq_connection_primary",
            "account_id",
            unique=True,
            sqlite_where=sa.text('"primary"'),
            postgresql_where=sa.text('"primary"'),
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
            base_url=self.base_url,
            interactive=self.interactive_enabled,
        )


class ReconnectWatcher(OfAccount, Model):
    """Somebody who is reminded of the reconnection; while there is none, the Usuário ADM is."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)


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
