from __future__ import annotations

from typing import Any

from flask import abort, g, redirect, request
from werkzeug.wrappers import Response

from portal.audit.service import ChangedMeanwhile
from portal.chat_starters import queries
from portal.chat_starters.forms import BindingsForm, bindings_form
from portal.chat_starters.models import ChatStarter
from portal.chat_starters.routes.common import blueprint, page_of_starter, starter_or_404, view_of
from portal.chat_starters.rules import wildcards
from portal.chat_starters.service import bind as service
from portal.chat_starters.service.common import mark
from portal.chat_starters.view import phone_of
from portal.extensions import htmx
from portal.portfolio.queries import debtor_in
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

PAGE, PREVIEW = "chat_starters/bindings.html", "chat_starters/_debtor.html"


@blueprint.get("/<int:starter_id>/coringas")
@admin_only
def bindings(starter_id: int) -> Response:
    starter = starter_or_404(starter_id)
    return fragment(PAGE, **_page(starter, _form(starter)))


@blueprint.get("/<int:starter_id>/coringas/previa")
@admin_only
def bindings_preview(starter_id: int) -> Response:
    starter = starter_or_404(starter_id)
    if not htmx:
        return redirect(page_of_starter(starter), 303)
    form = _form(starter, formdata=request.args, meta={"csrf": False})
    return fragment(PREVIEW, **_previewed(starter, form))


@blueprint.post("/<int:starter_id>/coringas")
@admin_only
def bind(starter_id: int) -> Response:
    starter = starter_or_404(starter_id)
    form = _form(starter)
    if not form.validate_on_submit():
        return invalid(PAGE, **_page(starter, form))
    try:
        service.bind(starter, g.user, form.seen.data or "", form.chosen)
    except ChangedMeanwhile:
        return _changed(starter, form)
    return saved("Coringas associados.", page_of_starter(starter))


def _changed(starter: ChatStarter, form: BindingsForm) -> Response:
    """What was chosen stays, while the starter still has wildcards to choose for."""
    if not view_of(starter).can_bind:
        return redirect(page_of_starter(starter), 303)
    fresh = bindings_form(queries.FIELDS, form.chosen, view_of(starter).wildcards, formdata=None)
    return invalid(PAGE, **_page(starter, fresh, conflict=True))


def _form(starter: ChatStarter, **options: Any) -> BindingsForm:
    """Before the approval there is nothing to associate."""
    found = view_of(starter)
    if not found.can_bind:
        abort(404)
    return bindings_form(queries.FIELDS, starter.bindings, found.wildcards, **options)


def _page(starter: ChatStarter, form: BindingsForm, *, conflict: bool = False) -> dict[str, Any]:
    return {"form": form, "mark": mark(starter), "conflict": conflict, **_previewed(starter, form)}


def _previewed(starter: ChatStarter, form: BindingsForm) -> dict[str, Any]:
    """The message as a real debtor would read it: the one marked, else the first found, else the first who owes."""
    words = request.args.get("busca", "").replace("\x00", "").strip()[:200]
    found = queries.find_debtors(g.account_id, words) if words else []
    ids = [each.id for each in found]
    wanted = request.args.get("devedor", type=int)
    chosen = wanted if wanted in ids else next(iter(ids), None)
    debtor = debtor_in(g.account_id, chosen) if chosen else queries.example_debtor(g.account_id)
    values = queries.values_of(debtor, g.user) if debtor else None
    return {
        "starter": view_of(starter),
        "phone": phone_of(starter, values, form.chosen),
        "debtor": debtor,
        "found": found,
        "words": words,
        "missing": service.missing(starter.body, form.chosen, values) if values else [],
        "fixed": wildcards.FIXED,
    }
