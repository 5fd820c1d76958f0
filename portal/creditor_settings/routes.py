from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.account_settings import queries as account_settings
from portal.audit.service import ChangedMeanwhile
from portal.creditor_settings import queries, service
from portal.creditor_settings.forms import CreditorSettingsForm
from portal.creditor_settings.service import Choices
from portal.extensions import htmx
from portal.portfolio.creditor_queries import creditor_in
from portal.portfolio.models import Creditor
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

blueprint = Blueprint("creditor_settings", __name__, url_prefix="/whatsapp/credores")

PAGE, ROW = "creditor_settings/index.html", "creditor_settings/_row.html"
SEARCH_LENGTH = 80


@blueprint.get("")
@admin_only
def index() -> Response:
    edited, shown = _asked("editar"), _asked("credor")
    row = _row(edited, _form(edited)) if edited else {}
    return fragment(PAGE, **_page(edited or shown, row))


@blueprint.get("/<int:creditor_id>")
@admin_only
def row(creditor_id: int) -> Response:
    creditor = _creditor(creditor_id)
    editing = "editar" in request.args
    if not htmx:
        return redirect(_url(**{"editar" if editing else "credor": creditor_id}), 303)
    left = "sair" in request.args
    return fragment(ROW, **_row(creditor, _form(creditor) if editing else None, focus=left))


@blueprint.post("/<int:creditor_id>")
@admin_only
def save(creditor_id: int) -> Response:
    creditor = _creditor(creditor_id)
    form = _form(creditor)
    if not form.validate_on_submit():
        return _refused(creditor, form)
    try:
        service.save(creditor, g.user.id, Choices.of(form.data), form.seen_version)
    except ChangedMeanwhile:
        return _refused(creditor, form, conflict=True)
    url = _url(credor=creditor_id, _anchor=f"creditor-{creditor_id}")
    return saved(f"Documentos de {creditor.name} salvos.", url, ROW, **_row(creditor, focus=True))


def _refused(creditor: Creditor, form: CreditorSettingsForm, *, conflict: bool = False) -> Response:
    context = _row(creditor, form, conflict=conflict)
    return invalid(PAGE, ROW, **(context if htmx else _page(creditor, context)))


def _creditor(creditor_id: int) -> Creditor:
    return creditor_in(g.account_id, creditor_id) or abort(404)


def _asked(name: str) -> Creditor | None:
    """The creditor that the query names, None when it names none."""
    wanted = request.args.get(name, "")
    if not wanted:
        return None
    return _creditor(int(wanted)) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else abort(404)


def _form(creditor: Creditor) -> CreditorSettingsForm:
    settings = queries.settings_of(creditor)
    form = CreditorSettingsForm(obj=settings)
    form.set_apart(creditor.id)
    options = account_settings.document_options(g.account_id, settings)
    form.offer_beside(account_settings.settings_of(g.account_id), options)
    return form


def _search() -> str:
    return request.args.get("busca", "").replace("\x00", "").strip()[:SEARCH_LENGTH]


def _url(**values: Any) -> str:
    return url_for("creditor_settings.index", busca=_search() or None, **values)


def _row(
    creditor: Creditor, form: CreditorSettingsForm | None = None, *, conflict: bool = False, focus: bool = False
) -> dict[str, Any]:
    line = queries.line_of(creditor)
    return {"line": line, "form": form, "conflict": conflict, "focus": focus, "search": _search()}


def _page(shown: Creditor | None, edited: dict[str, Any]) -> dict[str, Any]:
    """The list on the page where `shown` stands; a search that does not find that creditor is left out."""
    search = _search()
    if shown is not None and not queries.matches(shown, search):
        search = ""
    page = queries.listing(g.account_id, search, request.args.get("pagina", 1, int), shown)
    return {"page": page, "search": search, "edited": edited, "url": url_for(".index", busca=search or None)}
