from __future__ import annotations

from typing import Any

from flask import abort, g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.audit.service import ChangedMeanwhile
from portal.connection import queries
from portal.connection.forms import HolidayForm, ScheduleForm
from portal.connection.models import ScheduleKind
from portal.connection.routes import context
from portal.connection.routes.blueprint import PAGE, blueprint
from portal.connection.routes.limits import number
from portal.connection.service import schedules
from portal.connection.service.schedules import HolidayRefused, Wanted
from portal.connection.view import SLUGS, TEXTS
from portal.extensions import htmx
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

SCHEDULE = "connection/_schedule.html"
ONE = "/horarios/<schedule>"


@blueprint.get(ONE)
@admin_only
def hours(schedule: str) -> Response:
    kind, preset = _kind(schedule), request.args.get("modelo", "")
    if not htmx:
        return redirect(_url(kind, preset), 303)
    return fragment(SCHEDULE, schedule=context.card(kind, preset), **context.holidays())


@blueprint.post(ONE)
@admin_only
def save_hours(schedule: str) -> Response:
    kind = _kind(schedule)
    form = ScheduleForm(prefix=schedule)
    if not form.validate_on_submit():
        return _refused(kind, form)
    wanted = Wanted(form.week, form.national_holidays.data, form.state.data, form.own_holidays.data)
    try:
        schedules.save(g.user, kind, number(form.version.data), wanted)
    except ChangedMeanwhile:
        return _refused(kind, form, conflict=True)
    parts = {"schedule": context.card(kind), **context.holidays()}
    return saved(f"{TEXTS[kind].title}: alteração salva.", _url(kind), SCHEDULE, **parts)


@blueprint.post("/feriados")
@admin_only
def add_holiday() -> Response:
    form = HolidayForm(context.local_now().date())
    if not form.validate_on_submit():
        return invalid(PAGE, **context.page(**context.holidays(form)))
    try:
        schedules.add_holiday(g.user, form.day.data, form.name.data)
    except HolidayRefused as error:
        form.day.errors = [str(error)]
        return invalid(PAGE, **context.page(**context.holidays(form)))
    return saved("Feriado adicionado.", url_for("connection.show", _anchor="feriados"))


@blueprint.post("/feriados/<int:holiday_id>/remover")
@admin_only
def remove_holiday(holiday_id: int) -> Response:
    holiday = queries.own_holiday_in(g.account_id, holiday_id) or abort(404)
    schedules.remove_holiday(g.user, holiday)
    return saved("Feriado removido.", url_for("connection.show", _anchor="feriados"))


def _refused(kind: ScheduleKind, form: ScheduleForm, *, conflict: bool = False) -> Response:
    card = context.card(kind, form=form, conflict=conflict)
    if htmx:
        return invalid(PAGE, SCHEDULE, schedule=card, **context.holidays())
    others = [context.card(each) if each is not kind else card for each in SLUGS.values()]
    return invalid(PAGE, **context.page(schedules=others))


def _kind(schedule: str) -> ScheduleKind:
    return SLUGS.get(schedule) or abort(404)


def _url(kind: ScheduleKind, preset: str = "") -> str:
    filled: dict[str, Any] = {TEXTS[kind].slug: preset} if preset else {}
    return url_for("connection.show", _anchor=TEXTS[kind].root, **filled)
