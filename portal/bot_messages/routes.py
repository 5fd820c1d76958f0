from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.audit.service import ChangedMeanwhile
from portal.bot_messages import queries, service
from portal.bot_messages.forms import MessageForm, RestoreForm
from portal.bot_messages.rules import MessageKind
from portal.extensions import htmx
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

blueprint = Blueprint("bot_messages", __name__, url_prefix="/whatsapp/mensagens")

PAGE, ROW = "bot_messages/index.html", "bot_messages/_message.html"
PREVIEW = "bot_messages/_preview.html"


@blueprint.get("")
@admin_only
def show() -> Response:
    wanted = request.args.get("editar")
    return fragment(PAGE, **_page(_form(_kind(wanted)) if wanted else None))


@blueprint.get("/<kind>")
@admin_only
def message(kind: str) -> Response:
    chosen = _kind(kind)
    editing = "editar" in request.args
    if not htmx:
        return redirect(_url(chosen, editar=chosen.value if editing else None), 303)
    return fragment(ROW, **_row(chosen, _form(chosen) if editing else None))


@blueprint.post("/<kind>")
@admin_only
def save(kind: str) -> Response:
    chosen = _kind(kind)
    form = MessageForm(chosen)
    if not form.validate_on_submit():
        return _refused(chosen, form)
    try:
        service.save(g.user, chosen, _version(form), form.text.data)
    except ChangedMeanwhile:
        return _refused(chosen, form, conflict=True)
    return saved("Mensagem salva.", _url(chosen), ROW, **_row(chosen))


@blueprint.post("/<kind>/previa")
@admin_only
def preview(kind: str) -> Response:
    chosen = _kind(kind)
    form = MessageForm(chosen)
    if not htmx:
        return fragment(PAGE, **_page(form))
    item = queries.message(g.account_id, chosen)
    return fragment(PREVIEW, item=item, text=form.text.data or "")


@blueprint.post("/<kind>/restaurar")
@admin_only
def restore(kind: str) -> Response:
    chosen = _kind(kind)
    try:
        service.restore(g.user, chosen, _version(RestoreForm()))
    except ChangedMeanwhile:
        return _refused(chosen, None, conflict=True)
    return saved("Texto padrão restaurado.", _url(chosen), ROW, **_row(chosen))


def _refused(kind: MessageKind, form: MessageForm | None, *, conflict: bool = False) -> Response:
    if htmx:
        return invalid(PAGE, ROW, **_row(kind, form, conflict=conflict))
    return invalid(PAGE, **_page(form, conflict=kind if conflict else None))


def _kind(value: str) -> MessageKind:
    try:
        return MessageKind(value)
    except ValueError:
        abort(404)


def _version(form: MessageForm | RestoreForm) -> int:
    return -1 if form.version.data is None else int(form.version.data)


def _form(kind: MessageKind) -> MessageForm:
    return MessageForm(kind, text=queries.message(g.account_id, kind).text)


def _url(kind: MessageKind, editar: str | None = None) -> str:
    return url_for("bot_messages.show", _anchor=f"message-{kind.value}", editar=editar)


def _row(kind: MessageKind, form: MessageForm | None = None, *, conflict: bool = False) -> dict[str, Any]:
    return {"item": queries.message(g.account_id, kind), "form": form, "conflict": conflict, "focus": True}


def _page(form: MessageForm | None = None, *, conflict: MessageKind | None = None) -> dict[str, Any]:
    return {"groups": queries.groups(g.account_id), "edited": form, "conflict_in": conflict}
