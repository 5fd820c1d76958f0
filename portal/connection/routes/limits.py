from __future__ import annotations

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.audit.service import ChangedMeanwhile
from portal.connection import service
from portal.connection.forms import LimitsForm
from portal.connection.models import Connection
from portal.connection.routes import context
from portal.connection.routes.blueprint import NUMBER, ONE, blueprint, one
from portal.connection.service import Limits
from portal.extensions import htmx
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

LIMITS, SENTENCE = "connection/_limits.html", "connection/_sentence.html"


@blueprint.get(f"{ONE}/agente")
@admin_only
def limits(connection_id: int) -> Response:
    connection = one(connection_id)
    if not htmx:
        return redirect(url_for("connection.show_number", connection_id=connection.id), 303)
    return fragment(LIMITS, **context.limits(connection))


@blueprint.get(f"{ONE}/agente/frase")
@admin_only
def sentence(connection_id: int) -> Response:
    form = LimitsForm(request.args, meta={"csrf": False})
    form.validate()
    return fragment(SENTENCE, **context.sentence(one(connection_id), form))


@blueprint.post(f"{ONE}/agente")
@admin_only
def save_limits(connection_id: int) -> Response:
    connection, form = one(connection_id), LimitsForm()
    if not form.validate_on_submit():
        return _refused(connection, form)
    seen = Limits(number(form.seen_daily.data), number(form.seen_batch.data))
    try:
        service.save_limits(connection, g.user, seen, Limits(form.daily_limit.data or 0, form.batch_size.data or 0))
    except ChangedMeanwhile:
        return _refused(connection, form, conflict=True)
    url = url_for("connection.show_number", connection_id=connection_id, _anchor="connection-limits")
    return saved("Limites do agente de envio salvos.", url, LIMITS, **context.limits(connection))


def _refused(connection: Connection, form: LimitsForm, *, conflict: bool = False) -> Response:
    parts = context.limits(connection, form, conflict=conflict)
    return invalid(NUMBER, LIMITS, **(parts if htmx else context.number(connection, **parts)))


def number(text: str | None) -> int:
    """A number that a form brought back unseen; -1, which is nobody's, when it was tampered with."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1
