"""What the page and its fragments show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, g, request

from portal import clock
from portal.connection import queries, service
from portal.connection.forms import CredentialsForm, HolidayForm, KindForm, LimitsForm, ScheduleForm, week_data
from portal.connection.models import Connection, ConnectionKind, ScheduleKind
from portal.connection.rules import tiers
from portal.connection.rules.hours import week_of
from portal.connection.rules.presets import Preset
from portal.connection.view import SLUGS, TEXTS, ScheduleView, preset_words, schedule_view

KINDS = {
    ConnectionKind.SIMULATOR: "Simulador: nenhuma mensagem sai para o WhatsApp",
    ConnectionKind.CLOUD_API: "API oficial: o WhatsApp da Meta, com o número da sua empresa",
}


@dataclass(frozen=True)
class ScheduleCard:
    """A schedule's fragment. `preset` is the one that the form was filled with, not saved yet."""

    view: ScheduleView
    form: ScheduleForm
    preset: Preset | None = None
    conflict: bool = False


def page(**changed: Any) -> dict[str, Any]:
    """Everything on the tab; `changed` replaces a part, such as a form that was refused."""
    connection = queries.current(g.account_id)
    parts: dict[str, Any] = {
        "connection": connection,
        "kind_form": kind_form(connection),
        "check": None,
        "schedules": [card(kind, request.args.get(slug, "")) for slug, kind in SLUGS.items()],
        **_official(connection),
        **(limits(connection) if connection else {}),
        **holidays(),
    }
    return parts | changed


def kind_form(connection: Connection | None) -> KindForm:
    return KindForm(KINDS, kind=connection.kind.value if connection else None)


def credentials_form(connection: Connection) -> CredentialsForm:
    return CredentialsForm(
        token_saved=bool(connection.access_token),
        secret_saved=bool(connection.app_secret),
        display_phone=connection.display_phone,
        phone_number_id=connection.phone_number_id,
        waba_id=connection.waba_id,
    )


def _official(connection: Connection | None) -> dict[str, Any]:
    official = connection is not None and connection.kind is ConnectionKind.CLOUD_API
    public_url = current_app.config["PUBLIC_URL"]
    return {
        "official": official,
        "credentials": credentials_form(connection) if connection and official else None,
        "credentials_conflict": False,
        "last4": {name: service.last4(getattr(connection, name)) for name in service.SECRETS} if official else {},
        "stopped_reason": service.stopped_reason(connection) if connection else "",
        "webhook_url": f"{public_url}/webhooks/cloud-api/{connection.webhook_key}" if connection else "",
        "secure": public_url.startswith("https://"),
    }


def limits(connection: Connection, form: LimitsForm | None = None, *, conflict: bool = False) -> dict[str, Any]:
    now = {"daily_limit": connection.daily_limit, "batch_size": connection.batch_size}
    return {
        "connection": connection,
        "limits_conflict": conflict,
        "used_today": queries.used_on(connection.id, clock.today(g.user.account.timezone)),
        "official": connection.kind is ConnectionKind.CLOUD_API,
        **sentence(connection, form or LimitsForm(formdata=None, data=now)),
    }


def sentence(connection: Connection, form: LimitsForm) -> dict[str, Any]:
    """What the typed limits mean, and what Meta's own limit has to say to them."""
    return {
        "limits": form,
        "seconds": queries.batch_seconds(),
        "tier": tiers.tier_words(connection.messaging_tier),
        "tier_warning": tiers.tier_warning(form.daily_limit.data or 0, connection.messaging_tier),
    }


def card(
    kind: ScheduleKind, preset: str = "", form: ScheduleForm | None = None, *, conflict: bool = False
) -> ScheduleCard:
    chosen = TEXTS[kind].presets.get(preset)
    return ScheduleCard(
        schedule_view(g.account_id, kind, local_now()), form or _schedule_form(kind, chosen), chosen, conflict
    )


def _schedule_form(kind: ScheduleKind, preset: Preset | None) -> ScheduleForm:
    saved = queries.schedule_of(g.account_id, kind)
    data = {
        "national_holidays": preset.national if preset else saved.national_holidays,
        "state": preset.state if preset else saved.state,
        "own_holidays": preset.national if preset else saved.own_holidays,
        **week_data(preset.week if preset else week_of(saved.hours)),
    }
    return ScheduleForm(prefix=TEXTS[kind].slug, formdata=None, data=data)


def holidays(form: HolidayForm | None = None) -> dict[str, Any]:
    today = local_now().date()
    return {
        "own_holidays": queries.own_holidays(g.account_id, today),
        "holiday_form": form or HolidayForm(today, formdata=None),
        "preset_words": preset_words,
        "company_zone": g.user.account.timezone.rpartition("/")[2].replace("_", " "),
    }


def local_now() -> datetime:
    return clock.local(clock.now(), g.user.account.timezone)
