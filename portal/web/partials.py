"""The only four answers of a page that is made of fragments."""

from __future__ import annotations

import json
from typing import Any

from flask import flash, make_response, redirect, render_template
from werkzeug.wrappers import Response

from portal.extensions import htmx


def fragment(template: str, **context: Any) -> Response:
    """A fragment by itself, or a page: 200."""
    return make_response(render_template(template, **context))


def invalid(template: str, fragment_template: str | None = None, **context: Any) -> Response:
    """The form again with its errors: 422, the fragment alone when HTMX asked."""
    return make_response(render_template(_chosen(template, fragment_template), page_invalid=True, **context), 422)


def saved(message: str, url: str, fragment_template: str | None = None, **context: Any) -> Response:
    """A write that worked: the fragment and a toast for HTMX, else a redirect to `url` with a flash."""
    if htmx and fragment_template:
        response = make_response(render_template(fragment_template, **context))
        response.headers["HX-Trigger"] = toast(message)
        return response
    flash(message, "success")
    if htmx:
        response = make_response("", 200)
        response.headers["HX-Redirect"] = url
        return response
    return redirect(url, 303)


def stop_polling(template: str, **context: Any) -> Response:
    """The last state of a fragment that polls itself: 286 tells htmx 2 to stop, and the fragment has no trigger left."""
    return make_response(render_template(template, **context), 286)


def toast(message: str, tone: str = "success") -> str:
    """The value of an HX-Trigger header; JSON keeps it ASCII, for headers are Latin-1."""
    return json.dumps({"toast": {"message": message, "tone": tone}})


def _chosen(template: str, fragment_template: str | None) -> str:
    return fragment_template if htmx and fragment_template else template
