"""The phone of a number: its QR code, its pairing code, its state."""

from __future__ import annotations

from typing import Any

from flask import abort, g, request, url_for
from werkzeug.wrappers import Response

from portal import clock
from portal.accounts import queries as people
from portal.connection import linked
from portal.connection.link_card import LinkCard, card_of
from portal.connection.link_forms import PairingForm, WatchersForm
from portal.connection.models import Connection
from portal.connection.routes.blueprint import ONE, blueprint, one
from portal.connection.service import codes, link, pairing, watchers
from portal.connection.service.pairing import Outcome
from portal.extensions import htmx
from portal.web.filters import zone
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved, stop_polling

PAGE, CARD, QR = "connection/link.html", "connection/_link.html", "connection/_qr.html"
WATCHERS_PAGE, WATCHERS = "connection/watchers.html", "connection/_watchers.html"
PHONE = f"{ONE}/celular"

blueprint.record(lambda state: setattr(link.office, "public_url", state.app.config["PUBLIC_URL"]))


@blueprint.app_template_global()
def link_card(connection: Connection) -> LinkCard:
    """What `_link.html` shows, wherever it is included with a `connection`."""
    return card_of(connection, clock.local(clock.now(), zone()))


@blueprint.app_template_global()
def pairing_form() -> PairingForm:
    return PairingForm(formdata=None)


@blueprint.app_template_global()
def watchers_form() -> WatchersForm:
    """The form of `_watchers.html`, wherever it is included."""
    chosen = [user.id for user in watchers.chosen_watchers(g.account_id)]
    return WatchersForm(_choices(), formdata=None, data={"people": chosen})


@blueprint.app_template_global()
def default_watcher() -> str:
    """The name of who is reminded while nobody is chosen."""
    found = watchers.default_watcher(g.account_id)
    return found.name if found else ""


@blueprint.get(PHONE)
@admin_only
def link_show(connection_id: int) -> Response:
    return fragment(CARD if htmx else PAGE, **_parts(_connection(connection_id)))


@blueprint.post(f"{PHONE}/conectar")
@admin_only
def link_start(connection_id: int) -> Response:
    connection = _connection(connection_id)
    begin = pairing.renew if request.form.get("renovar") else pairing.start
    return _told(connection_id, begin(connection, g.user, request.form.get("fila", "")))


@blueprint.get(f"{PHONE}/qr")
@admin_only
def link_qr(connection_id: int) -> Response:
    """The code as it stands; only a POST asks the provider for another one."""
    connection = _connection(connection_id)
    return fragment(QR if htmx else PAGE, **_parts(connection))


@blueprint.post(f"{PHONE}/qr")
@admin_only
def link_next(connection_id: int) -> Response:
    outcome = pairing.next_code(_connection(connection_id))
    if not htmx:
        return _told(connection_id, outcome)
    parts = _parts(_connection(connection_id), outcome=outcome)
    card = link_card(parts["connection"])
    if card.asks and not outcome.problem:
        return fragment(QR, **parts)
    response = stop_polling(CARD, **parts)
    response.headers.update({"HX-Retarget": f"#{card.root}", "HX-Reswap": "outerHTML"})
    return response


@blueprint.get(f"{PHONE}/qr/imagem")
@admin_only
def link_picture(connection_id: int) -> Response:
    png = codes.picture(_connection(connection_id)) or abort(404)
    return Response(png, mimetype="image/png", headers={"Cache-Control": "no-store"})


@blueprint.post(f"{PHONE}/cancelar")
@admin_only
def link_cancel(connection_id: int) -> Response:
    pairing.cancel(_connection(connection_id))
    return _told(connection_id, Outcome())


@blueprint.post(f"{PHONE}/codigo")
@admin_only
def link_code(connection_id: int) -> Response:
    connection, form = _connection(connection_id), PairingForm()
    if not form.validate_on_submit():
        return invalid(PAGE, CARD, **_parts(connection, pairing=form))
    phone = form.phone.data
    outcome = pairing.pair_by_code(connection, g.user, phone, request.form.get("fila", ""))
    return _told(connection_id, outcome, asked_phone=phone)


@blueprint.post(f"{PHONE}/atualizar")
@admin_only
def link_refresh(connection_id: int) -> Response:
    connection = _connection(connection_id)
    link.refresh(connection.id)
    return _told(connection_id, Outcome())


@blueprint.post(f"{PHONE}/usar-numero")
@admin_only
def link_use_number(connection_id: int) -> Response:
    if not pairing.use_number(_connection(connection_id), g.user, request.form.get("numero", "")):
        return _told(connection_id, Outcome(problem="O celular conectado mudou. Confira o número e confirme de novo."))
    parts = _parts(_connection(connection_id))
    return saved("Número confirmado: os envios continuam por ele.", _url(connection_id), CARD, **parts)


@blueprint.post(f"{PHONE}/desconectar")
@admin_only
def link_unlink(connection_id: int) -> Response:
    outcome = pairing.unlink(_connection(connection_id), g.user)
    if outcome.problem:
        return _told(connection_id, outcome)
    return saved("Celular desconectado.", _url(connection_id), CARD, **_parts(_connection(connection_id)))


@blueprint.get("/lembretes")
@admin_only
def show_watchers() -> Response:
    return fragment(WATCHERS if htmx else WATCHERS_PAGE, watchers=watchers_form())


@blueprint.post("/lembretes")
@admin_only
def save_watchers() -> Response:
    form = WatchersForm(_choices())
    if not form.validate_on_submit():
        return invalid(WATCHERS_PAGE, WATCHERS, watchers=form)
    wanted = set(form.people.data or ())
    chosen = [user for user in people.users_of(g.account_id) if user.active and user.id in wanted]
    watchers.choose_watchers(g.user, chosen)
    return saved(
        "Quem recebe os lembretes foi salvo.", url_for("connection.show_watchers"), WATCHERS, watchers=watchers_form()
    )


def _told(connection_id: int, outcome: Outcome, **more: Any) -> Response:
    """The card after a click: with a question or a problem 422, as what was asked for was not done."""
    parts = _parts(_connection(connection_id), outcome=outcome, **more)
    if outcome.pending or outcome.problem:
        return invalid(PAGE, CARD, **parts)
    return fragment(CARD if htmx else PAGE, **parts)


def _parts(connection: Connection, **more: Any) -> dict[str, Any]:
    return {"connection": connection, "outcome": Outcome(), "pairing": pairing_form(), **more}


def _connection(connection_id: int) -> Connection:
    connection = one(connection_id)
    return connection if linked.by_qr(connection.kind) else abort(404)


def _choices() -> list[tuple[int, str]]:
    return [(user.id, user.name) for user in people.users_of(g.account_id) if user.active]


def _url(connection_id: int) -> str:
    return url_for("connection.link_show", connection_id=connection_id)
