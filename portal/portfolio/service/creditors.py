"""Creditors by hand: who the money is owed to, and what the contract lets be charged."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.accounts.models import Account
from portal.audit.service import ChangedMeanwhile, note
from portal.extensions import db
from portal.portfolio.creditor_queries import creditor_named
from portal.portfolio.files.rows import creditor_key
from portal.portfolio.models import Creditor

PERCENTS = ("fine_percent", "interest_percent", "fee_percent", "discount_percent")
TEXTS = ("name", "tax_id", "address", "city", "state", "zip_code", "phone", "email", "pix_key", "fee_clause")
FIELDS = (*TEXTS, "consumer", *PERCENTS)


class NameTaken(Exception):
    """The company has another creditor of this name, perhaps in another spelling."""


def create(account_id: int, user_id: int, facts: Mapping[str, Any]) -> Creditor:
    """A new creditor with the columns in `facts` (FIELDS); commits. Raises NameTaken."""
    _check_name(account_id, facts["name"], None)
    creditor = Creditor(account_id=account_id, key=creditor_key(facts["name"]), created_at=clock.now(), version=1)
    _take(creditor, facts)
    db.session.add(creditor)
    _flush()
    note(account_id, user_id, "creditor.create", f"creditor:{creditor.id}", None, state(creditor))
    db.session.commit()
    return creditor


def find_or_add(account_id: int, user_id: int | None, name: str) -> tuple[Creditor, bool]:
    """The creditor of a name and whether it is new, in the caller's transaction. A new one charges nothing extra."""
    found = creditor_named(account_id, name) or _locked_look(account_id, name)
    if found is not None:
        return found, False
    creditor = Creditor(account_id=account_id, name=name, key=creditor_key(name), created_at=clock.now())
    db.session.add(creditor)
    _flush()
    note(account_id, user_id, "creditor.create", f"creditor:{creditor.id}", None, state(creditor))
    return creditor, True


def edit(creditor: Creditor, user_id: int, version: int | None, facts: Mapping[str, Any]) -> None:
    """Change a creditor to `facts`; commits. `version` is the one that was seen, None for whichever there is.

    Raises ChangedMeanwhile, NameTaken.
    """
    db.session.refresh(creditor, with_for_update=True)
    if version not in (None, creditor.version):
        db.session.rollback()
        raise ChangedMeanwhile
    _check_name(creditor.account_id, facts["name"], creditor.id)
    before = state(creditor)
    _take(creditor, facts)
    after = state(creditor)
    if after == before:
        db.session.rollback()
        return
    creditor.key, creditor.version = creditor_key(creditor.name), creditor.version + 1
    _flush()
    note(creditor.account_id, user_id, "creditor.edit", f"creditor:{creditor.id}", before, after)
    db.session.commit()


def state(creditor: Creditor) -> dict[str, Any]:
    """All that can be changed in a creditor, as JSON."""
    values = {name: getattr(creditor, name) or "" for name in TEXTS}
    percents = {name: f"{Decimal(getattr(creditor, name) or 0):.2f}" for name in PERCENTS}
    return {**values, "consumer": creditor.consumer is not False, **percents}


def read_state(values: Mapping[str, Any]) -> dict[str, Any]:
    """What `state` wrote, as `edit` takes it; what an old entry does not know is empty."""
    return {
        **{name: str(values.get(name, "")) for name in TEXTS},
        "consumer": bool(values.get("consumer", True)),
        **{name: Decimal(values.get(name, "0")) for name in PERCENTS},
    }


def _take(creditor: Creditor, facts: Mapping[str, Any]) -> None:
    for name in FIELDS:
        setattr(creditor, name, facts[name])


def _check_name(account_id: int, name: str, own_id: int | None) -> None:
    other = creditor_named(account_id, name)
    if other is not None and other.id != own_id:
        db.session.rollback()
        raise NameTaken


def _locked_look(account_id: int, name: str) -> Creditor | None:
    """Another look once nobody else of the company, nor an import, can be adding the same creditor."""
    db.session.execute(sa.select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))
    return creditor_named(account_id, name)


def _flush() -> None:
    """Two people may save one name at the same moment: the database decides, and the second is told."""
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise NameTaken from error
