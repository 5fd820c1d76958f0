"""Creditors (credores): the list, and what is known and charged of each."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, g, request, url_for
from werkzeug.wrappers import Response

from portal import clock
from portal.audit.service import ChangedMeanwhile
from portal.portfolio import creditor_queries as queries
from portal.portfolio.forms import CreditorSearchForm
from portal.portfolio.forms.creditors import START, CreditorForm, TermsForm, shown
from portal.portfolio.models import Creditor
from portal.portfolio.rules.charges import charge
from portal.portfolio.service import creditors as service
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

blueprint = Blueprint("creditors", __name__, url_prefix="/credores")

FORM = "portfolio/creditor.html"
EXAMPLE_AMOUNT, EXAMPLE_DAYS = Decimal(1000), 60
TAKEN = "Já existe um credor com este nome. Edite o que existe, ou use outro nome."


@blueprint.get("")
@admin_only
def index() -> Response:
    form = CreditorSearchForm(request.args)
    text, incomplete = form.q.data or "", bool(form.faltam.data)
    return fragment(
        "portfolio/creditors.html",
        form=form,
        page=queries.browse(g.account_id, text, request.args.get("pagina", 1, int), incomplete=incomplete),
        url=url_for(".index", q=text or None, faltam="y" if incomplete else None),
        filtered=bool(text.strip()) or incomplete,
    )


@blueprint.get("/novo")
@admin_only
def new() -> Response:
    return fragment(FORM, **_page(CreditorForm(data=START), None))


@blueprint.post("/novo")
@admin_only
def create() -> Response:
    form = CreditorForm()
    if not form.validate_on_submit():
        return invalid(FORM, **_page(form, None))
    try:
        creditor = service.create(g.account_id, g.user.id, form.facts)
    except service.NameTaken:
        form.name.errors = [TAKEN]
        return invalid(FORM, **_page(form, None))
    return saved("Credor criado.", url_for(".edit", creditor_id=creditor.id))


@blueprint.get("/<int:creditor_id>/editar")
@admin_only
def edit(creditor_id: int) -> Response:
    creditor = _creditor(creditor_id)
    return fragment(FORM, **_page(CreditorForm(data=shown(creditor)), creditor))


@blueprint.post("/<int:creditor_id>/editar")
@admin_only
def save(creditor_id: int) -> Response:
    creditor, form = _creditor(creditor_id), CreditorForm()
    if not form.validate_on_submit():
        return invalid(FORM, **_page(form, creditor))
    try:
        service.edit(creditor, g.user.id, form.version.data or 0, form.facts)
    except ChangedMeanwhile:
        return invalid(FORM, **_page(form, creditor, conflict=True))
    except service.NameTaken:
        form.name.errors = [TAKEN]
        return invalid(FORM, **_page(form, creditor))
    return saved("Credor salvo.", url_for(".edit", creditor_id=creditor_id))


@blueprint.get("/exemplo")
@admin_only
def example() -> Response:
    """What the percentages that are being typed do to a debt."""
    return fragment("portfolio/_creditor_example.html", example=_example(TermsForm(request.args)))


@blueprint.get("/nomes")
@admin_only
def names() -> Response:
    """What a field offers while the name of a creditor is being typed."""
    found = queries.names(g.account_id, request.args.get("creditor", ""))
    return fragment("portfolio/_creditor_names.html", names=found)


def _creditor(creditor_id: int) -> Creditor:
    return queries.creditor_in(g.account_id, creditor_id) or abort(404)


def _page(form: CreditorForm, creditor: Creditor | None, *, conflict: bool = False) -> dict[str, Any]:
    """The example is of what the fields say. After a conflict, the version is the one of now."""
    sent = form.version.data if request.method == "POST" and not conflict else None
    terms = TermsForm(formdata=None, data={name: form[name].data for name in START})
    return {
        "form": form,
        "creditor": creditor,
        "conflict": conflict,
        "version": sent or (creditor.version if creditor else 0),
        "example": _example(terms),
        "lacks": queries.missing_data(creditor) if creditor else (),
    }


def _example(form: TermsForm) -> dict[str, Any] | None:
    """A debt of R$ 1.000,00 two months late; None while a percentage cannot be read."""
    if not form.validate():
        return None
    today = clock.today(g.user.account.timezone)
    due = today - timedelta(days=EXAMPLE_DAYS)
    return {"charge": charge(EXAMPLE_AMOUNT, due, today, form.terms), "days": EXAMPLE_DAYS}
