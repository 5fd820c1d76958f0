"""A number's credentials, its test, and what follows from the test."""

from __future__ import annotations

from flask import abort, g, request, url_for
from werkzeug.wrappers import Response

from portal.audit.service import ChangedMeanwhile
from portal.connection import linked, service
from portal.connection.fields import FIELDS
from portal.connection.forms import credentials_form
from portal.connection.models import Connection, ConnectionKind
from portal.connection.routes import context
from portal.connection.routes.blueprint import NUMBER, ONE, blueprint, one
from portal.connection.service import Credentials, link
from portal.extensions import htmx
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

CHECK = "connection/_check.html"


@blueprint.post(f"{ONE}/credenciais")
@admin_only
def save_credentials(connection_id: int) -> Response:
    connection = one(connection_id)
    if not FIELDS[connection.kind]:
        abort(404)
    form = credentials_form(connection)
    if not form.validate_on_submit():
        return invalid(NUMBER, **context.number(connection, credentials=form))
    given = {"phone_number_id": "", **form.given}
    try:
        service.save_credentials(connection, g.user, form.version.data or 0, Credentials(**given))
    except ChangedMeanwhile:
        return invalid(NUMBER, **context.number(connection, credentials=form, credentials_conflict=True))
    return saved(_then(connection), _url(connection_id))


def _then(connection: Connection) -> str:
    """What to do next; the provider of a number linked by QR code is told at once where to post its events."""
    if not linked.by_qr(connection.kind):
        return "Credenciais salvas. Use “Testar conexão” para conferir."
    problem = link.configure(connection)
    return f"Credenciais salvas, mas as mensagens ainda não chegam: {problem}" if problem else "Credenciais salvas."


@blueprint.get(f"{ONE}/testar")
@admin_only
def check_card(connection_id: int) -> Response:
    return fragment(CHECK, **context.check_parts(_official(connection_id), None))


@blueprint.post(f"{ONE}/testar")
@admin_only
def check(connection_id: int) -> Response:
    connection = _official(connection_id)
    found = service.check(connection)
    parts = context.check_parts(connection, found)
    if not htmx:
        parts = context.number(connection, **parts)
    if not found.ok:
        return invalid(NUMBER, CHECK, **parts)
    return saved("Conexão testada: tudo certo.", _url(connection_id), CHECK, **parts)


@blueprint.post(f"{ONE}/assinar")
@admin_only
def subscribe(connection_id: int) -> Response:
    problem = service.subscribe(_official(connection_id))
    return saved(problem or "Assinatura feita. Teste a conexão para conferir.", _url(connection_id, "connection-check"))


@blueprint.post(f"{ONE}/corrigir")
@admin_only
def correct(connection_id: int) -> Response:
    done = service.correct(_official(connection_id), g.user, request.form.get("phone_number_id", "")[:64])
    message = "ID corrigido. As mensagens que chegaram para ele serão aplicadas." if done else "Nada mudou."
    return saved(message, _url(connection_id))


@blueprint.post(f"{ONE}/retomar")
@admin_only
def resume(connection_id: int) -> Response:
    service.resume(one(connection_id), g.user)
    return saved("A conexão vai tentar de novo.", _url(connection_id))


def _official(connection_id: int) -> Connection:
    connection = one(connection_id)
    return connection if connection.kind is ConnectionKind.CLOUD_API else abort(404)


def _url(connection_id: int, anchor: str | None = None) -> str:
    return url_for("connection.show_number", connection_id=connection_id, _anchor=anchor)
