from __future__ import annotations

from flask import Blueprint, g, redirect, url_for
from werkzeug.wrappers import Response

from portal.reports import service
from portal.web.guards import admin_only, signed_in
from portal.web.partials import fragment, saved
from portal.webhooks import service as webhooks

blueprint = Blueprint("reports", __name__)


@blueprint.get("/")
@signed_in
def home() -> Response:
    """An admin sees how things stand; an operator has conversations to answer."""
    if not g.user.is_admin:
        return redirect("/conversas", 303)
    return fragment("reports/home.html", now=service.now(g.user.account))


@blueprint.get("/inicio/agora")
@admin_only
def situation() -> Response:
    return fragment("reports/_now.html", now=service.now(g.user.account))


@blueprint.post("/inicio/reaplicar")
@admin_only
def retry_webhooks() -> Response:
    count = webhooks.retry_failed(g.account_id)
    message = "Um aviso voltou para a fila." if count == 1 else f"{count} avisos voltaram para a fila."
    return saved(message, url_for(".home"))
