"""The numbers of a company: the list, one of them, a new one, the primary one, on and off."""

from __future__ import annotations

from typing import Any

from flask import abort, g, url_for
from werkzeug.wrappers import Response

from portal.audit.service import ChangedMeanwhile
from portal.connection import queries, service
from portal.connection.fields import fields_of
from portal.connection.forms import NameForm, NewNumberForm
from portal.connection.models import Connection, ConnectionKind, LinkState
from portal.connection.routes import context
from portal.connection.routes.blueprint import NUMBER, ONE, PAGE, blueprint, one
from portal.connection.service import NumberRefused
from portal.web.guards import admin_only, signed_in
from portal.web.partials import fragment, invalid, saved

NEW, REMOVE = "connection/new.html", "connection/remove.html"


@blueprint.get("")
@admin_only
def show() -> Response:
    return fragment(PAGE, **context.page())


@blueprint.get("/situacao")
@signed_in
def badge() -> Response:
    """The top bar's badge, which everybody sees: it says in a word how the numbers are doing."""
    return fragment("connection/_badge.html")


@blueprint.get(ONE)
@admin_only
def show_number(connection_id: int) -> Response:
    return fragment(NUMBER, **context.number(one(connection_id)))


@blueprint.get("/novo")
@admin_only
def new() -> Response:
    return fragment(NEW, form=_new_form())


@blueprint.post("/novo")
@admin_only
def add() -> Response:
    form = _new_form()
    if not form.validate_on_submit():
        return invalid(NEW, form=form)
    try:
        connection = service.add(g.user, ConnectionKind(form.kind.data), form.name.data or "")
    except NumberRefused as error:
        form.form_errors.append(str(error))
        return invalid(NEW, form=form)
    url = url_for("connection.show_number", connection_id=connection.id)
    return saved("Número adicionado. Informe agora as credenciais dele.", url)


@blueprint.post(f"{ONE}/nome")
@admin_only
def rename(connection_id: int) -> Response:
    connection, form = one(connection_id), NameForm()
    if not form.validate_on_submit():
        return invalid(NUMBER, **context.number(connection, name_form=form))
    try:
        service.rename(connection, g.user, form.seen_name.data or "", form.number_name.data or "")
    except ChangedMeanwhile:
        return invalid(NUMBER, **context.number(connection, name_form=form, name_conflict=True))
    return _back(connection_id, "Nome salvo.")


@blueprint.post(f"{ONE}/principal")
@admin_only
def make_primary(connection_id: int) -> Response:
    connection = one(connection_id)
    try:
        service.make_primary(connection, g.user)
    except NumberRefused:
        abort(404)
    return _back(connection_id, f"{queries.title_of(connection)} é agora o número principal.")


@blueprint.post(f"{ONE}/ligar")
@admin_only
def switch_on(connection_id: int) -> Response:
    try:
        service.switch(one(connection_id), g.user, on=True)
    except NumberRefused:
        abort(404)
    return _back(connection_id, "Número ligado.")


@blueprint.post(f"{ONE}/desligar")
@admin_only
def switch_off(connection_id: int) -> Response:
    connection = one(connection_id)
    try:
        service.switch(connection, g.user, on=False)
    except NumberRefused as error:
        return invalid(NUMBER, **context.number(one(connection_id), refused=str(error)))
    return _back(connection_id, "Número desligado: nada mais sai por ele.")


@blueprint.get(f"{ONE}/remover")
@admin_only
def ask_removal(connection_id: int) -> Response:
    return fragment(REMOVE, **_removal(one(connection_id)))


@blueprint.post(f"{ONE}/remover")
@admin_only
def remove(connection_id: int) -> Response:
    connection = one(connection_id)
    title = queries.title_of(connection)
    try:
        gone = service.remove(connection, g.user)
    except NumberRefused as error:
        return invalid(REMOVE, **(_removal(one(connection_id)) | {"refused": str(error)}))
    kept = "" if gone else " As conversas dele continuam em Conversas."
    return saved(f"{title} foi removido.{kept}", url_for("connection.show"))


def _removal(connection: Connection) -> dict[str, Any]:
    """What the page says of a removal before it happens."""
    others = [each for each in queries.connections_of(g.account_id) if each.id != connection.id]
    return {
        "connection": connection,
        "title": queries.title_of(connection),
        "has_history": queries.has_history(connection.id),
        "shares_address": connection.kind is ConnectionKind.CLOUD_API
        and any(each.kind is ConnectionKind.CLOUD_API for each in others),
        "is_linked": connection.link_state is LinkState.CONNECTED,
        "others": [(each, queries.title_of(each)) for each in others],
        "has_credentials": bool(fields_of(connection.kind)),
        "refused": "",
    }


def _new_form() -> NewNumberForm:
    offered = set(service.offered(g.account_id))
    return NewNumberForm({kind: label for kind, label in context.KINDS.items() if kind in offered})


def _back(connection_id: int, message: str) -> Response:
    return saved(message, url_for("connection.show_number", connection_id=connection_id))
