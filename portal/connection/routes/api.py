"""A number's credentials, its test, and what follows from the test."""

from __future__ import annotations

from flask import abort, g, request, url_for
from werkzeug.wrappers import Response

from portal.audit.service import ChangedMeanwhile
from portal.connection import linked, service
from portal.connection.fields import FIELDS
from portal.connection.forms import InteractiveForm, credentials_form
from portal.connection.models import Connection, ConnectionKind
from portal.connection.routes import context
from portal.connection.routes.blueprint import NUMBER, ONE, blueprint, one
from portal.connection.service import Credentials, link
from portal.extensions import htmx
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

CHECK = "connection/_check.html"
SUBSCRIBED = "Assinatura feita: a Meta entrega ao seu app as mensagens desta conta."


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
    if not linked.by_qr(connection.kind):
        return saved("Credenciais salvas. Use “Testar conexão” para conferir.", _url(connection_id))
    link.configure(connection)  # what failed stands in the page until it is put right
    return saved("Credenciais salvas.", _url(connection_id))


@blueprint.post(f"{ONE}/avisos")
@admin_only
def configure(connection_id: int) -> Response:
    """Tell the provider of a number linked by QR code, once more, where to post its events."""
    connection = one(connection_id)
    if not linked.by_qr(connection.kind):
        abort(404)
    if link.configure(connection):
        return invalid(NUMBER, **context.number(one(connection_id)))
    return saved("Pronto: o provedor entrega as mensagens a este portal.", _url(connection_id))


@blueprint.post(f"{ONE}/botoes")
@admin_only
def save_interactive(connection_id: int) -> Response:
    connection, form = one(connection_id), InteractiveForm()
    if not linked.can_choose_interactive(connection.kind):
        abort(404)
    seen = form.seen_interactive.data == "1"
    try:
        if not form.validate_on_submit():
            return invalid(NUMBER, **context.number(connection, interactive=form))
        service.save_interactive(connection, g.user, seen=seen, wanted=form.interactive.data)
    except ChangedMeanwhile:
        return invalid(NUMBER, **context.number(connection, interactive=form, interactive_conflict=True))
    return saved("Botões e listas: alteração salva.", _url(connection_id, "botoes"))


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
    connection = one(connection_id)
    parts = context.check_parts(connection, service.check(connection), subscription=problem or SUBSCRIBED)
    if problem:
        parts["subscription_failed"] = True
        return invalid(NUMBER, CHECK, **(parts if htmx else context.number(one(connection_id), **parts)))
    return saved(SUBSCRIBED, _url(connection_id, "connection-check"), CHECK, **parts)


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
