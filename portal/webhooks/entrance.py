"""The way in for what Meta posts, before Flask makes a request of it: signed → kept → 200.

Meta posts many bodies at once and repeats those that are answered late, so this way is kept short. What may not come in,
or cannot be kept, goes on to Flask with the reason; it has the answer, the page and the log for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wsgi import get_input_stream

from portal import gateways, jobs
from portal.config import MAX_WEBHOOK
from portal.extensions import db
from portal.gateways.cloud_api_webhooks import SIGNATURE_HEADER
from portal.webhooks.doors import Doors
from portal.webhooks.keeping import Keeper, row_of

KIND = "cloud_api"
REASON = "portal.webhook.reason"
"""Why a post was not let in, in the WSGI environment: the exception that the route raises."""

_PATH = re.compile(r"/webhooks/cloud-api/([A-Za-z0-9_-]{1,64})")
_SIGNATURE = "HTTP_" + SIGNATURE_HEADER.upper().replace("-", "_")
_HEADERS = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Length", "0"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
]
"""Of the empty 200. The others are for browsers, and this is read by none."""


class Entrance:
    """Stands before the whole application."""

    def __init__(self, app: Flask) -> None:
        self._flask = app.wsgi_app
        self._doors = Doors(app, KIND)
        with app.app_context():
            self._keeper = Keeper(db.engine)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        found = _PATH.fullmatch(environ["PATH_INFO"]) if environ["REQUEST_METHOD"] == "POST" else None
        if found is None:
            return self._flask(environ, start_response)
        try:
            self._receive(found[1], environ)
        except Exception as reason:
            environ[REASON] = reason
            return self._flask(environ, start_response)
        start_response("200 OK", _HEADERS)
        return ()

    def _receive(self, key: str, environ: dict[str, Any]) -> None:
        """Keep an authentic body durably. Raises werkzeug's NotFound, Forbidden or RequestEntityTooLarge, or what the
        database raises; nothing is kept then."""
        body = get_input_stream(environ, max_content_length=MAX_WEBHOOK).read()
        door = self._doors.find(key)
        if door is None:
            raise NotFound
        if not gateways.get(KIND).authentic(door.line, body, {SIGNATURE_HEADER: environ.get(_SIGNATURE, "")}):
            raise Forbidden
        self._keeper.keep(row_of(KIND, door.account_id, door.line, body))
        jobs.wake("apply-webhooks")
