from __future__ import annotations

from flask import abort, g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.audit.service import ChangedMeanwhile
from portal.connection import queries, service
from portal.connection.forms import LimitsForm
from portal.connection.models import Connection
from portal.connection.routes import context
from portal.connection.routes.blueprint import PAGE, blueprint
from portal.connection.service import Limits
from portal.extensions import htmx
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

LIMITS, SENTENCE = "connection/_limits.html", "connection/_sentence.html"


@blueprint.get("/agente")
@admin_only
def limits() -> Response:
    if not htmx:
        return redirect(url_for("connection.show"), 303)
    return fragment(LIMITS, **context.limits(_current()))


@blueprint.get("/agente/frase")
@admin_only
def sentence() -> Response:
    form = LimitsForm(request.args, meta={"csrf": False})
    form.validate()
    return fragment(SENTENCE, **context.sentence(_current(), form))


@blueprint.post("/agente")
@admin_only
def save_limits() -> Response:
    connection, form = _current(), LimitsForm()
    if not form.validate_on_submit():
        return _refused(connection, form)
    seen = Limits(number(form.seen_daily.data), number(form.seen_batch.data))
    try:
        service.save_limits(connection, g.user, seen, Limits(form.daily_limit.data or 0, form.batch_size.data or 0))
    except ChangedMeanwhile:
        return _refused(connection, form, conflict=True)
    url = url_for("connection.show", _anchor="connection-limits")
    return saved("Limites do agente de envio salvos.", url, LIMITS, **context.limits(connection))


def _refused(connection: Connection, form: LimitsForm, *, conflict: bool = False) -> Response:
    parts = context.limits(connection, form, conflict=conflict)
    return invalid(PAGE, LIMITS, **(parts if htmx else context.page(**parts)))


def number(text: str | None) -> int:
    """A number that a form brought back unseen; -1, which is nobody's, when it was tampered with."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1


def _current() -> Connection:
    return queries.current(g.account_id) or abort(404)
