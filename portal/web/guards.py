"""Who may call a route. Every route carries exactly one of these marks; a test walks the url map and checks."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import abort, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

View = Callable[..., Any]


def public(view: View) -> View:
    view.guard = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs) if g.get("user") else _to_login()

    guarded.guard = "signed_in"  # type: ignore[attr-defined]
    return guarded


def admin_only(view: View) -> View:
    """Operators get 404: what is not for them does not exist for them."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not g.get("user"):
            return _to_login()
        if not g.user.is_admin:
            abort(404)
        return view(*args, **kwargs)

    guarded.guard = "admin_only"  # type: ignore[attr-defined]
    return guarded


def _to_login() -> Response:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    if request.headers.get("HX-Request"):
        response = make_response("", 200)
        response.headers["HX-Redirect"] = url_for("accounts.login")
        return response
    return redirect(url_for("accounts.login", proximo=wanted if wanted != "/" else None), 303)
