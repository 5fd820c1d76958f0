"""What the page and its fragments show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import get_timezone_location
from flask import current_app, g, request

from portal import clock
from portal.connection import linked, queries, service
from portal.connection.fields import fields_of, is_configured, last4
from portal.connection.forms import (
    HolidayForm,
    InteractiveForm,
    LimitsForm,
    NameForm,
    ScheduleForm,
    credentials_form,
    week_data,
)
from portal.connection.models import Connection, ConnectionKind, ScheduleKind
from portal.connection.rules import health as health_rules
from portal.connection.rules import tiers
from portal.connection.rules.hours import week_of
from portal.connection.rules.presets import Preset
from portal.connection.service import Check
from portal.connection.states import State, state_of
from portal.connection.view import SLUGS, TEXTS, ScheduleView, preset_words, schedule_view

KINDS = {
    ConnectionKind.CLOUD_API: "API oficial: o WhatsApp da Meta, com o número da sua empresa",
    ConnectionKind.PLUGMESSAGE: "API não oficial: PlugMessage, com um celular ligado pelo QR Code",
    ConnectionKind.EVOLUTION: "API não oficial: Evolution API, com um celular ligado pelo QR Code",
    ConnectionKind.SIMULATOR: "Simulador: nenhuma mensagem sai para o WhatsApp",
}


@dataclass(frozen=True)
class ScheduleCard:
    """A schedule's fragment. `preset` is the one that the form was filled with, not saved yet."""

    view: ScheduleView
    form: ScheduleForm
    preset: Preset | None = None
    conflict: bool = False


@dataclass(frozen=True)
class Row:
    """A number as the list shows it."""

    connection: Connection
    title: str
    api: str
    state: State
    used_today: int


def page(**changed: Any) -> dict[str, Any]:
    """The tab's page: the numbers, or the only one at once, and the hours. `changed` replaces a part, such as a form
    that was refused."""
    listed = rows()
    only = number(listed[0].connection, listed) if len(listed) == 1 else {"connection": None}
    parts: dict[str, Any] = {
        "rows": listed,
        "any_by_qr": any(linked.by_qr(row.connection.kind) for row in listed),
        "schedules": [card(kind, request.args.get(slug, "")) for slug, kind in SLUGS.items()],
        **only,
        **holidays(),
    }
    return parts | changed


def rows() -> list[Row]:
    used = queries.used_by(g.account_id, local_now().date())
    return [_row(each, used.get(each.id, 0)) for each in queries.connections_of(g.account_id)]


def _row(connection: Connection, used_today: int) -> Row:
    state = state_of(connection, local_now())
    return Row(connection, queries.title_of(connection), queries.NAMES[connection.kind], state, used_today)


def number(connection: Connection, listed: list[Row] | None = None, /, **changed: Any) -> dict[str, Any]:
    """Everything about one number."""
    listed = rows() if listed is None else listed
    public_url = current_app.config["PUBLIC_URL"]
    official = connection.kind is ConnectionKind.CLOUD_API
    parts: dict[str, Any] = {
        "row": next(row for row in listed if row.connection.id == connection.id),
        "alone": len(listed) == 1,
        "can_switch_off": not (connection.primary and sum(row.connection.enabled for row in listed) > 1),
        "credentials": credentials_form(connection) if fields_of(connection.kind) else None,
        "credentials_conflict": False,
        "refused": "",
        "last4": {
            each.name: last4(getattr(connection, each.name)) for each in fields_of(connection.kind) if each.secret
        },
        "configured": is_configured(connection),
        "by_qr": linked.by_qr(connection.kind),
        "stopped_reason": service.stopped_reason(connection),
        "name_form": NameForm(formdata=None, number_name=connection.name),
        "name_conflict": False,
        "interactive": _interactive(connection),
        "interactive_conflict": False,
        "webhook_url": f"{public_url}/webhooks/cloud-api/{connection.webhook_key}" if official else "",
        "secure": public_url.startswith("https://"),
        **check_parts(connection, None),
        **limits(connection),
    }
    return parts | changed


def _interactive(connection: Connection) -> InteractiveForm | None:
    if not linked.can_choose_interactive(connection.kind):
        return None
    return InteractiveForm(formdata=None, data={"interactive": connection.interactive_enabled})


def check_parts(connection: Connection, found: Check | None, subscription: str = "") -> dict[str, Any]:
    """What the card of the test shows: the steps of a test that was just made, what became of a `subscription` that was
    asked for, and the number's last known health."""
    return {
        "connection": connection,
        "subscription": subscription,
        "subscription_failed": False,
        "check": found,
        "health": connection.health or {},
        "qualities": health_rules.QUALITY,
        "name_statuses": health_rules.NAME_STATUS,
        "tier": tiers.tier_words(connection.messaging_tier),
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
        "connection": connection,
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
        "company_zone": get_timezone_location(g.user.account.timezone, locale="pt_BR", return_city=True),
    }


def local_now() -> datetime:
    return clock.local(clock.now(), g.user.account.timezone)
