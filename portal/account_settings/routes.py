from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, url_for
from werkzeug.wrappers import Response

from portal.account_settings import queries, service, view
from portal.account_settings.forms import AccountSettingsForm
from portal.account_settings.models import AccountSettings
from portal.account_settings.service import Choices
from portal.audit.service import ChangedMeanwhile
from portal.extensions import htmx
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

blueprint = Blueprint("account_settings", __name__, url_prefix="/whatsapp/conta")

PAGE, CHOICES = "account_settings/index.html", "account_settings/_choices.html"
RECEIVER = "account_settings/_receiver.html"


@blueprint.get("")
@admin_only
def show() -> Response:
    return fragment(PAGE, **_context())


@blueprint.get("/escolhas")
@admin_only
def choices() -> Response:
    if not htmx:
        return redirect(url_for("account_settings.show"), 303)
    return fragment(CHOICES, **_context())


@blueprint.post("/escolhas")
@admin_only
def save() -> Response:
    form = _form(queries.settings_of(g.account_id))
    if not form.validate_on_submit():
        return invalid(PAGE, CHOICES, **_context(form))
    try:
        service.save(g.account_id, g.user.id, Choices.of(form.data), form.seen_version)
    except ChangedMeanwhile:
        return invalid(PAGE, CHOICES, **_context(form, conflict=True))
    return saved("Configurações por Conta salvas.", url_for("account_settings.show"), CHOICES, **_context())


@blueprint.get("/quem-receberia")
@admin_only
def receiver() -> Response:
    if not htmx:
        return redirect(url_for("account_settings.show", _anchor="receiver"), 303)
    return fragment(RECEIVER, receiver=service.receiver(g.account_id))


def _form(settings: AccountSettings, **options: Any) -> AccountSettingsForm:
    """The form with what can be chosen now; `formdata=None` shows what is stored."""
    form = AccountSettingsForm(obj=settings, **options)
    form.offer(queries.options_of(g.account_id, settings))
    return form


def _context(form: AccountSettingsForm | None = None, *, conflict: bool = False) -> dict[str, Any]:
    settings, fallback = queries.settings_of(g.account_id), queries.fallback_user(g.account_id)
    refused = form is not None and bool(form.errors)
    if form is None:
        form = _form(settings, formdata=None)
        form.warn(view.warnings(settings, fallback))
    return {
        "form": form,
        "refused": refused,
        "conflict": conflict,
        "stored": view.stored(settings),
        "version": settings.version,
        "fallback": None if settings.fallback_user_id else fallback,
        "missing": queries.missing_documents(g.account_id),
        "receiver": service.receiver(g.account_id),
    }
