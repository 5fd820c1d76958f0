from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, abort, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from portal.accounts import queries
from portal.accounts.forms import (
    AvailabilityForm,
    CompanyForm,
    EditPersonForm,
    LoginForm,
    PasswordForm,
    PersonForm,
    company_form,
)
from portal.accounts.models import Role, User
from portal.accounts.service import company as companies
from portal.accounts.service import login as logins
from portal.accounts.service import people, sessions
from portal.audit.service import ChangedMeanwhile
from portal.extensions import htmx
from portal.web.guards import admin_only, public, signed_in
from portal.web.partials import fragment, invalid, saved

blueprint = Blueprint("accounts", __name__)
own = Blueprint("own", __name__)
company = Blueprint("company", __name__)

TAKEN = "Este e-mail já é usado por outra pessoa no portal. Informe outro e-mail."
LAST_ADMIN = "A empresa precisa de pelo menos um ADM ativo, e este é o único. Antes, torne ADM outra pessoa."


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
        token = logins.log_in(form.email.data, form.password.data, request.remote_addr or "", request.user_agent.string)
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


@blueprint.get("/usuarios")
@admin_only
def users() -> Response:
    return fragment("accounts/users.html", people=queries.people_of(g.account_id))


@blueprint.get("/usuarios/novo")
@admin_only
def new_user() -> Response:
    return fragment("accounts/new.html", form=PersonForm(role=Role.OPERATOR.value))


@blueprint.post("/usuarios")
@admin_only
def create_user() -> Response:
    form = PersonForm()
    if not form.validate_on_submit():
        return invalid("accounts/new.html", form=form)
    try:
        user, password = people.create_user(
            g.account_id, g.user.id, form.name.data, form.email.data, Role(form.role.data)
        )
    except people.EmailTaken:
        form.email.errors = [TAKEN]
        return invalid("accounts/new.html", form=form)
    return fragment("accounts/password.html", title="Usuário criado", user=user, password=password)


@blueprint.get("/usuarios/<int:user_id>")
@admin_only
def edit_user(user_id: int) -> Response:
    user = _user(user_id)
    form = EditPersonForm(name=user.name, email=user.email, role=user.role.value, active=user.active)
    return fragment("accounts/edit.html", form=form, user=user)


@blueprint.post("/usuarios/<int:user_id>")
@admin_only
def save_user(user_id: int) -> Response:
    user, form = _user(user_id), EditPersonForm()
    if not form.validate_on_submit() or not _saved(user, form):
        return invalid("accounts/edit.html", form=form, user=user)
    still_admin = g.user.is_admin and g.user.active
    return saved(f"{user.name}: alterações salvas.", url_for("accounts.users") if still_admin else "/")


def _saved(user: User, form: EditPersonForm) -> bool:
    """Whether the change was made; else the form says why not."""
    blamed = form.role if form.active.data else form.active
    role = Role(form.role.data)
    try:
        if queries.has_other_admin(user) and form.shuts_out(user, g.user):
            return False
        people.edit_user(user, g.user.id, form.name.data, form.email.data, role, active=form.active.data)
    except people.EmailTaken:
        form.email.errors = [TAKEN]
    except people.LastAdmin:
        blamed.errors = [LAST_ADMIN]
    return not form.errors


@blueprint.post("/usuarios/<int:user_id>/redefinir-senha")
@admin_only
def reset_password(user_id: int) -> Response:
    user = _user(user_id)
    if user.id == g.user.id:
        return redirect(url_for("accounts.own.show"), 303)
    password = people.reset_password(user, g.user.id)
    return fragment("accounts/password.html", title="Senha redefinida", user=user, password=password)


@blueprint.post("/usuarios/<int:user_id>/encerrar-acessos")
@admin_only
def end_sessions(user_id: int) -> Response:
    user = _user(user_id)
    but = session["token"] if user.id == g.user.id else ""
    sessions.end_all(user, g.user.id, but=but)
    return saved(f"{user.name}: acessos encerrados.", url_for("accounts.edit_user", user_id=user.id))


def _user(user_id: int) -> User:
    return queries.user_in(g.account_id, user_id) or abort(404)


@own.get("/minha-conta")
@signed_in
def show() -> Response:
    return fragment("accounts/own.html", **_own(PasswordForm(formdata=None)))


@own.post("/minha-conta/senha")
@signed_in
def change_password() -> Response:
    form = PasswordForm()
    if not form.validate_on_submit() or not form.fits(g.user):
        return invalid("accounts/own.html", **_own(form))
    people.change_password(g.user, form.new.data, session["token"])
    return saved("Senha trocada. Seus outros acessos foram encerrados.", url_for("accounts.own.show"))


@own.post("/minha-conta/acessos/<ref>/encerrar")
@signed_in
def end_session(ref: str) -> Response:
    if not sessions.end_one(g.user, ref):
        abort(404)
    return saved("Acesso encerrado.", url_for("accounts.own.show"))


@own.post("/minha-conta/acessos/encerrar-outros")
@signed_in
def end_others() -> Response:
    sessions.end_all(g.user, g.user.id, but=session["token"])
    return saved("Seus outros acessos foram encerrados.", url_for("accounts.own.show"))


def _own(form: PasswordForm) -> dict[str, Any]:
    return {"form": form, "sessions": sessions.open_sessions(g.user, session["token"])}


@own.post("/disponibilidade")
@signed_in
def set_available() -> Response:
    """The switch in the top bar of every page of an operator; admins receive what nobody else can, without a switch."""
    if g.user.is_admin:
        abort(404)
    form = AvailabilityForm()
    people.set_available(g.user, bool(form.available.data))
    if htmx:
        return fragment("accounts/_availability.html")  # the switch says it; on a phone a toast would cover it
    told = "Você está disponível: novas conversas chegam para você."
    if not g.user.available:
        told = "Você está indisponível: novas conversas não chegam para você."
    return saved(told, _back())


def _back() -> str:
    """The page from which a form of the top bar was sent."""
    referrer = request.referrer or ""
    return _safe(referrer.removeprefix(request.host_url.rstrip("/")))


@company.get("/empresa", endpoint="show")
@admin_only
def show_company() -> Response:
    return fragment("accounts/company.html", **_company(company_form(g.user.account)))


@company.post("/empresa", endpoint="save")
@admin_only
def save_company() -> Response:
    form = company_form(g.user.account)
    if not form.validate_on_submit():
        return invalid("accounts/company.html", **_company(form))
    try:
        companies.edit(g.user.account, g.user.id, form.version.data or 0, form.facts)
    except ChangedMeanwhile:
        return invalid("accounts/company.html", **_company(form, conflict=True))
    return saved("Dados da empresa salvos.", url_for("accounts.company.show"))


def _company(form: CompanyForm, *, conflict: bool = False) -> dict[str, Any]:
    """The form carries the version that it was opened with; after a conflict, that of now."""
    sent = form.version.data if request.method == "POST" and not conflict else None
    return {"form": form, "conflict": conflict, "version": sent or g.user.account.version}


blueprint.register_blueprint(own)
blueprint.register_blueprint(company)


def _safe(target: str) -> str:
    """Only a path of this site: never another host, however it is spelled."""
    parts = urlsplit(target)
    harmless = target.startswith("/") and not target.startswith(("//", "/\\")) and "\\" not in target
    return target if harmless and not parts.scheme and not parts.netloc and target.isprintable() else "/"
