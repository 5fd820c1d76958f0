"""What people do in a conversation."""

from __future__ import annotations

import json
from typing import Any

from flask import abort, g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.extensions import htmx
from portal.inbox import queries
from portal.inbox.forms import ReplyForm
from portal.inbox.models import Conversation, Message
from portal.inbox.routes import context
from portal.inbox.routes.blueprint import blueprint
from portal.inbox.service import assign, attach, reply
from portal.web.guards import signed_in
from portal.web.partials import fragment, invalid, saved, toast

REFUSALS = (assign.Closed, assign.Taken, reply.WindowClosed, reply.OptedOut, reply.DayIsFull, reply.NotDecidable)


def explain(refusal: Exception) -> str:
    """Why something was not done, and what to do instead."""
    if isinstance(refusal, assign.Taken):
        return f"Esta conversa está com {refusal.name}." if refusal.name else "Assuma a conversa antes de responder."
    if isinstance(refusal, reply.WindowClosed):
        return "A janela de 24 h fechou. Para voltar a falar, envie um modelo de início de chat."
    if isinstance(refusal, reply.OptedOut):
        return str(refusal)
    if isinstance(refusal, reply.DayIsFull):
        return "O limite de conversas iniciadas hoje foi atingido. Tente amanhã."
    if isinstance(refusal, reply.NotDecidable):
        return "A situação desta mensagem já mudou. Confira a conversa."
    return "Esta conversa foi encerrada."


@blueprint.post("/<int:conversation_id>/responder")
@signed_in
def answer(conversation_id: int) -> Response:
    conversation = context.visible(conversation_id)
    form = ReplyForm()
    form.largest = attach.largest_for(conversation.connection)
    if not form.validate_on_submit():
        return _not_sent(conversation, form, form.problems)
    try:
        _send(conversation.id, form)
    except REFUSALS as refusal:
        return _not_sent(conversation, form, f"A mensagem não foi enviada. {explain(refusal)}")
    if not htmx:
        return redirect(url_for("inbox.show", conversation_id=conversation_id), 303)
    conversation = context.visible(conversation_id)
    return fragment("inbox/_sent.html", client_token=context.new_token(), **context.thread_context(conversation))


def _send(conversation_id: int, form: ReplyForm) -> None:
    text, token = form.text.data or "", form.client_token.data or context.new_token()
    if form.attachments:
        attach.send_files(conversation_id, g.user, form.attachments, text, token)
    else:
        reply.send_text(conversation_id, g.user, text, token)


def _not_sent(conversation: Conversation, form: ReplyForm, refusal: str) -> Response:
    """The reason beside the composer; the draft stays, and whatever else changed is fetched."""
    if htmx:
        return refused_in_place(refusal)
    conversation = context.visible(conversation.id)
    again = " Nenhum arquivo foi enviado: escolha os arquivos de novo." if form.files.data else ""
    return invalid("inbox/index.html", **context.page_context(conversation, form=form, refusal=refusal + again))


def refused_in_place(refusal: str) -> Response:
    """The reason beside a composer that stays as it is, its draft and its files too."""
    response = invalid("inbox/_refusal.html", refusal=refusal)
    response.headers.update({"HX-Retarget": "#refusal", "HX-Reswap": "outerHTML", "HX-Trigger": "live-reset"})
    return response


@blueprint.post("/<int:conversation_id>/assumir")
@signed_in
def take(conversation_id: int) -> Response:
    conversation = queries.conversation_for(g.user, conversation_id)
    if conversation is None:
        return _gone(conversation_id)
    try:
        assign.take(conversation.id, g.user, over=request.form.get("de", type=int))
    except assign.Taken as taken:
        return _told(conversation_id, f"{taken.name or 'Outra pessoa'} já assumiu esta conversa.")
    except assign.Closed as closed:
        return _told(conversation_id, explain(closed))
    return saved("Conversa assumida.", url_for("inbox.show", conversation_id=conversation_id))


def _gone(conversation_id: int) -> Response:
    """Between seeing a conversation in the queue and taking it, somebody else did: say who."""
    owner = queries.operator_of(g.account_id, conversation_id)
    if owner is None:
        abort(404)
    return _told(conversation_id, f"{owner} já assumiu esta conversa.")


@blueprint.post("/<int:conversation_id>/encerrar")
@signed_in
def close(conversation_id: int) -> Response:
    conversation = context.visible(conversation_id)
    try:
        reply.close(conversation.id, g.user)
    except REFUSALS as refusal:
        return _told(conversation_id, f"Nada foi feito. {explain(refusal)}")
    return saved("Conversa encerrada.", url_for("inbox.index"))


def _told(conversation_id: int, notice: str) -> Response:
    """The page as it is now, with what prevented the action on top."""
    conversation = queries.conversation_for(g.user, conversation_id)
    if conversation is None:
        facts: dict[str, Any] = {"pane": "list", "conversation": None, **context.list_context()}
    else:
        facts = context.page_context(conversation)
    return invalid("inbox/index.html", **{**facts, "notice": notice})


@blueprint.post("/<int:conversation_id>/lida")
@signed_in
def mark_read(conversation_id: int) -> Response:
    conversation = context.visible(conversation_id)
    reply.mark_read(conversation.id, g.user)
    return Response(status=204)


@blueprint.post("/<int:conversation_id>/mensagens/<int:message_id>/reenviar")
@signed_in
def resend(conversation_id: int, message_id: int) -> Response:
    message = _message(conversation_id, message_id)
    try:
        reply.resend(message, g.user)
    except REFUSALS as refusal:
        return _decided(conversation_id, explain(refusal), "danger")
    return _decided(conversation_id, "A mensagem voltou para a fila de envio.")


@blueprint.post("/<int:conversation_id>/mensagens/<int:message_id>/dar-como-enviada")
@signed_in
def assume_sent(conversation_id: int, message_id: int) -> Response:
    message = _message(conversation_id, message_id)
    try:
        reply.assume_sent(message, g.user)
    except REFUSALS as refusal:
        return _decided(conversation_id, explain(refusal), "danger")
    return _decided(conversation_id, "Mensagem dada como enviada.")


def _message(conversation_id: int, message_id: int) -> Message:
    message = queries.message_in(context.visible(conversation_id).id, message_id)
    if message is None:
        abort(404)
    return message


def _decided(conversation_id: int, words: str, tone: str = "success") -> Response:
    if tone == "danger" and not htmx:
        return _told(conversation_id, words)
    conversation = context.visible(conversation_id)
    url = url_for("inbox.show", conversation_id=conversation_id)
    if tone == "success":
        return saved(words, url, "inbox/_thread.html", **context.thread_context(conversation))
    response = invalid("inbox/_thread.html", **context.thread_context(conversation))
    response.headers["HX-Trigger"] = json.dumps({**json.loads(toast(words, tone)), "live-reset": {}})
    return response
