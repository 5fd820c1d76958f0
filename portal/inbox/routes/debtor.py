"""The debtor's side of a conversation: who it is, documents filled in for them, files of the thread."""

from __future__ import annotations

from flask import abort, current_app, g, redirect, request, send_from_directory, url_for
from werkzeug.wrappers import Response

from portal.documents.service.issue import CannotIssue
from portal.extensions import htmx
from portal.inbox import queries, view
from portal.inbox.forms import DebtorForm
from portal.inbox.models import Conversation
from portal.inbox.routes import context
from portal.inbox.routes.actions import REFUSALS, explain
from portal.inbox.routes.blueprint import blueprint
from portal.inbox.service import documents, file_store, link
from portal.portfolio import queries as portfolio
from portal.portfolio.models import Debtor
from portal.web.guards import signed_in
from portal.web.partials import invalid, saved

SIDE = "inbox/_side.html"
UNKNOWN = "Nenhum devedor da carteira tem este CPF ou CNPJ. Confira o número."


@blueprint.post("/<int:conversation_id>/documento")
@signed_in
def send_document(conversation_id: int) -> Response:
    conversation = context.visible(conversation_id)
    key, token = request.form.get("documento", ""), request.form.get("client_token", "") or context.new_token()
    try:
        documents.queue_for_debtor(conversation.id, g.user, key, token[:64])
    except CannotIssue as error:
        return _refused(conversation_id, "O documento não pode ser emitido:", error.reasons)
    except documents.NotOffered:
        return _refused(conversation_id, "Este documento não está mais disponível. Escolha outro.")
    except REFUSALS as refusal:
        return _refused(conversation_id, f"O documento não foi enviado. {explain(refusal)}")
    return _done(conversation_id, "Documento na fila de envio.")


@blueprint.post("/<int:conversation_id>/devedor")
@signed_in
def link_debtor(conversation_id: int) -> Response:
    conversation, form = context.visible(conversation_id), DebtorForm()
    debtor = _suspect(conversation)
    if debtor is None and not form.validate_on_submit():
        return _refused(conversation_id, " ".join(form.tax_id.errors), tax_id=form.tax_id.data or "")
    debtor = debtor or portfolio.debtor_by_tax_id(g.account_id, form.tax_id.data)
    if debtor is None:
        return _refused(conversation_id, UNKNOWN, tax_id=form.tax_id.data)
    try:
        link.link(conversation.id, g.user, debtor)
    except link.AlreadyLinked:
        return _refused(conversation_id, "Outra pessoa já disse quem é o devedor desta conversa. Confira ao lado.")
    except REFUSALS as refusal:
        return _refused(conversation_id, explain(refusal))
    return _done(conversation_id, f"Conversa vinculada a {debtor.name}.")


def _suspect(conversation: Conversation) -> Debtor | None:
    """The debtor that was clicked, if the conversation's number is in their register: their CPF is not on the page."""
    chosen = request.form.get("debtor_id", type=int)
    return next((each for each in context.suspects(conversation) if each.id == chosen), None)


@blueprint.post("/<int:conversation_id>/devedor/desvincular")
@signed_in
def unlink_debtor(conversation_id: int) -> Response:
    conversation = context.visible(conversation_id)
    try:
        link.unlink(conversation.id, g.user)
    except REFUSALS as refusal:
        return _refused(conversation_id, explain(refusal))
    return _done(conversation_id, "A conversa não está mais vinculada a um devedor.")


@blueprint.get("/<int:conversation_id>/mensagens/<int:message_id>/arquivo")
@signed_in
def file(conversation_id: int, message_id: int) -> Response:
    """The document that the portal made for a message, for whoever may see the conversation."""
    message = queries.message_in(context.visible(conversation_id).id, message_id) or abort(404)
    found = view.file_of(message) or abort(404)
    if found.path.startswith(file_store.MEDIA):  # made by others: it has its own address, where nothing of it can run
        return redirect(url_for("inbox.media", conversation_id=conversation_id, message_id=message_id), 303)
    root = current_app.config["FILE_ROOT"]
    return send_from_directory(root, found.path, mimetype=found.mime_type, download_name=found.filename)


def _refused(conversation_id: int, problem: str, reasons: tuple[str, ...] = (), tax_id: str = "") -> Response:
    conversation = context.visible(conversation_id)
    told = {"problem": problem, "reasons": reasons, "tried": tax_id}
    facts = context.side_context(conversation) if htmx else context.page_context(conversation, pane="side")
    return invalid("inbox/index.html", SIDE, **{**facts, **told})


def _done(conversation_id: int, words: str) -> Response:
    conversation: Conversation = context.visible(conversation_id)
    return saved(
        words,
        url_for("inbox.show", conversation_id=conversation_id),
        SIDE,
        **context.side_context(conversation),
    )
