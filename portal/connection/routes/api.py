from __future__ import annotations

from flask import abort, g, url_for
from werkzeug.wrappers import Response

from portal.audit.service import ChangedMeanwhile
from portal.connection import queries, service
from portal.connection.models import Connection, ConnectionKind
from portal.connection.routes import context
from portal.connection.routes.blueprint import PAGE, blueprint
from portal.connection.rules import tiers
from portal.connection.service import Credentials
from portal.extensions import htmx
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

CHECK = "connection/_check.html"


@blueprint.get("")
@admin_only
def show() -> Response:
    return fragment(PAGE, **context.page())


@blueprint.post("/api")
@admin_only
def choose() -> Response:
    form = context.kind_form(queries.current(g.account_id))
    if not form.validate_on_submit():
        return invalid(PAGE, **context.page(kind_form=form))
    kind = ConnectionKind(form.kind.data)
    service.choose_kind(g.user, kind)
    return saved(f"Agora a empresa usa: {queries.NAMES[kind]}.", url_for("connection.show"))


@blueprint.post("/credenciais")
@admin_only
def save_credentials() -> Response:
    connection = _official()
    form = context.credentials_form(connection)
    if not form.validate_on_submit():
        return invalid(PAGE, **context.page(credentials=form))
    names = ("display_phone", "phone_number_id", "waba_id", "access_token", "app_secret")
    given = Credentials(**{name: form[name].data or "" for name in names})
    try:
        service.save_credentials(connection, g.user, form.version.data or 0, given)
    except ChangedMeanwhile:
        return invalid(PAGE, **context.page(credentials=form, credentials_conflict=True))
    return saved("Credenciais salvas. Use “Testar conexão” para conferir.", url_for("connection.show"))


@blueprint.post("/testar")
@admin_only
def check() -> Response:
    connection = _official()
    result = service.check(connection)
    tier = tiers.tier_words(result.number.messaging_limit) if result.number else ""
    answer = {"check": result, "tier": tier}
    parts = answer if htmx else context.page(**answer)
    if not result.ok:
        return invalid(PAGE, CHECK, **parts)
    return saved("Conexão testada: o número está conectado.", url_for("connection.show"), CHECK, **parts)


@blueprint.post("/retomar")
@admin_only
def resume() -> Response:
    connection = queries.current(g.account_id) or abort(404)
    service.resume(connection, g.user)
    return saved("A conexão vai tentar de novo.", url_for("connection.show"))


def _official() -> Connection:
    connection = queries.current(g.account_id) or abort(404)
    return connection if connection.kind is ConnectionKind.CLOUD_API else abort(404)
