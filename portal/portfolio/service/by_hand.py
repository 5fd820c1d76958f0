"""Debtors by hand: their data, phones and codes. What was seen of one is its `updated_at`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.audit.service import ChangedMeanwhile, note
from portal.extensions import db
from portal.portfolio import queries
from portal.portfolio.creditor_queries import codes_of
from portal.portfolio.models import Creditor, Debtor, DebtorCode, Phone, PhoneKind
from portal.portfolio.rules import phones as phone_rules
from portal.portfolio.rules.search import search_key

TEXTS = ("name", "tax_id", "category", "address", "city", "state", "zip_code")


class TaxIdTaken(Exception):
    """The company has another debtor of this CPF/CNPJ."""

    def __init__(self, debtor_id: int | None) -> None:
        super().__init__()
        self.debtor_id = debtor_id


def create_debtor(account_id: int, user_id: int, facts: Mapping[str, Any]) -> Debtor:
    """A new debtor with the columns of `facts`, its phones (rules.phones.Phone) and codes; commits.

    Raises TaxIdTaken.
    """
    _check_tax_id(account_id, facts["tax_id"], None)
    now = clock.now()
    debtor = Debtor(account_id=account_id, created_at=now, updated_at=now)
    _take(debtor, facts)
    db.session.add(debtor)
    _flush(account_id, facts["tax_id"])
    _save_rest(debtor, facts)
    note(account_id, user_id, "debtor.create", f"debtor:{debtor.id}", None, debtor_state(debtor))
    db.session.commit()
    return debtor


def edit_debtor(debtor: Debtor, user_id: int, seen: datetime | None, facts: Mapping[str, Any]) -> None:
    """Change a debtor to `facts`; commits. `seen` is the `updated_at` that was seen, None for whichever there is.

    Raises ChangedMeanwhile, TaxIdTaken.
    """
    lock(debtor, seen)
    _check_tax_id(debtor.account_id, facts["tax_id"], debtor.id)
    before = debtor_state(debtor)
    _take(debtor, facts)
    _flush(debtor.account_id, facts["tax_id"])
    _save_rest(debtor, facts)
    after = debtor_state(debtor)
    if after == before:
        db.session.rollback()
        return
    debtor.updated_at = moment_after(debtor.updated_at)
    note(debtor.account_id, user_id, "debtor.edit", f"debtor:{debtor.id}", before, after)
    db.session.commit()


def lock(row: Any, seen: datetime | None) -> None:
    """Lock a debtor or a title and read it again. Raises ChangedMeanwhile when it is not what was seen."""
    db.session.refresh(row, with_for_update=True)
    if seen not in (None, row.updated_at):
        db.session.rollback()
        raise ChangedMeanwhile


def moment_after(last: datetime) -> datetime:
    """Now, and in any case later than `last`: two changes never look like one."""
    return max(clock.now(), last + timedelta(microseconds=1))


def debtor_state(debtor: Debtor) -> dict[str, Any]:
    """All that can be changed in a debtor, as JSON: phones as they are dialled, codes by creditor."""
    numbers = db.session.scalars(
        sa.select(Phone.e164).where(Phone.debtor_id == debtor.id).order_by(Phone.position, Phone.id)
    )
    codes = {str(creditor_id): code for creditor_id, code in sorted(codes_of(debtor.id).items())}
    texts = {name: getattr(debtor, name) or "" for name in TEXTS}
    return {**texts, "emails": list(debtor.emails), "phones": list(numbers), "codes": codes}


def read_state(values: Mapping[str, Any]) -> dict[str, Any]:
    """What `debtor_state` wrote, as `edit_debtor` takes it. Raises KeyError for a state of another shape."""
    return {
        **{name: str(values[name]) for name in TEXTS},
        "emails": list(values["emails"]),
        "phones": [phone_rules.parse(number) for number in values["phones"]],
        "codes": {int(creditor_id): code for creditor_id, code in values["codes"].items()},
    }


def _take(debtor: Debtor, facts: Mapping[str, Any]) -> None:
    for name in TEXTS:
        setattr(debtor, name, facts[name])
    debtor.search_name = search_key(facts["name"])
    debtor.emails = list(facts["emails"])


def _save_rest(debtor: Debtor, facts: Mapping[str, Any]) -> None:
    _save_phones(debtor, facts["phones"])
    _save_codes(debtor, facts["codes"])
    db.session.flush()
    db.session.expire(debtor, ["phones"])


def _save_phones(debtor: Debtor, wanted: Sequence[phone_rules.Phone]) -> None:
    """The phones become those wanted, in their order; a row whose number stays keeps its id."""
    kept = {phone.match_key: phone for phone in debtor.phones}
    for row in [phone for key, phone in kept.items() if key not in {each.match_key for each in wanted}]:
        db.session.delete(row)
    db.session.flush()
    for position, phone in enumerate(wanted, start=1):
        row = kept.get(phone.match_key) or Phone(account_id=debtor.account_id, debtor_id=debtor.id)
        row.e164, row.match_key, row.kind, row.position = phone.e164, phone.match_key, PhoneKind(phone.kind), position
        db.session.add(row)


def _save_codes(debtor: Debtor, wanted: Mapping[int, str]) -> None:
    """Codes of creditors of the company; an empty one is taken away, those of other creditors stay."""
    known = {row.creditor_id: row for row in db.session.scalars(sa.select(DebtorCode).filter_by(debtor_id=debtor.id))}
    for creditor_id, code in wanted.items():
        row = known.get(creditor_id)
        if row is not None and not code:
            db.session.delete(row)
        elif row is not None:
            row.code = code
        elif code and _is_own(debtor.account_id, creditor_id):
            db.session.add(
                DebtorCode(account_id=debtor.account_id, creditor_id=creditor_id, debtor_id=debtor.id, code=code)
            )


def _is_own(account_id: int, creditor_id: int) -> bool:
    return db.session.scalar(sa.select(Creditor.id).filter_by(account_id=account_id, id=creditor_id)) is not None


def _check_tax_id(account_id: int, tax_id: str, own_id: int | None) -> None:
    other = queries.debtor_by_tax_id(account_id, tax_id)
    if other is not None and other.id != own_id:
        taken = TaxIdTaken(other.id)
        db.session.rollback()
        raise taken


def _flush(account_id: int, tax_id: str) -> None:
    """Two people may save one CPF/CNPJ at the same moment: the database decides, and the second is told."""
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        other = queries.debtor_by_tax_id(account_id, tax_id)
        raise TaxIdTaken(other.id if other else None) from error
