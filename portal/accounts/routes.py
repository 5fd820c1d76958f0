from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from portal.accounts.forms import LoginForm
from portal.accounts.service import login as logins
from portal.web.guards import public, signed_in
from portal.web.partials import fragment, invalid

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/login")
@public
def login() -> Response:
    if g.user:
        return redirect("/", 303)
    return fragment("accounts/login.html", form=LoginForm())


@blueprint.post("/login")
@public
def log_in() -> Response:
    form = LoginForm()
    if not form.validate_on_submit():
        return invalid("accounts/login.html", form=form)
    try:
        token = logins.log_in(
            form.email.data, form.password.data, request.remote_addr or "", request.user_agent.string
        )
    except logins.TooManyFailures:
        form.email.errors = ["Muitas tentativas com senha errada. Espere 15 minutos e tente de novo."]
        return invalid("accounts/login.html", form=form)
    if token is None:
        form.email.errors = ["E-mail ou senha incorretos. Confira os dois e tente de novo."]
        return invalid("accounts/login.html", form=form)
    session.clear()  # a new CSRF token with the new login
    session["token"] = token
    return redirect(_safe(request.args.get("proximo", "")), 303)


@blueprint.post("/logout")
@signed_in
def logout() -> Response:
    logins.log_out(session["token"])
    session.clear()
    response = redirect(url_for("accounts.login"), 303)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def _safe(target: str) -> str:
    """Only a path of this site: never another host, however it is spelled."""
    parts = urlsplit(target)
    harmless = target.startswith("/") and not target.startswith(("//", "/\\")) and "\\" not in target
    return target if harmless and not parts.scheme and not parts.netloc and target.isprintable() else "/"
