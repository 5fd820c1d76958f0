"""How values look on screen."""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask, g

from portal import clock

DEFAULT_ZONE = "America/Sao_Paulo"


def zone() -> str:
    user = g.get("user")
    return user.account.timezone if user else DEFAULT_ZONE


def date_br(value: date | datetime | None) -> str:
    if value is None:
        return ""
    return (clock.local(value, zone()) if isinstance(value, datetime) else value).strftime("%d/%m/%Y")


def datetime_br(value: datetime | None) -> str:
    return clock.local(value, zone()).strftime("%d/%m/%Y %H:%M") if value else ""


def time_br(value: datetime | None) -> str:
    return clock.local(value, zone()).strftime("%H:%M") if value else ""


def short_br(value: datetime | None) -> str:
    """Hour today, weekday-less date before: what a list needs."""
    if value is None:
        return ""
    there = clock.local(value, zone())
    return there.strftime("%H:%M") if there.date() == clock.today(zone()) else there.strftime("%d/%m/%y")


def ago(value: datetime | None) -> str:
    """How long ago, in one unit: "agora", "12 min", "3 h", "2 dias"."""
    if value is None:
        return ""
    minutes = max(0, int((clock.now() - value).total_seconds() // 60))
    if minutes < 1:
        return "agora"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} dias"


def day_name(value: date) -> str:
    """ "Hoje", "Ontem", or the date."""
    days = (clock.today(zone()) - value).days
    return {0: "Hoje", 1: "Ontem"}.get(days, value.strftime("%d/%m/%Y"))


def integer(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        date_br=date_br,
        datetime_br=datetime_br,
        time_br=time_br,
        short_br=short_br,
        ago=ago,
        day_name=day_name,
        integer=integer,
    )
