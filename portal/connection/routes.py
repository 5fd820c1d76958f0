from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal import clock
from portal.audit.service import ChangedMeanwhile
from portal.connection import queries, service
from portal.connection.forms import CredentialsForm, KindForm, LimitsForm
from portal.connection.models import Connection, ConnectionKind
from portal.connection.service import Check, Credentials, Limits
from portal.extensions import htmx
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

blueprint = Blueprint("connection", __name__, url_prefix="/whatsapp/configuracoes")

PAGE, LIMITS, CHECK = "connection/index.html", "connection/_limits.html", "connection/_check.html"
SENTENCE = "connection/_sentence.html"
KINDS = {
    ConnectionKind.SIMULATOR: "Simulador: nenhuma mensagem sai para o WhatsApp",
    ConnectionKind.CLOUD_API: "API oficial: o WhatsApp da Meta, com o número da sua empresa",
}


@blueprint.get("")
@admin_only
def show() -> Response:
    return fragment(PAGE, **_page())


@blueprint.post("/api")
@admin_only
def choose() -> Response:
    form = _kind_form()
    if not form.validate_on_submit():
        return invalid(PAGE, **_page(kind_form=form))
    kind = ConnectionKind(form.kind.data)
    service.choose_kind(g.user, kind)
    return saved(f"Agora a empresa usa: {queries.NAMES[kind]}.", url_for("connection.show"))


@blueprint.post("/credenciais")
@admin_only
def save_credentials() -> Response:
    connection = _official()
    form = _credentials_form(connection)
    if not form.validate_on_submit():
        return invalid(PAGE, **_page(credentials=form))
    names = ("display_phone", "phone_number_id", "waba_id", "access_token", "app_secret")
    given = Credentials(**{name: form[name].data or "" for name in names})
    try:
        service.save_credentials(connection, g.user, form.version.data or 0, given)
    except ChangedMeanwhile:
        return invalid(PAGE, **_page(credentials=form, credentials_conflict=True))
    return saved("Credenciais salvas. Use “Testar conexão” para conferir.", url_for("connection.show"))


@blueprint.post("/testar")
@admin_only
def check() -> Response:
    result = service.check(_official())
    context = {"check": result} if htmx else _page(check=result)
    if not result.ok:
        return invalid(PAGE, CHECK, **context)
    return saved("Conexão testada: o número está conectado.", url_for("connection.show"), CHECK, **context)


@blueprint.post("/retomar")
@admin_only
def resume() -> Response:
    connection = queries.current(g.account_id) or abort(404)
    service.resume(connection, g.user)
    return saved("A conexão vai tentar de novo.", url_for("connection.show"))


@blueprint.get("/agente")
@admin_only
def limits() -> Response:
    if not htmx:
        return redirect(url_for("connection.show"), 303)
    return fragment(LIMITS, **_limits(_current()))


@blueprint.get("/agente/frase")
@admin_only
def sentence() -> Response:
    form = LimitsForm(request.args, meta={"csrf": False})
    form.validate()
    return fragment(SENTENCE, limits=form, seconds=queries.batch_seconds())


@blueprint.post("/agente")
@admin_only
def save_limits() -> Response:
    connection, form = _current(), LimitsForm()
    if not form.validate_on_submit():
        return _limits_refused(connection, form)
    seen = Limits(_number(form.seen_daily.data), _number(form.seen_batch.data))
    try:
        service.save_limits(connection, g.user, seen, Limits(form.daily_limit.data or 0, form.batch_size.data or 0))
    except ChangedMeanwhile:
        return _limits_refused(connection, form, conflict=True)
    return saved("Limites do agente de envio salvos.", url_for("connection.show"), LIMITS, **_limits(connection))


def _limits_refused(connection: Connection, form: LimitsForm, *, conflict: bool = False) -> Response:
    context = _limits(connection, form, conflict=conflict)
    return invalid(PAGE, LIMITS, **({} if htmx else _page()) | context)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1


def _current() -> Connection:
    return queries.current(g.account_id) or abort(404)


def _official() -> Connection:
    connection = _current()
    return connection if connection.kind is ConnectionKind.CLOUD_API else abort(404)


def _kind_form() -> KindForm:
    connection = queries.current(g.account_id)
    return KindForm(KINDS, kind=connection.kind.value if connection else None)


def _credentials_form(connection: Connection) -> CredentialsForm:
    return CredentialsForm(
        token_saved=bool(connection.access_token),
        secret_saved=bool(connection.app_secret),
        display_phone=connection.display_phone,
        phone_number_id=connection.phone_number_id,
        waba_id=connection.waba_id,
    )


def _page(
    *,
    kind_form: KindForm | None = None,
    credentials: CredentialsForm | None = None,
    credentials_conflict: bool = False,
    check: Check | None = None,
) -> dict[str, Any]:
    connection = queries.current(g.account_id)
    official = connection is not None and connection.kind is ConnectionKind.CLOUD_API
    public_url = current_app.config["PUBLIC_URL"]
    return {
        "connection": connection,
        "official": official,
        "kind_form": kind_form or _kind_form(),
        "credentials": credentials or (_credentials_form(connection) if connection and official else None),
        "credentials_conflict": credentials_conflict,
        "last4": {name: service.last4(getattr(connection, name)) for name in service.SECRETS} if official else {},
        "stopped_reason": service.stopped_reason(connection) if connection else "",
        "webhook_url": f"{public_url}/webhooks/cloud-api/{connection.webhook_key}" if connection else "",
        "secure": public_url.startswith("https://"),
        "check": check,
        **(_limits(connection) if connection else {}),
    }


def _limits(connection: Connection, form: LimitsForm | None = None, *, conflict: bool = False) -> dict[str, Any]:
    now = {"daily_limit": connection.daily_limit, "batch_size": connection.batch_size}
    return {
        "connection": connection,
        "limits": form or LimitsForm(formdata=None, data=now),
        "limits_conflict": conflict,
        "seconds": queries.batch_seconds(),
        "used_today": queries.used_on(connection.id, clock.today(g.user.account.timezone)),
    }
