from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.notifications import queries, service
from portal.notifications.rules import address
from portal.web.guards import signed_in
from portal.web.partials import fragment, saved

blueprint = Blueprint("notifications", __name__, url_prefix="/notificacoes")

LIST = "notifications/_list.html"


@blueprint.get("")
@signed_in
def index() -> Response:
    return fragment("notifications/index.html", **_context())


@blueprint.get("/lista")
@signed_in
def listing() -> Response:
    return fragment(LIST, **_context())


@blueprint.get("/sino")
@signed_in
def bell() -> Response:
    return fragment("notifications/_bell.html")


@blueprint.post("/lidas")
@signed_in
def read_all() -> Response:
    service.read_all(g.account_id, g.user.id)
    return saved("Todas as notificações estão marcadas como lidas.", url_for(".index"), LIST, **_context())


@blueprint.post("/<int:notification_id>/lida")
@signed_in
def read(notification_id: int) -> Response:
    """Mark one as read; with `abrir` go on to what it is about."""
    found = queries.notification_of(g.user.id, notification_id) or abort(404)
    service.read(found)
    if request.form.get("abrir"):
        return redirect(address("", found.url), 303)
    return saved("Notificação marcada como lida.", url_for(".index"), LIST, **_context())


def _context() -> dict[str, Any]:
    return {"notifications": queries.newest(g.user.id), "unread": queries.unread(g.user.id)}
