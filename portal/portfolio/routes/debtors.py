from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort, g, request, url_for
from werkzeug.wrappers import Response

from portal import clock
from portal.portfolio import access, queries
from portal.portfolio.forms import SearchForm
from portal.portfolio.routes.blueprint import blueprint
from portal.portfolio.rules import search
from portal.portfolio.rules.charges import Charge, summed
from portal.portfolio.rules.dates import days_overdue
from portal.web.guards import signed_in
from portal.web.partials import fragment


@blueprint.get("")
@signed_in
def index() -> Response:
    """Admins browse; operators search for somebody they can name, so that nobody copies the list of debtors."""
    form = SearchForm(request.args)
    wanted = search.read(form.q.data or "")
    return _browse(form, wanted) if g.user.is_admin else _search(form, wanted)


def _search(form: SearchForm, wanted: search.Wanted) -> Response:
    found, more = queries.find_few(g.account_id, wanted)
    context = {"form": form, "wanted": wanted, "found": found, "more": more}
    return fragment("portfolio/search.html", **context, today=_today(), days_overdue=days_overdue)


def _browse(form: SearchForm, wanted: search.Wanted) -> Response:
    creditors = queries.creditors_of(g.account_id)
    form.credor.choices = [("", "Todos"), *((str(each.id), each.name) for each in creditors)]
    creditor = next((each.id for each in creditors if str(each.id) == form.credor.data), None)
    page = queries.browse(g.account_id, wanted, creditor, request.args.get("pagina", 1, int))
    return fragment(
        "portfolio/index.html",
        form=form,
        page=page,
        url=url_for(".index", q=form.q.data or None, credor=creditor),
        filtered=not wanted.is_empty or creditor is not None,
        today=_today(),
        days_overdue=days_overdue,
    )


@blueprint.get("/<int:debtor_id>")
@signed_in
def show(debtor_id: int) -> Response:
    debtor = queries.debtor_in(g.account_id, debtor_id) or abort(404)
    if not access.allowed(debtor_id):
        abort(404)
    return fragment(
        "portfolio/debtor.html",
        debtor=debtor,
        groups=queries.titles_by_creditor(debtor),
        agreements=queries.agreements_of(g.account_id, debtor_id),
        **_owed(debtor_id),
    )


def _owed(debtor_id: int) -> dict[str, Any]:
    """What the open titles amount to today: one by one, by creditor, and in all."""
    today = _today()
    owed = queries.updated_titles(g.account_id, debtor_id, today)
    by_creditor: dict[int, list[Charge]] = {}
    for title, charge in owed:
        by_creditor.setdefault(title.creditor_id, []).append(charge)
    return {
        "open_titles": [title for title, _ in owed],
        "charges": {title.id: charge for title, charge in owed},
        "sums": {creditor_id: summed(charges) for creditor_id, charges in by_creditor.items()},
        "total": summed(charge for _, charge in owed),
        "today": today,
        "days_overdue": days_overdue,
    }


def _today() -> date:
    return clock.today(g.user.account.timezone)
