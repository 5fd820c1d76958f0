"""Agreements over HTTP. Operators, who negotiate, see and make them; what takes something back is the admins'."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from flask import abort, g, request, url_for
from werkzeug.wrappers import Response

from portal import clock
from portal.audit.service import ChangedMeanwhile
from portal.portfolio import access, queries
from portal.portfolio.agreement_forms import AgreementForm, PaymentForm, SaveAgreementForm, starting_values
from portal.portfolio.models import Agreement, Creditor, Debtor, Instalment, Title
from portal.portfolio.queries import Standing
from portal.portfolio.routes.blueprint import blueprint
from portal.portfolio.routes.people import seen_moment
from portal.portfolio.rules.amounts import format_brl
from portal.portfolio.rules.charges import ZERO, Charge, summed
from portal.portfolio.rules.instalments import MODES, Mode
from portal.portfolio.service import agreement_figures, agreements
from portal.portfolio.service.agreement_figures import CannotAgree, Figures
from portal.web.guards import admin_only, signed_in
from portal.web.partials import fragment, invalid, saved

NEW, SHOW = "portfolio/agreement_form.html", "portfolio/agreement.html"
CHANGED = "Os valores mudaram depois do cálculo. Confira os de agora e salve de novo."
CONFLICT = "Outra pessoa mudou este acordo enquanto você o via. Confira como ele está agora e tente de novo."
ONE = "/<int:debtor_id>/acordos/<int:agreement_id>"

Owed = list[tuple[Title, Charge]]


@blueprint.app_template_filter("standing")
def standing(agreement: Agreement) -> Standing:
    """How an agreement is today: `agreement|standing`."""
    return queries.standing(agreement, _today())


@blueprint.get("/<int:debtor_id>/acordos/novo")
@signed_in
def new_agreement(debtor_id: int) -> Response:
    debtor = _debtor(debtor_id)
    owed, creditor = _owed(debtor)
    asked = "calcular" in request.args
    form = AgreementForm(request.args) if asked else AgreementForm(None, data=_start(owed, creditor))
    if not asked:
        return fragment(NEW, **_page(debtor, form, owed, creditor))
    figures = _figures(debtor, form) if form.validate() else None
    answer = fragment if figures else invalid
    return answer(NEW, **_page(debtor, form, owed, creditor, figures))


@blueprint.post("/<int:debtor_id>/acordos")
@signed_in
def propose_agreement(debtor_id: int) -> Response:
    debtor, form = _debtor(debtor_id), SaveAgreementForm()
    if not form.validate_on_submit():
        return _refused(debtor, form)
    try:
        found = agreements.propose(
            g.user, debtor, form.offer, seal=form.seal.data or "", form_token=form.form_token.data
        )
    except CannotAgree as error:
        form.refuse(error.field, str(error))
        return _refused(debtor, form)
    except agreements.FiguresChanged:
        return _refused(debtor, form, changed=True)
    return saved(f"Acordo nº {found.number} salvo como proposta.", _url(found))


@blueprint.get(ONE)
@signed_in
def show_agreement(debtor_id: int, agreement_id: int) -> Response:
    return fragment(SHOW, **_shown(_agreement(debtor_id, agreement_id)))


@blueprint.post(f"{ONE}/aceite")
@signed_in
def accept_agreement(debtor_id: int, agreement_id: int) -> Response:
    found = _agreement(debtor_id, agreement_id)
    return _done(found, "Aceite registrado. Os títulos estão negociados.", agreements.accept)


@blueprint.post(f"{ONE}/cancelamento")
@admin_only
def cancel_agreement(debtor_id: int, agreement_id: int) -> Response:
    return _done(_agreement(debtor_id, agreement_id), "Acordo cancelado.", agreements.cancel)


@blueprint.post(f"{ONE}/quebra")
@admin_only
def break_agreement(debtor_id: int, agreement_id: int) -> Response:
    found = _agreement(debtor_id, agreement_id)
    return _done(found, "Acordo quebrado. Os títulos estão em aberto de novo.", agreements.break_)


@blueprint.post(f"{ONE}/pagamentos")
@signed_in
def pay_instalment(debtor_id: int, agreement_id: int) -> Response:
    found, form = _agreement(debtor_id, agreement_id), PaymentForm()
    if not form.validate_on_submit():
        return invalid(SHOW, **_shown(found, form))
    return _done(found, "Pagamento registrado.", agreements.pay_instalment, form.number, form.pago_em.value)


@blueprint.post(f"{ONE}/pagamentos/desfazer")
@admin_only
def undo_payment(debtor_id: int, agreement_id: int) -> Response:
    found, form = _agreement(debtor_id, agreement_id), PaymentForm()
    return _done(found, "Pagamento desfeito.", agreements.undo_payment, form.number)


def _done(found: Agreement, message: str, verb: Any, *values: Any) -> Response:
    """Do it to the agreement as the form showed it; what is refused is said at the top of the agreement's page."""
    try:
        verb(found, g.user, seen_moment(request.form.get("seen")), *values)
    except ChangedMeanwhile:
        return invalid(SHOW, **_shown(found, problem=CONFLICT))
    except agreements.WrongState as error:
        return invalid(SHOW, **_shown(found, problem=str(error)))
    return saved(message, _url(found))


def _shown(found: Agreement, form: PaymentForm | None = None, problem: str = "") -> dict[str, Any]:
    now = standing(found)
    form = form or PaymentForm(formdata=None, data={"pago_em": _today().isoformat()})
    form.offer_parcels((each.number, _label(each)) for each in found.instalments if each.paid_on is None)
    return {
        "agreement": found,
        "now": now,
        "form": form,
        "problem": problem,
        "mode": MODES.get(Mode(found.mode), found.mode),
        "subject": agreements.subject(found),
        "told": [
            (_title_name(each["number"], date.fromisoformat(each["due_date"])), each["memory"])
            for each in found.memory
            if "title_id" in each
        ],
        "split": [line for each in found.memory for line in each.get("split", ())],
    }


def _refused(debtor: Debtor, form: SaveAgreementForm, *, changed: bool = False) -> Response:
    """The calculation again, with today's figures when they can be made."""
    owed, creditor = _owed(debtor, form.titulo.data)
    figures = _figures(debtor, form) if not form.errors and form.validate() else None
    problem = CHANGED if changed else ""
    return invalid(NEW, **_page(debtor, form, owed, creditor, figures, problem))


def _figures(debtor: Debtor, form: AgreementForm) -> Figures | None:
    try:
        return agreement_figures.calculate(g.user, debtor, form.offer, _today())
    except CannotAgree as error:
        form.refuse(error.field, str(error))
        return None


def _page(
    debtor: Debtor,
    form: AgreementForm,
    owed: Owed,
    creditor: Creditor | None,
    figures: Figures | None = None,
    problem: str = "",
) -> dict[str, Any]:
    creditors = {title.creditor_id: title.creditor for title, _ in owed}
    return {
        "debtor": debtor,
        "form": form,
        "creditor": creditor,
        "creditors": [(each, _of(owed, each)) for each in creditors.values()],
        "owed": _of(owed, creditor) if creditor else [],
        "together": summed(each for _, each in _of(owed, creditor)) if creditor else None,
        "most_discount": agreement_figures.most_discount(g.user, creditor) if creditor else None,
        "figures": figures,
        "told": [(_title_name(title.number, title.due_date), each.memory) for title, each in figures.titles]
        if figures
        else [],
        "problem": problem,
        "form_token": secrets.token_urlsafe(24),
        "today": _today(),
    }


def _owed(debtor: Debtor, chosen: list[str] | None = None) -> tuple[Owed, Creditor | None]:
    """The debtor's open titles, and the creditor to agree with: the one asked for, or the only one."""
    owed = queries.updated_titles(g.account_id, debtor.id, _today())
    wanted = chosen or request.args.getlist("titulo")
    asked = {title.creditor for title, _ in owed if str(title.id) in wanted}
    asked = asked or {title.creditor for title, _ in owed if str(title.creditor_id) == request.args.get("credor")}
    found = asked or {title.creditor for title, _ in owed}
    return owed, min(found, key=lambda each: each.id) if asked or len(found) == 1 else None


def _of(owed: Owed, creditor: Creditor) -> Owed:
    return [pair for pair in owed if pair[0].creditor_id == creditor.id]


def _start(owed: Owed, creditor: Creditor | None) -> dict[str, Any]:
    ids = [title.id for title, _ in owed if creditor and title.creditor_id == creditor.id]
    discount = creditor.discount_percent if creditor else ZERO
    return starting_values(ids, discount, _today())


def _debtor(debtor_id: int) -> Debtor:
    found = queries.debtor_in(g.account_id, debtor_id)
    return found if found and access.allowed(debtor_id) else abort(404)


def _agreement(debtor_id: int, agreement_id: int) -> Agreement:
    found = queries.agreement_in(g.account_id, debtor_id, agreement_id)
    return found if found and access.allowed(debtor_id) else abort(404)


def _title_name(number: str, due: date) -> str:
    return f"Título {number}, vencimento em {due:%d/%m/%Y}" if number else f"Título de {due:%d/%m/%Y}"


def _label(each: Instalment) -> str:
    which = f"{each.number}ª parcela" if each.number else "Entrada"
    return f"{which} · {each.due_date:%d/%m/%Y} · {format_brl(each.amount)}"


def _url(found: Agreement) -> str:
    given = request.args.get(access.ARGUMENT)
    return url_for(".show_agreement", debtor_id=found.debtor_id, agreement_id=found.id, por=given)


def _today() -> date:
    return clock.today(g.user.account.timezone)
