"""Agreements: proposed, accepted, paid, broken or cancelled, always under the lock of their company.

While an agreement is active its titles are negotiated. Broken or cancelled, they are open again with their original
values: the discounts are lost, and what was paid is credited to them. Paid in full, they are paid.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NoReturn

import sqlalchemy as sa

from portal import clock
from portal.accounts.models import Account, User
from portal.audit.service import ChangedMeanwhile, note
from portal.extensions import db
from portal.portfolio.models import (
    Agreement,
    AgreementStatus,
    AgreementTitle,
    Debtor,
    Instalment,
    Title,
    TitleStatus,
)
from portal.portfolio.rules.charges import to_json
from portal.portfolio.service.agreement_figures import CannotAgree, Figures, Offer, calculate
from portal.portfolio.service.agreement_titles import locked_titles, release_titles, set_titles
from portal.portfolio.service.by_hand import moment_after


class FiguresChanged(Exception):
    """The day, a title or the creditor's terms changed since the figures were shown: they are to be seen again."""


class WrongState(Exception):
    """The agreement is not in a state in which this can be done; the message is in Portuguese."""


def propose(user: User, debtor: Debtor, offer: Offer, *, seal: str, form_token: str) -> Agreement:
    """Fix the figures of an offer as a proposal, with the company's next number; commits.

    `seal` is of the figures that were shown. The same `form_token` again returns the same agreement. Raises
    CannotAgree and FiguresChanged.
    """
    _lock_company(user.account_id)
    token = f"{user.account_id}:{form_token}"
    again = db.session.scalar(sa.select(Agreement).where(Agreement.form_token == token))
    if again is not None:
        db.session.rollback()
        return again
    try:
        figures = calculate(user, debtor, offer, clock.today(user.account.timezone))
    except CannotAgree:
        db.session.rollback()
        raise
    if figures.seal != seal:
        db.session.rollback()
        raise FiguresChanged
    agreement = _new(user, debtor, offer, figures, token)
    db.session.add(agreement)
    db.session.flush()
    note(user.account_id, user.id, "agreement.propose", subject(agreement), None, agreement_state(agreement))
    db.session.commit()
    return agreement


def accept(agreement: Agreement, user: User, seen: datetime) -> None:
    """The debtor agreed: the agreement is active and its titles are negotiated; commits. A second time does nothing.

    Raises ChangedMeanwhile, and WrongState also when the proposal expired or a title is no longer what it was.
    """
    if not _begin(agreement, seen, AgreementStatus.ACTIVE):
        return
    _require(agreement, AgreementStatus.PROPOSED)
    if clock.today(user.account.timezone) > agreement.valid_until:
        _refuse(f"A proposta valia até {agreement.valid_until:%d/%m/%Y}. Faça um novo acordo com os valores de hoje.")
    for each, title in locked_titles(agreement):
        as_proposed = (title.owed, title.creditor_id) == (each.principal, agreement.creditor_id)
        if title.status is not TitleStatus.OPEN or not as_proposed:
            _refuse(
                f"O título {title.number or 'de ' + format(title.due_date, '%d/%m/%Y')} mudou depois da proposta. "
                "Cancele-a e faça um novo acordo."
            )
    set_titles(agreement, user, TitleStatus.OPEN, TitleStatus.NEGOTIATED)
    _turn(agreement, user, AgreementStatus.ACTIVE, "agreement.accept")


def cancel(agreement: Agreement, user: User, seen: datetime) -> None:
    """Give up a proposal or an active agreement; commits. Raises ChangedMeanwhile and WrongState."""
    if _begin(agreement, seen, AgreementStatus.CANCELLED):
        _require(agreement, AgreementStatus.PROPOSED, AgreementStatus.ACTIVE)
        release_titles(agreement, user)
        _turn(agreement, user, AgreementStatus.CANCELLED, "agreement.cancel")


def break_(agreement: Agreement, user: User, seen: datetime) -> None:
    """The debtor did not keep an active agreement; commits. Raises ChangedMeanwhile and WrongState."""
    if _begin(agreement, seen, AgreementStatus.BROKEN):
        _require(agreement, AgreementStatus.ACTIVE)
        release_titles(agreement, user)
        _turn(agreement, user, AgreementStatus.BROKEN, "agreement.break")


def pay_instalment(agreement: Agreement, user: User, seen: datetime, number: int, paid_on: date) -> None:
    """Record that an instalment (0 the entry) was paid on a day; commits. The last one fulfils the agreement.

    Raises ChangedMeanwhile and WrongState. The same payment twice is one.
    """
    instalment = _lock_instalment(agreement, number)
    if instalment.paid_on == paid_on:
        db.session.rollback()
        return
    _check_seen(agreement, seen)
    _require(agreement, AgreementStatus.ACTIVE)
    if instalment.paid_on is not None:
        _refuse("Esta parcela já está paga.")
    if not agreement.agreed_on <= paid_on <= clock.today(user.account.timezone):
        _refuse(f"O pagamento é de {agreement.agreed_on:%d/%m/%Y}, o dia do acordo, até hoje.")
    before = agreement_state(agreement)
    instalment.paid_on = paid_on
    if all(each.paid_on for each in agreement.instalments):
        agreement.status = AgreementStatus.FULFILLED
        set_titles(agreement, user, TitleStatus.NEGOTIATED, TitleStatus.PAID)
    _finish(agreement, user, "agreement.pay", before)


def undo_payment(agreement: Agreement, user: User, seen: datetime, number: int) -> None:
    """Take back the record of a payment; commits. An agreement that it had fulfilled is active again.

    Raises ChangedMeanwhile and WrongState.
    """
    instalment = _lock_instalment(agreement, number)
    if instalment.paid_on is None:
        db.session.rollback()
        return
    _check_seen(agreement, seen)
    _require(agreement, AgreementStatus.ACTIVE, AgreementStatus.FULFILLED)
    before = agreement_state(agreement)
    instalment.paid_on = None
    if agreement.status is AgreementStatus.FULFILLED:
        if any(title.status is not TitleStatus.PAID for _, title in locked_titles(agreement)):
            _refuse("Um dos títulos mudou depois de quitado o acordo: o pagamento não pode ser desfeito.")
        agreement.status = AgreementStatus.ACTIVE
        set_titles(agreement, user, TitleStatus.PAID, TitleStatus.NEGOTIATED)
    _finish(agreement, user, "agreement.unpay", before)


def subject(agreement: Agreement) -> str:
    """What the audit calls the agreement: its debtor's id is in its address."""
    return f"agreement:{agreement.debtor_id}.{agreement.id}"


def agreement_state(agreement: Agreement) -> dict[str, Any]:
    """What is told of an agreement in its history, as JSON."""
    return {
        "number": agreement.number,
        "status": agreement.status.value,
        "creditor": agreement.creditor_id,
        "titles": sorted(each.title_id for each in agreement.titles),
        "total": str(agreement.total),
        "discount": str(agreement.discount),
        "parcels": [
            {
                "number": each.number,
                "due_date": each.due_date.isoformat(),
                "amount": str(each.amount),
                "paid_on": each.paid_on.isoformat() if each.paid_on else None,
            }
            for each in agreement.instalments
        ],
    }


def _lock_company(account_id: int) -> None:
    """Agreements of a company change one after the other; whatever was read before is read again."""
    db.session.expire_all()
    db.session.get_one(Account, account_id, with_for_update=True)


def _begin(agreement: Agreement, seen: datetime, wanted: AgreementStatus) -> bool:
    """Lock and read again. False when the agreement already is what is wanted: the second of two clicks."""
    _lock_company(agreement.account_id)
    if agreement.status is wanted:
        db.session.rollback()
        return False
    _check_seen(agreement, seen)
    return True


def _lock_instalment(agreement: Agreement, number: int) -> Instalment:
    _lock_company(agreement.account_id)
    for each in agreement.instalments:
        if each.number == number:
            return each
    _refuse("Escolha uma parcela do acordo.")


def _check_seen(agreement: Agreement, seen: datetime) -> None:
    if agreement.updated_at != seen:
        db.session.rollback()
        raise ChangedMeanwhile


def _require(agreement: Agreement, *states: AgreementStatus) -> None:
    if agreement.status not in states:
        _refuse(f"O acordo está {agreement.status.value}: isto não pode mais ser feito.")


def _refuse(message: str) -> NoReturn:
    db.session.rollback()
    raise WrongState(message)


def _turn(agreement: Agreement, user: User, status: AgreementStatus, action: str) -> None:
    before = agreement_state(agreement)
    agreement.status = status
    _finish(agreement, user, action, before)


def _finish(agreement: Agreement, user: User, action: str, before: dict[str, Any]) -> None:
    agreement.updated_at = moment_after(agreement.updated_at)
    note(agreement.account_id, user.id, action, subject(agreement), before, agreement_state(agreement))
    db.session.commit()


def _next_number(account_id: int) -> int:
    last = db.session.scalar(sa.select(sa.func.max(Agreement.number)).where(Agreement.account_id == account_id))
    return (last or 0) + 1


def _new(user: User, debtor: Debtor, offer: Offer, figures: Figures, token: str) -> Agreement:
    now, entry = clock.now(), next((each.amount for each in figures.plan.parcels if each.number == 0), 0)
    return Agreement(
        account_id=user.account_id,
        number=_next_number(user.account_id),
        debtor_id=debtor.id,
        creditor_id=figures.creditor.id,
        status=AgreementStatus.PROPOSED,
        agreed_on=figures.on,
        valid_until=offer.valid_until,
        **_parts(figures.sum),
        entry=entry,
        mode=offer.mode.value,
        mode_percent=offer.percent,
        memory=_memory(figures),
        form_token=token,
        user_id=user.id,
        created_at=now,
        updated_at=now,
        titles=[_title(title, each) for title, each in figures.titles],
        instalments=[
            Instalment(
                account_id=user.account_id, number=each.number, due_date=each.due_date, amount=each.amount, paid_on=None
            )
            for each in figures.plan.parcels
        ],
    )


def _title(title: Title, charged: Any) -> AgreementTitle:
    return AgreementTitle(account_id=title.account_id, title_id=title.id, **_parts(charged))


def _parts(figures: Any) -> dict[str, Any]:
    names = ("principal", "fine", "interest", "fee", "discount", "total")
    return {name: getattr(figures, name) for name in names}


def _memory(figures: Figures) -> list[Any]:
    """The calculation of each title, then how the total was split."""
    titles = [{"title_id": title.id, "number": title.number, **to_json(each)} for title, each in figures.titles]
    return [*titles, {"split": [str(step) for step in figures.plan.memory]}]
