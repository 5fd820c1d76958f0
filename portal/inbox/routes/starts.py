"""Chats that a person starts: from a debtor's page, and where the window has closed."""

from __future__ import annotations

from typing import Any

from flask import abort, g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.connection import queries as connections
from portal.extensions import htmx
from portal.inbox import queries
from portal.inbox.models import Conversation
from portal.inbox.routes import context
from portal.inbox.routes.blueprint import blueprint
from portal.inbox.service import start
from portal.portfolio import access
from portal.portfolio import queries as portfolio
from portal.portfolio.models import Debtor, Phone
from portal.web.guards import signed_in
from portal.web.partials import fragment, invalid, saved

STARTERS, NEW = "inbox/_starters.html", "inbox/new.html"


@blueprint.get("/<int:conversation_id>/modelos")
@signed_in
def starters(conversation_id: int) -> Response:
    conversation = context.visible(conversation_id)
    if not htmx:
        return redirect(url_for("inbox.show", conversation_id=conversation_id), 303)
    return fragment(STARTERS, **context.starters_context(conversation))


@blueprint.post("/<int:conversation_id>/modelos")
@signed_in
def send_starter(conversation_id: int) -> Response:
    conversation = context.visible(conversation_id)
    try:
        started = start.start_again(g.user, conversation, _starter_id(), _token())
    except start.NotStarted as refusal:
        return _not_sent(conversation_id, str(refusal))
    return saved("Modelo na fila de envio.", url_for("inbox.show", conversation_id=started))


def _not_sent(conversation_id: int, problem: str) -> Response:
    conversation: Conversation = context.visible(conversation_id)
    facts = context.starters_context(conversation) if htmx else context.page_context(conversation)
    return invalid("inbox/index.html", STARTERS, **{**facts, "starter_problem": problem})


@blueprint.get("/nova/<int:debtor_id>")
@signed_in
def new_chat(debtor_id: int) -> Response:
    debtor = _debtor(debtor_id)
    return fragment(NEW, **_new_context(debtor, _phone(debtor, request.args.get("telefone", type=int))))


@blueprint.post("/nova/<int:debtor_id>")
@signed_in
def start_chat(debtor_id: int) -> Response:
    debtor = _debtor(debtor_id)
    phone = _phone(debtor, request.form.get("phone_id", type=int)) or abort(404)
    try:
        conversation_id = start.start(g.user, debtor, phone, _starter_id(), _token())
    except start.NotStarted as refusal:
        debtor = _debtor(debtor_id)
        context_ = _new_context(debtor, _phone(debtor, phone.id))
        return invalid(NEW, **{**context_, "problem": str(refusal)})
    return saved("Modelo na fila de envio.", url_for("inbox.show", conversation_id=conversation_id))


def _debtor(debtor_id: int) -> Debtor:
    debtor = portfolio.debtor_in(g.account_id, debtor_id)
    if debtor is None or not access.allowed(debtor_id):
        abort(404)
    return debtor


def _phone(debtor: Debtor, phone_id: int | None) -> Phone | None:
    """The phone that was chosen, else the first one."""
    chosen = [phone for phone in debtor.phones if phone.id == phone_id]
    return next(iter(chosen or (debtor.phones if phone_id is None else [])), None)


def _new_context(debtor: Debtor, phone: Phone | None) -> dict[str, Any]:
    connection = connections.current(g.account_id)
    contact = queries.contact_with(g.account_id, phone.match_key) if phone else None
    live = queries.live_with(connection.id, contact.id) if connection and contact else None
    facts = start.facts_of(g.user, debtor, connection, contact, live) if connection else None
    return {
        "debtor": debtor,
        "phone": phone,
        "live": live if live and queries.conversation_for(g.user, live.id) else None,
        "problem": "",
        "reason": start.reason_against(facts, g.user) if facts else "A empresa não tem uma conexão com o WhatsApp.",
        "offers": start.offers(connection, debtor, g.user) if connection else [],
        "client_token": context.new_token(),
        "start_url": url_for("inbox.start_chat", debtor_id=debtor.id, por=request.args.get("por")),
    }


def _starter_id() -> int:
    return request.form.get("starter_id", 0, type=int)


def _token() -> str:
    return request.form.get("client_token", "")[:64] or context.new_token()
