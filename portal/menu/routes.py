from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.audit.service import ChangedMeanwhile
from portal.extensions import htmx
from portal.menu import queries, service
from portal.menu.forms import InactivityForm, OptionForm, SwitchesForm
from portal.menu.models import MenuOption
from portal.menu.service import Switches
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

blueprint = Blueprint("menu", __name__, url_prefix="/whatsapp/menu")

PAGE, OPTIONS, SWITCHES = "menu/index.html", "menu/_options.html", "menu/_switches.html"
INACTIVITY = "menu/_inactivity.html"


@blueprint.get("")
@admin_only
def show() -> Response:
    return fragment(PAGE, **_page(**_options(**_asked())))


@blueprint.get("/opcoes")
@admin_only
def options() -> Response:
    if not htmx:
        return redirect(url_for("menu.show", editar=request.args.get("editar")), 303)
    asked = _asked()
    left = request.args.get("sair", type=int)
    return fragment(OPTIONS, **_options(**asked, focus=f"edit-{left}" if left else ""))


@blueprint.post("/opcoes/<int:option_id>")
@admin_only
def save_option(option_id: int) -> Response:
    option = _option(option_id)
    form = _form(option)
    if not form.validate_on_submit():
        return _refused(option, form)
    try:
        service.edit_option(option, g.user, form.version.data or 0, form.label.data, active=form.active.data)
    except ChangedMeanwhile:
        return _refused(option, form, conflict=True)
    url = url_for("menu.show", _anchor=f"option-{option_id}")
    return saved("Opção salva.", url, OPTIONS, **_options(focus=f"edit-{option_id}"))


@blueprint.post("/opcoes/<int:option_id>/mover")
@admin_only
def move(option_id: int) -> Response:
    option, direction = _option(option_id), request.form.get("direction", "")
    if direction not in ("up", "down"):
        abort(400)
    service.move_option(option, g.user, direction)
    url = url_for("menu.show", _anchor=f"option-{option_id}")
    return saved("Ordem salva.", url, OPTIONS, **_options(focus=f"{direction}-{option_id}"))


@blueprint.get("/atendimento")
@admin_only
def switches() -> Response:
    if not htmx:
        return redirect(url_for("menu.show"), 303)
    return fragment(SWITCHES, **_switches())


@blueprint.post("/atendimento")
@admin_only
def save_switches() -> Response:
    form = SwitchesForm()
    seen = Switches(form.seen_interactive.data == "1", form.seen_assistant.data == "1")
    if seen.assistant_enabled and not form.assistant_enabled.data and form.confirmed.data != "1":
        asking = _switches(form, asking=True)
        return fragment(SWITCHES, **asking) if htmx else fragment(PAGE, **_page(**asking))
    interactive = form.interactive_menu.data if service.can_interact(g.account_id) else seen.interactive_menu
    try:
        service.save_switches(
            g.user, interactive_menu=interactive, assistant_enabled=form.assistant_enabled.data, seen=seen
        )
    except ChangedMeanwhile:
        context = _switches(form, conflict=True)
        return invalid(PAGE, SWITCHES, **(context if htmx else _page(**context)))
    context = _switches(refresh=True)
    return saved("Configurações do menu salvas.", url_for("menu.show"), SWITCHES, **context)


@blueprint.get("/inatividade")
@admin_only
def inactivity() -> Response:
    if not htmx:
        return redirect(url_for("menu.show", _anchor="menu-inactivity"), 303)
    return fragment(INACTIVITY, **_inactivity())


@blueprint.post("/inatividade")
@admin_only
def save_silence() -> Response:
    form = InactivityForm()
    conflict = False
    if form.validate_on_submit():
        try:
            service.save_inactivity(g.user, form.minutes.data, _seen_minutes(form))
        except ChangedMeanwhile:
            conflict = True
        else:
            url = url_for("menu.show", _anchor="menu-inactivity")
            return saved("Tempo de inatividade salvo.", url, INACTIVITY, **_inactivity())
    context = _inactivity(form, conflict=conflict)
    return invalid(PAGE, INACTIVITY, **(context if htmx else _page(**context)))


def _seen_minutes(form: InactivityForm) -> int:
    seen = form.seen.data or ""
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else -1


def _refused(option: MenuOption, form: OptionForm, *, conflict: bool = False) -> Response:
    context = _options(option, form, conflict=conflict)
    return invalid(PAGE, OPTIONS, **(context if htmx else _page(**context)))


def _option(option_id: int) -> MenuOption:
    return queries.option_in(g.account_id, option_id) or abort(404)


def _asked() -> dict[str, Any]:
    """The option that `?editar=` names, with its form."""
    wanted = request.args.get("editar", "")
    if not wanted:
        return {}
    option = _option(int(wanted)) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else abort(404)
    return {"option": option, "form": _form(option)}


def _form(option: MenuOption) -> OptionForm:
    others = [row.label for row in queries.options_of(g.account_id) if row.id != option.id]
    return OptionForm(others, label=option.label, active=option.active)


def _page(**context: Any) -> dict[str, Any]:
    """The whole tab, with one of its parts as given."""
    return {**_switches(), **_inactivity(), **_options(), **context}


def _options(
    option: MenuOption | None = None, form: OptionForm | None = None, *, conflict: bool = False, focus: str = ""
) -> dict[str, Any]:
    return {
        "options": queries.options_of(g.account_id),
        "effects": queries.EFFECTS,
        "warnings": queries.warnings(g.account_id),
        "edited": option,
        "form": form,
        "option_conflict": conflict,
        "focus": focus,
        **_previews(),
    }


def _previews() -> dict[str, Any]:
    return {
        "previews": queries.previews(g.account_id),
        "current": service.switches_of(g.account_id),
        "can_interact": service.can_interact(g.account_id),
    }


def _switches(
    form: SwitchesForm | None = None, *, conflict: bool = False, asking: bool = False, refresh: bool = False
) -> dict[str, Any]:
    shown = _previews()
    return {
        **shown,
        "switches": form or SwitchesForm(formdata=None, obj=shown["current"]),
        "switches_conflict": conflict,
        "asking": asking,
        "refresh": refresh,
    }


def _inactivity(form: InactivityForm | None = None, *, conflict: bool = False) -> dict[str, Any]:
    minutes = queries.settings_of(g.account_id).inactivity_minutes
    return {
        "silence": form or InactivityForm(formdata=None, minutes=minutes),
        "minutes": minutes,
        "silence_conflict": conflict,
    }
