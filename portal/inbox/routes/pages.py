"""What only reads: the page, and each of its fragments at an address of its own."""

from __future__ import annotations

from flask import g, request
from werkzeug.wrappers import Response

from portal.extensions import htmx
from portal.inbox import queries
from portal.inbox.routes import context
from portal.inbox.routes.blueprint import blueprint
from portal.web.guards import signed_in
from portal.web.partials import fragment


@blueprint.get("")
@signed_in
def index() -> Response:
    return fragment("inbox/index.html", pane="list", conversation=None, notice="", **context.list_context())


@blueprint.get("/lista")
@signed_in
def conversation_list() -> Response:
    return fragment("inbox/_list.html", **context.list_context())


@blueprint.get("/nao-lidas")
@signed_in
def unread() -> Response:
    return fragment("inbox/_unread.html")


@blueprint.get("/<int:conversation_id>")
@signed_in
def show(conversation_id: int) -> Response:
    conversation = context.visible(conversation_id)
    return fragment("inbox/index.html", **context.page_context(conversation))


@blueprint.get("/<int:conversation_id>/mensagens")
@signed_in
def thread(conversation_id: int) -> Response:
    conversation = context.visible(conversation_id)
    return fragment("inbox/_thread.html", **context.thread_context(conversation))


@blueprint.get("/<int:conversation_id>/cabecalho")
@signed_in
def head(conversation_id: int) -> Response:
    conversation = context.visible(conversation_id)
    return fragment("inbox/_head.html", **context.desk_context(conversation))


@blueprint.get("/<int:conversation_id>/janela")
@signed_in
def window_banner(conversation_id: int) -> Response:
    conversation = context.visible(conversation_id)
    return fragment("inbox/_window.html", **context.desk_context(conversation))


@blueprint.get("/<int:conversation_id>/resposta")
@signed_in
def composer(conversation_id: int) -> Response:
    """The composer, or 204 while it would be the one that the browser has: what is being typed is left alone.

    For a conversation that is not this person's to see, whether it is there or not, the note that it is not."""
    if htmx and queries.conversation_for(g.user, conversation_id) is None:
        return fragment("inbox/_gone.html")
    conversation = context.visible(conversation_id)
    facts = context.desk_context(conversation)
    if request.args.get("estado") == facts["desk"]:
        return Response(status=204)
    return fragment("inbox/_composer.html", **facts, **context.composer_context(conversation))


@blueprint.get("/<int:conversation_id>/devedor")
@signed_in
def side(conversation_id: int) -> Response:
    """The debtor's panel: a pane of its own on a narrow screen."""
    conversation = context.visible(conversation_id)
    if htmx:
        return fragment("inbox/_side.html", **context.side_context(conversation))
    return fragment("inbox/index.html", **context.page_context(conversation, pane="side"))
