"""How much an answer with files may weigh, said before its body is read."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, session, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from portal.extensions import htmx
from portal.inbox.attachments import MAX_TOTAL, TOO_MUCH
from portal.inbox.routes.actions import refused_in_place
from portal.inbox.routes.blueprint import blueprint
from portal.web.errors import page, swallow

ANSWER = "inbox.answer"
FORM = 1024 * 1024
"""Bytes of what surrounds the files."""


@blueprint.url_value_preprocessor
def allow_files(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Answers may carry files, of whoever has logged in. This runs before the body is read, which happens in the check
    of the CSRF token: before any transaction, so that a slow upload holds nothing up."""
    if endpoint == ANSWER and session.get("token"):
        request.max_content_length = MAX_TOTAL + FORM


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> Response:
    """Nothing of the request was looked at: neither who asks nor their words."""
    if session.get("token"):
        swallow()
    if request.endpoint != ANSWER or not session.get("token"):
        return page(413)
    if htmx:
        return refused_in_place(TOO_MUCH)
    flash(f"A mensagem não foi enviada. {TOO_MUCH}", "danger")
    return redirect(url_for("inbox.show", **request.view_args or {}), 303)
