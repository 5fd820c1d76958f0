"""The files of messages, for whoever may see their conversation."""

from __future__ import annotations

from flask import abort, request, send_file
from werkzeug.wrappers import Response

from portal.inbox import file_queries
from portal.inbox.models import MessageFile
from portal.inbox.routes import context
from portal.inbox.routes.blueprint import blueprint
from portal.inbox.rules.files import INLINE
from portal.inbox.service import file_store
from portal.web.guards import signed_in

SHOWN = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
SAVED = "sandbox; default-src 'none'; frame-ancestors 'none'"


@blueprint.get("/<int:conversation_id>/mensagens/<int:message_id>/midia")
@signed_in
def media(conversation_id: int, message_id: int) -> Response:
    found = file_queries.stored_file(context.visible(conversation_id).id, message_id) or abort(404)
    return media_answer(found)


def media_answer(file: MessageFile) -> Response:
    """A stored file: shown by the browser when its type can do no harm, else saved; parts of it for players."""
    path = file_store.find(file.path) or abort(404)
    inline = file.mime_type in INLINE and not request.args.get("baixar")
    answer: Response = send_file(
        path, file.mime_type, as_attachment=not inline, download_name=file.filename, conditional=True, max_age=0
    )
    answer.headers["Content-Security-Policy"] = SHOWN if inline else SAVED
    return answer
