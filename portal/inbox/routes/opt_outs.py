"""Contacts with whom no chat may be started: the company's list, and the decision beside a conversation."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, request, url_for
from werkzeug.wrappers import Response

from portal.extensions import htmx
from portal.inbox import contact_queries as queries
from portal.inbox.forms import OptOutForm
from portal.inbox.routes import context
from portal.inbox.routes.blueprint import blueprint as inbox
from portal.inbox.rules.start import OptOut
from portal.inbox.service import opt_out
from portal.web.guards import admin_only, signed_in
from portal.web.partials import fragment, invalid, saved

blueprint = Blueprint("opt_outs", __name__, url_prefix="/nao-contatar")

INDEX, SIDE = "inbox/opt_outs.html", "inbox/_side.html"


@blueprint.get("")
@admin_only
def index() -> Response:
    return fragment(INDEX, **_context(OptOutForm(formdata=None)))


@blueprint.post("")
@admin_only
def add() -> Response:
    form = OptOutForm()
    if not form.validate_on_submit():
        return invalid(INDEX, **_context(form))
    opt_out.add(g.user, form.phone.data, OptOut(form.reason.data))
    return saved("Número incluído em Não contatar.", url_for(".index"))


@blueprint.post("/<int:contact_id>/liberar")
@admin_only
def release(contact_id: int) -> Response:
    contact = queries.contact_in(g.account_id, contact_id) or abort(404)
    opt_out.decide(contact.id, g.user, None)
    return saved("Número liberado: conversas podem ser iniciadas com ele outra vez.", url_for(".index"))


@inbox.post("/<int:conversation_id>/nao-contatar")
@signed_in
def decide_opt_out(conversation_id: int) -> Response:
    """Whoever may see a conversation may note the wish of the person; only an ADM may take it back."""
    conversation = context.visible(conversation_id)
    asked = request.form.get("motivo", "")
    if asked not in {*OptOut, "liberar"}:
        abort(400)
    if asked == "liberar" and not g.user.is_admin:
        abort(403)
    opt_out.decide(conversation.contact_id, g.user, None if asked == "liberar" else OptOut(asked))
    words = "Número liberado." if asked == "liberar" else "Nenhuma conversa será iniciada com este número."
    facts = context.side_context(context.visible(conversation_id)) if htmx else {}
    return saved(words, url_for("inbox.show", conversation_id=conversation_id), SIDE, **facts)


def _context(form: OptOutForm) -> dict[str, Any]:
    search = request.args.get("busca", "").replace("\x00", "").strip()[: context.SEARCH_LENGTH]
    page = queries.opted_out(g.account_id, search, request.args.get("pagina", 1, type=int))
    return {
        "form": form,
        "search": search,
        "page": page,
        "url": url_for(".index", busca=search or None),
    }
