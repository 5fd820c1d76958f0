"""A phone in the browser that plays any debtor. Only for admins, and only while the simulator is the connection."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, abort, current_app, g, redirect, request, send_from_directory, url_for
from werkzeug.wrappers import Response

from portal.connection.models import Connection
from portal.extensions import htmx
from portal.gateways.messages import Choice
from portal.inbox import view
from portal.inbox.models import Direction, Message
from portal.inbox.rules import files
from portal.inbox.rules.ledger import State
from portal.portfolio import queries as portfolio
from portal.portfolio.rules import phones
from portal.simulator import queries, service
from portal.simulator.forms import MAX_NAME, PhoneForm, WriteForm
from portal.web.filters import zone
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid

blueprint = Blueprint("simulator", __name__, url_prefix="/simulador")

SEARCH_LENGTH = 80


@blueprint.get("")
@admin_only
def index() -> Response:
    connection = queries.current(g.account_id)
    if connection is None:
        return fragment("simulator/off.html")
    return fragment("simulator/index.html", form=PhoneForm(formdata=None), **_index_context(connection))


def _index_context(connection: Connection) -> dict[str, Any]:
    search = request.args.get("busca", "").replace("\x00", "").strip()[:SEARCH_LENGTH]
    return {
        "search": search,
        "debtors": queries.debtors(g.account_id, search),
        "recent": queries.recent(connection),
    }


@blueprint.post("")
@admin_only
def choose() -> Response:
    """Open the phone of a number that was typed."""
    connection = _connection()
    form = PhoneForm()
    if not form.validate_on_submit():
        return invalid("simulator/index.html", form=form, **_index_context(connection))
    wa_id = phones.parse(form.phone.data).e164.removeprefix("+")
    return redirect(url_for("simulator.phone", wa_id=wa_id, nome=form.name.data), 303)


@blueprint.get("/<wa_id>")
@admin_only
def phone(wa_id: str) -> Response:
    if queries.current(g.account_id) is None:
        return fragment("simulator/off.html")
    return fragment("simulator/phone.html", form=WriteForm(formdata=None), **_phone_context(_connection(), wa_id))


@blueprint.get("/<wa_id>/mensagens")
@admin_only
def thread(wa_id: str) -> Response:
    return fragment("simulator/_phone.html", **_phone_context(_connection(), wa_id))


@blueprint.get("/<wa_id>/mensagens/<int:message_id>/arquivo")
@admin_only
def file(wa_id: str, message_id: int) -> Response:
    """A file as it reached the phone."""
    message = queries.message(_connection(), _number(wa_id), message_id) or abort(404)
    found = view.file_of(message) or abort(404)
    root = current_app.config["FILE_ROOT"]
    saved = found.mime_type.partition(";")[0] not in files.INLINE
    return send_from_directory(
        root, found.path, mimetype=found.mime_type, download_name=found.filename, as_attachment=saved
    )


@blueprint.post("/<wa_id>/escrever")
@admin_only
def write(wa_id: str) -> Response:
    connection = _connection()
    form = WriteForm()
    context = _phone_context(connection, wa_id)
    if not form.validate_on_submit():
        return _not_written(form, context)
    _send(connection, context, form)
    return _written(wa_id, context["name"])


def _send(connection: Connection, context: dict[str, Any], form: WriteForm) -> None:
    given, text = form.file.data, form.text.data
    if not given:
        service.write(connection, context["wa_id"], context["name"], text)
        return
    content, filename = given.stream.read(), given.filename or ""
    service.send_file(connection, context["wa_id"], context["name"], content, filename, text)


def _not_written(form: WriteForm, context: dict[str, Any]) -> Response:
    response = invalid("simulator/phone.html", "simulator/_refusal.html", form=form, **context)
    response.headers.update({"HX-Retarget": "#refusal", "HX-Reswap": "outerHTML"})
    return response


@blueprint.post("/<wa_id>/tocar")
@admin_only
def tap(wa_id: str) -> Response:
    """Tap a button or a row of a list that the phone received."""
    connection = _connection()
    context = _phone_context(connection, wa_id)
    found = queries.message(connection, context["wa_id"], request.form.get("mensagem", 0, type=int))
    chosen = _choice(found, request.form.get("escolha", "")) if found else None
    if found is None or chosen is None:
        abort(404)
    service.write(connection, context["wa_id"], context["name"], chosen, listed=found.kind == "list")
    return _written(wa_id, context["name"])


def _choice(message: Message, choice_id: str) -> Choice | None:
    options = [option for option in view.options_of(message) if option.id == choice_id]
    return Choice(options[0].id, options[0].title, options[0].description) if options else None


def _written(wa_id: str, name: str) -> Response:
    if not htmx:
        return redirect(url_for("simulator.phone", wa_id=wa_id, nome=name), 303)
    return fragment("simulator/_written.html", **_phone_context(_connection(), wa_id))


@blueprint.post("/<wa_id>/lidas")
@admin_only
def read(wa_id: str) -> Response:
    """The person looks at the phone: what was delivered is read."""
    service.read(_connection(), _number(wa_id))
    return Response(status=204)


def _connection() -> Connection:
    return queries.current(g.account_id) or abort(404)


def _number(wa_id: str) -> str:
    """The number as the conversation's contact spells it, else as the address does; 404 for what is no number."""
    if not re.fullmatch(r"[0-9]{8,15}", wa_id):
        abort(404)
    contact = queries.contact(g.account_id, wa_id)
    return contact.wa_id if contact and contact.wa_id else wa_id


def _phone_context(connection: Connection, wa_id: str) -> dict[str, Any]:
    number = _number(wa_id)
    messages = queries.thread(connection, number)
    unread = [m.id for m in messages if m.direction is Direction.OUT and m.state in (State.SENT, State.DELIVERED)]
    return {
        "address": wa_id,
        "wa_id": number,
        "name": _name(number),
        "company": g.user.account.name,
        "days": view.days(messages, zone()),
        "to_mark": unread[-1] if unread else None,
        "refusal": "",
    }


def _name(wa_id: str) -> str:
    """The profile's name: the one in the address or form, else the contact's, else that of the number's debtor."""
    given = request.values.get("nome", "") or request.values.get("name", "")
    if given.strip():
        return given.replace("\x00", "").strip()[:MAX_NAME]
    contact = queries.contact(g.account_id, wa_id)
    if contact is not None and contact.profile_name:
        return contact.profile_name
    owners = portfolio.debtors_with_phone(g.account_id, phones.match_key(wa_id))
    return owners[0].name[:MAX_NAME] if owners else ""
