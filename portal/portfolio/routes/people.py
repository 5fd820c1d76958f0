"""Debtors by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import abort, g, request, url_for
from werkzeug.wrappers import Response

from portal.audit.service import ChangedMeanwhile
from portal.portfolio import creditor_queries, queries
from portal.portfolio.forms.debtors import DebtorForm, debtor_form
from portal.portfolio.models import Debtor
from portal.portfolio.routes.blueprint import blueprint
from portal.portfolio.service import by_hand
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

FORM = "portfolio/debtor_form.html"
NEVER = datetime(1, 1, 1, tzinfo=UTC)
TAKEN = "Já existe um devedor com este CPF/CNPJ."


@blueprint.get("/novo")
@admin_only
def new_debtor() -> Response:
    return fragment(FORM, **_page(debtor_form(None, (), {}), None))


@blueprint.post("/novo")
@admin_only
def create_debtor() -> Response:
    form = debtor_form(None, (), {})
    if not form.validate_on_submit():
        return invalid(FORM, **_page(form, None))
    try:
        debtor = by_hand.create_debtor(g.account_id, g.user.id, form.facts)
    except by_hand.TaxIdTaken as taken:
        return _taken(form, None, taken)
    return saved("Devedor criado.", url_for(".show", debtor_id=debtor.id))


@blueprint.get("/<int:debtor_id>/editar")
@admin_only
def edit_debtor(debtor_id: int) -> Response:
    debtor = _debtor(debtor_id)
    return fragment(FORM, **_page(_form(debtor), debtor))


@blueprint.post("/<int:debtor_id>/editar")
@admin_only
def save_debtor(debtor_id: int) -> Response:
    debtor = _debtor(debtor_id)
    form = _form(debtor)
    if not form.validate_on_submit():
        return invalid(FORM, **_page(form, debtor))
    try:
        by_hand.edit_debtor(debtor, g.user.id, seen_moment(form.seen.data), form.facts)
    except ChangedMeanwhile:
        return invalid(FORM, **_page(form, debtor, conflict=True))
    except by_hand.TaxIdTaken as taken:
        return _taken(form, debtor, taken)
    return saved("Devedor salvo.", url_for(".show", debtor_id=debtor_id))


def seen_moment(text: str | None) -> datetime:
    """The `updated_at` that a form was opened with; what is none of ours is one that no row has."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return NEVER
    return moment if moment.tzinfo else NEVER


def _taken(form: DebtorForm, debtor: Debtor | None, taken: by_hand.TaxIdTaken) -> Response:
    form.tax_id.errors = [TAKEN]
    return invalid(FORM, **_page(form, debtor, duplicate_id=taken.debtor_id))


def _debtor(debtor_id: int) -> Debtor:
    return queries.debtor_in(g.account_id, debtor_id) or abort(404)


def _form(debtor: Debtor) -> DebtorForm:
    creditors = creditor_queries.creditors_of_debtor(g.account_id, debtor.id)
    return debtor_form(debtor, creditors, creditor_queries.codes_of(debtor.id))


def _page(
    form: DebtorForm, debtor: Debtor | None, *, conflict: bool = False, duplicate_id: int | None = None
) -> dict[str, Any]:
    """The form carries what was seen when it was opened; after a conflict, what there is now."""
    seen = request.form.get("seen") if request.method == "POST" and not conflict else None
    now = debtor.updated_at.isoformat() if debtor else ""
    return {
        "form": form,
        "debtor": debtor,
        "conflict": conflict,
        "duplicate_id": duplicate_id,
        "seen": seen or now,
    }
