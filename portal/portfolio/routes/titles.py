"""Titles by hand, beneath their debtor."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort, g, request, url_for
from werkzeug.wrappers import Response

from portal import clock
from portal.audit.service import ChangedMeanwhile
from portal.portfolio import creditor_queries, queries
from portal.portfolio.forms.titles import TitleForm, shown
from portal.portfolio.models import Debtor, Title, TitleStatus
from portal.portfolio.routes.blueprint import blueprint
from portal.portfolio.routes.people import seen_moment
from portal.portfolio.rules.amounts import format_brl
from portal.portfolio.service import titles as service
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

FORM = "portfolio/title.html"
EXISTS = (
    "Este devedor já tem um título deste credor com o mesmo número e vencimento. "
    "Edite o que existe, ou informe outro número."
)
PAID_UP = "Já foram pagos {} deste título em acordo anterior. Informe um valor maior, ou mude a situação para “Pago”."
LOCKED = "Este título está em um acordo e não pode ser alterado enquanto o acordo valer."


@blueprint.get("/<int:debtor_id>/titulos/novo")
@admin_only
def new_title(debtor_id: int) -> Response:
    debtor = _debtor(debtor_id)
    return fragment(FORM, **_page(TitleForm(_today()), debtor))


@blueprint.post("/<int:debtor_id>/titulos/novo")
@admin_only
def create_title(debtor_id: int) -> Response:
    debtor, form = _debtor(debtor_id), TitleForm(_today())
    if not form.validate_on_submit():
        return invalid(FORM, **_page(form, debtor))
    try:
        _, new = service.create_title(debtor, g.user.id, form.creditor.data, form.facts)
    except service.TitleExists:
        form.number.errors = [EXISTS]
        return invalid(FORM, **_page(form, debtor))
    return _saved("Título criado.", form, debtor_id, new_creditor=new)


@blueprint.get("/<int:debtor_id>/titulos/<int:title_id>/editar")
@admin_only
def edit_title(debtor_id: int, title_id: int) -> Response:
    title = _title(debtor_id, title_id)
    return fragment(FORM, **_page(TitleForm(_today(), data=shown(title)), title.debtor, title))


@blueprint.post("/<int:debtor_id>/titulos/<int:title_id>/editar")
@admin_only
def save_title(debtor_id: int, title_id: int) -> Response:
    title, form = _title(debtor_id, title_id), TitleForm(_today())
    if title.status is TitleStatus.NEGOTIATED or not form.validate_on_submit():
        return invalid(FORM, **_page(form, title.debtor, title))
    try:
        new = service.edit_title(title, g.user.id, seen_moment(form.seen.data), form.creditor.data, form.facts)
    except (ChangedMeanwhile, service.Negotiated):
        return invalid(FORM, **_page(form, title.debtor, title, conflict=True))
    except service.PaidUp:
        form.amount.errors = [PAID_UP.format(format_brl(title.credited))]
        return invalid(FORM, **_page(form, title.debtor, title))
    except service.TitleExists:
        form.number.errors = [EXISTS]
        return invalid(FORM, **_page(form, title.debtor, title))
    return _saved("Título salvo.", form, debtor_id, new_creditor=new)


def _saved(message: str, form: TitleForm, debtor_id: int, *, new_creditor: bool) -> Response:
    if new_creditor:
        message += f" O credor {form.creditor.data} foi criado."
    return saved(message, url_for(".show", debtor_id=debtor_id))


def _today() -> date:
    return clock.today(g.user.account.timezone)


def _debtor(debtor_id: int) -> Debtor:
    return queries.debtor_in(g.account_id, debtor_id) or abort(404)


def _title(debtor_id: int, title_id: int) -> Title:
    return creditor_queries.title_in(g.account_id, debtor_id, title_id) or abort(404)


def _page(form: TitleForm, debtor: Debtor, title: Title | None = None, *, conflict: bool = False) -> dict[str, Any]:
    """The form carries what was seen when it was opened; after a conflict, what there is now."""
    seen = request.form.get("seen") if request.method == "POST" and not conflict else None
    return {
        "form": form,
        "debtor": debtor,
        "title": title,
        "conflict": conflict,
        "names": creditor_queries.names(g.account_id, "", debtor.id),
        "locked": LOCKED if title and title.status is TitleStatus.NEGOTIATED else None,
        "seen": seen or (title.updated_at.isoformat() if title else ""),
    }
