from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, g, make_response, request, url_for
from werkzeug.wrappers import Response

from portal.chat_starters import queries as starters
from portal.connection import queries as connections
from portal.connection.models import Connection
from portal.dispatch.forms import FilterForm, StartForm
from portal.dispatch.models import Dispatch, DispatchStatus
from portal.dispatch.queries import dispatches, people
from portal.dispatch.service import control, export, overview, plan
from portal.portfolio.queries import creditors_of
from portal.web.guards import admin_only
from portal.web.paging import Page
from portal.web.partials import fragment, invalid, saved, stop_polling

blueprint = Blueprint("dispatch", __name__)

ONE = "/envios/<int:dispatch_id>"
SHOWN_FIRST = 20


@blueprint.get("/envios")
@admin_only
def index() -> Response:
    page = dispatches.dispatches_of(g.account_id, _page_number())
    return fragment(
        "dispatch/index.html",
        page=page,
        progress=dispatches.progress_of([dispatch.id for dispatch in page.items]),
        status_words=overview.STATUS_WORDS,
        paces=overview.paces_of(g.account_id),
        numbers=connections.names(g.account_id),
    )


@blueprint.get("/envios/novo")
@admin_only
def new() -> Response:
    connection = _number(request.args)
    form = _offered(FilterForm(request.args), connection)
    if "conferir" not in request.args or connection is None:
        if not {*request.args} - {"numero"}:
            form.atraso_de.data = 1
        return _filter_page(form, connection)
    if not form.validate():
        return _filter_page(form, connection, bad=True)
    return _preview_page(form, connection)


@blueprint.post("/envios")
@admin_only
def start() -> Response:
    connection = _number(request.form)
    form = _offered(StartForm(), connection)
    starter = starters.starter_in(g.account_id, form.modelo.data or 0)
    if not form.validate_on_submit() or connection is None or starter is None:
        return _filter_page(form, connection, bad=True)
    try:
        dispatch = plan.start(connection, starter, form.filter(), g.user, form.form_token.data)
    except plan.NotSendable as error:
        form.modelo.errors = [str(error)]
        return _filter_page(form, connection, bad=True)
    except plan.NobodyToReach:
        form.form_errors.append("Ninguém pode ser alcançado com este filtro agora. Mude o filtro e confira de novo.")
        return _filter_page(form, connection, bad=True)
    return saved("Envio iniciado.", url_for("dispatch.show", dispatch_id=dispatch.id))


@blueprint.get(ONE)
@admin_only
def show(dispatch_id: int) -> Response:
    dispatch = _dispatch(dispatch_id)
    return fragment(
        "dispatch/show.html",
        dispatch=dispatch,
        number=connections.names(g.account_id).get(dispatch.connection_id, ""),
        now=overview.overview(dispatch),
        filter_words=overview.filter_words(dispatch),
        started_by=dispatches.person_name(g.account_id, dispatch.created_by_id),
        left_out=dispatches.left_out_at_start(g.account_id, dispatch.id),
        **_people(dispatch),
    )


@blueprint.get(f"{ONE}/andamento")
@admin_only
def progress(dispatch_id: int) -> Response:
    dispatch = _dispatch(dispatch_id)
    now = overview.overview(dispatch)
    answer = stop_polling if now.is_final else fragment
    return answer("dispatch/_progress.html", dispatch=dispatch, now=now)


@blueprint.get(f"{ONE}/pessoas")
@admin_only
def recipients(dispatch_id: int) -> Response:
    dispatch = _dispatch(dispatch_id)
    now = overview.overview(dispatch)
    answer = stop_polling if now.is_final else fragment
    return answer("dispatch/_people.html", dispatch=dispatch, now=now, **_people(dispatch))


@blueprint.get(f"{ONE}/pessoas.csv")
@admin_only
def download(dispatch_id: int) -> Response:
    dispatch = _dispatch(dispatch_id)
    rows = overview.lines(dispatch, dispatches.all_recipients(dispatch.id, _show()))
    response = make_response(export.people_csv(rows, g.user.account.timezone))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f"attachment; filename=envio-{dispatch.id}.csv"
    return response


@blueprint.post(f"{ONE}/pausar")
@admin_only
def pause(dispatch_id: int) -> Response:
    return _move(dispatch_id, DispatchStatus.PAUSED, "Envio pausado.")


@blueprint.post(f"{ONE}/retomar")
@admin_only
def resume(dispatch_id: int) -> Response:
    return _move(dispatch_id, DispatchStatus.RUNNING, "Envio retomado.")


@blueprint.post(f"{ONE}/cancelar")
@admin_only
def cancel(dispatch_id: int) -> Response:
    return _move(dispatch_id, DispatchStatus.CANCELLED, "Envio cancelado.")


def _move(dispatch_id: int, status: DispatchStatus, message: str) -> Response:
    dispatch = _dispatch(dispatch_id)
    try:
        control.move(dispatch.id, status, g.user)
    except control.NotPossible:
        message = "Nada mudou: este envio já estava em outra situação."
    url = url_for("dispatch.show", dispatch_id=dispatch_id)
    context = {"dispatch": dispatch, "now": overview.overview(dispatch)}
    return saved(message, url, "dispatch/_progress.html", **context)


def _dispatch(dispatch_id: int) -> Dispatch:
    return dispatches.dispatch_in(g.account_id, dispatch_id) or abort(404)


def _people(dispatch: Dispatch) -> dict[str, Any]:
    page = dispatches.recipients(dispatch.id, _page_number(), _show())
    lines = overview.lines(dispatch, page.items)
    return {"page": Page(lines, page.number, page.total, page.size), "shown": _show()}


def _show() -> str:
    shown = request.args.get("mostrar", "")
    return shown if shown in ("falhas", "incertas", "fora") else ""


def _page_number() -> int:
    return request.args.get("pagina", 1, type=int)


def _number(sent: Mapping[str, str]) -> Connection | None:
    """The number that a dispatch is to go out by: the chosen one of those that are on, else the primary one."""
    if not sent.get("numero"):
        return connections.current(g.account_id)
    return next((each for each in connections.enabled(g.account_id) if str(each.id) == sent["numero"]), None)


def _offered(form: FilterForm, connection: Connection | None) -> Any:
    numbers, approved = plan.numbers(g.account_id), starters.approved(connection.id) if connection else []
    if numbers and connection and form.numero.data is None:
        form.numero.data = connection.id
    form.offer(
        list(numbers.items()),
        [(starter.id, starter.name) for starter in approved],
        [(creditor.id, creditor.name) for creditor in creditors_of(g.account_id)],
    )
    return form


def _filter_page(form: FilterForm, connection: Connection | None, *, bad: bool = False) -> Response:
    context: dict[str, Any] = {
        "form": form,
        "numbers": plan.numbers(g.account_id),
        "number": connection,
        "cities": people.cities_of(g.account_id),
        "has_starters": len(form.modelo.choices) > 1,
        "pace": overview.pace_of(connection)[0] if connection else None,
    }
    return (invalid if bad else fragment)("dispatch/new.html", **context)


def _preview_page(form: FilterForm, connection: Connection) -> Response:
    starter = starters.starter_in(g.account_id, form.modelo.data) or abort(404)
    try:
        found = plan.preview(connection, starter, form.filter())
    except plan.NotSendable as error:
        form.modelo.errors = [str(error)]
        return _filter_page(form, connection, bad=True)
    return fragment(
        "dispatch/preview.html",
        found=found,
        number=connections.names(g.account_id).get(connection.id, ""),
        first=found.reached[:SHOWN_FIRST],
        starter=starter,
        words=form.filter().words(dispatches.creditor_name(g.account_id, form.credor.data)),
        hidden=form.sent(),
        form_token=secrets.token_urlsafe(24),
        pace=overview.pace_of(connection)[0],
        ends=overview.forecast_words(connection, len(found.reached)),
        ahead=dispatches.planned_ahead(connection.id),
    )
