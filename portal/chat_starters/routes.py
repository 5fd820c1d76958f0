from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.audit.service import ChangedMeanwhile
from portal.chat_starters import queries
from portal.chat_starters.forms import BindingsForm, StarterForm, bindings_form
from portal.chat_starters.models import ChatStarter
from portal.chat_starters.rules.draft import Draft
from portal.chat_starters.service import bind as bind_service
from portal.chat_starters.service import submit
from portal.chat_starters.service import sync as sync_service
from portal.chat_starters.service.common import mark
from portal.connection import queries as connections
from portal.connection.models import Connection, ConnectionKind
from portal.extensions import htmx
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

blueprint = Blueprint("chat_starters", __name__, url_prefix="/whatsapp/modelos")

PAGE, ROW, NEW = "chat_starters/index.html", "chat_starters/_starter.html", "chat_starters/new.html"
PREVIEW = "chat_starters/_preview.html"


@blueprint.get("")
@admin_only
def show() -> Response:
    wanted = request.args.get("editar", "")
    if not wanted:
        return fragment(PAGE, **_page())
    starter = _starter(int(wanted)) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else abort(404)
    return fragment(PAGE, **_page(starter, _bindings(starter)))


@blueprint.get("/novo")
@admin_only
def new() -> Response:
    _connection(ConnectionKind.SIMULATOR)
    return fragment(NEW, form=StarterForm())


@blueprint.post("/novo")
@admin_only
def create() -> Response:
    connection, form = _connection(ConnectionKind.SIMULATOR), StarterForm()
    if not form.validate_on_submit():
        return invalid(NEW, form=form)
    name = form.remote_name
    try:
        draft = Draft(name, form.category.data, form.body.data)
        submit.submit(g.user, connection, submit.save_draft(g.user, connection, draft, None, ""))
    except submit.NameTaken:
        form.name.errors = [f"Já existe um modelo com o nome {name}. Escolha outro nome."]
        return invalid(NEW, form=form)
    return saved(f"Modelo {name} criado. No simulador, o modelo é aprovado na hora.", url_for("chat_starters.show"))


@blueprint.post("/sincronizar")
@admin_only
def sync() -> Response:
    connection = _connection(ConnectionKind.CLOUD_API)
    try:
        result = sync_service.sync(connection)
    except sync_service.SyncFailed as error:
        return invalid(PAGE, **_page(sync_error=str(error)))
    message = f"Sincronizado com a Meta: {result.total} modelos na conta, {result.changed} novos ou alterados."
    return saved(message, url_for("chat_starters.show"))


@blueprint.get("/<int:starter_id>")
@admin_only
def starter(starter_id: int) -> Response:
    row = _starter(starter_id)
    editing = "editar" in request.args
    if not htmx:
        return redirect(_url(row, editar=row.id if editing else None), 303)
    return fragment(ROW, **_row(row, _bindings(row) if editing else None))


@blueprint.get("/<int:starter_id>/previa")
@admin_only
def preview(starter_id: int) -> Response:
    row = _starter(starter_id)
    form = _bindings(row, formdata=request.args, meta={"csrf": False})
    return fragment(PREVIEW, starter=queries.view(row, form.chosen))


@blueprint.post("/<int:starter_id>/coringas")
@admin_only
def bind(starter_id: int) -> Response:
    row = _starter(starter_id)
    form = _bindings(row)
    if not form.validate_on_submit():
        return _refused(row, form)
    try:
        bind_service.bind(row, g.user, form.seen.data or "", form.chosen)
    except ChangedMeanwhile:
        return _refused(row, _bindings(row), conflict=True)
    return saved("Coringas associados.", _url(row), ROW, **_row(row))


def _refused(row: ChatStarter, form: BindingsForm, *, conflict: bool = False) -> Response:
    context = _row(row, form, conflict=conflict) if htmx else _page(row, form, conflict=conflict)
    return invalid(PAGE, ROW, **context)


def _starter(starter_id: int) -> ChatStarter:
    return queries.starter_in(g.account_id, starter_id) or abort(404)


def _connection(kind: ConnectionKind) -> Connection:
    connection = connections.current(g.account_id)
    return connection if connection is not None and connection.kind is kind else abort(404)


def _bindings(row: ChatStarter, **options: Any) -> BindingsForm:
    """The selects of an approved starter: before the approval there is nothing to associate."""
    found = queries.view(row)
    if not found.approved:
        abort(404)
    return bindings_form(row.id, queries.FIELDS, row.bindings, found.wildcards, **options)


def _url(row: ChatStarter, editar: int | None = None) -> str:
    return url_for("chat_starters.show", _anchor=f"starter-{row.id}", editar=editar)


def _row(row: ChatStarter, form: BindingsForm | None = None, *, conflict: bool = False) -> dict[str, Any]:
    shown = queries.view(row, form.chosen) if form else queries.view(row)
    return {"starter": shown, "form": form, "mark": mark(row), "conflict": conflict, "focus": True}


def _page(
    row: ChatStarter | None = None,
    form: BindingsForm | None = None,
    *,
    conflict: bool = False,
    sync_error: str = "",
) -> dict[str, Any]:
    connection = connections.current(g.account_id)
    rows = queries.starters_of(connection.id) if connection else []
    return {
        "official": connection is not None and connection.kind is ConnectionKind.CLOUD_API,
        "ready": connection is not None and bool(connection.access_token and connection.waba_id),
        "starters": [_row(each) if each is not row else _row(each, form, conflict=conflict) for each in rows],
        "sync_error": sync_error,
    }
