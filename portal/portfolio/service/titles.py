"""Titles by hand. What was seen of one is its `updated_at`; those in an agreement are left to the agreement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.audit.service import note
from portal.extensions import db
from portal.portfolio.models import Creditor, Debtor, Title, TitleStatus
from portal.portfolio.service import creditors
from portal.portfolio.service.by_hand import lock, moment_after

KEY = ("creditor_id", "number", "due_date")
FIELDS = ("number", "due_date", "amount", "status", "boleto_line")


class TitleExists(Exception):
    """The debtor has another title of this creditor with this number and due date."""


class PaidUp(Exception):
    """What was paid of the title in former agreements is all of the amount: it cannot be open."""


class Negotiated(Exception):
    """The title is in an agreement: what it was when that was made stays."""


def create_title(debtor: Debtor, user_id: int, creditor_name: str, facts: Mapping[str, Any]) -> tuple[Title, bool]:
    """A new title of a debtor with the columns of `facts`, and whether its creditor is new too; commits.

    Raises TitleExists.
    """
    now = clock.now()
    creditor, is_new = _creditor(debtor.account_id, user_id, creditor_name)
    title = Title(
        account_id=debtor.account_id,
        debtor_id=debtor.id,
        creditor_id=creditor.id,
        sequence=1,
        created_at=now,
        updated_at=now,
    )
    _take(title, facts)
    db.session.add(title)
    _flush()
    note(debtor.account_id, user_id, "title.create", f"title:{title.id}", None, title_state(title))
    db.session.commit()
    return title, is_new


def edit_title(title: Title, user_id: int, seen: datetime | None, creditor_name: str, facts: Mapping[str, Any]) -> bool:
    """Change a title to `facts`; commits. `seen` is the `updated_at` that was seen, None for whichever there is.

    Says whether its creditor is new. Raises ChangedMeanwhile, Negotiated, PaidUp, TitleExists.
    """
    lock(title, seen)
    if title.status is TitleStatus.NEGOTIATED:
        db.session.rollback()
        raise Negotiated
    if facts["status"] is TitleStatus.OPEN and 0 < title.credited >= facts["amount"]:
        db.session.rollback()
        raise PaidUp
    before = title_state(title)
    creditor, is_new = _creditor(title.account_id, user_id, creditor_name)
    _change(title, creditor, facts)
    _flush()
    after = title_state(title)
    if after == before:
        db.session.rollback()
        return False
    title.updated_at = moment_after(title.updated_at)
    note(title.account_id, user_id, "title.edit", f"title:{title.id}", before, after)
    db.session.commit()
    return is_new


def title_state(title: Title) -> dict[str, Any]:
    """All that can be changed in a title, as JSON, and what was paid of it in former agreements."""
    return {
        "creditor": title.creditor_id,
        "number": title.number or "",
        "due_date": title.due_date.isoformat(),
        "amount": f"{title.amount:.2f}",
        "credited": f"{title.credited or 0:.2f}",
        "status": title.status.value,
        "boleto_line": title.boleto_line or "",
    }


def read_state(values: Mapping[str, Any]) -> dict[str, Any]:
    """What `title_state` wrote, as `edit_title` takes it. Raises KeyError, ValueError for a state of another shape."""
    return {
        "number": str(values["number"]),
        "due_date": date.fromisoformat(values["due_date"]),
        "amount": Decimal(values["amount"]),
        "status": TitleStatus(values["status"]),
        "boleto_line": str(values["boleto_line"]),
    }


def _change(title: Title, creditor: Creditor, facts: Mapping[str, Any]) -> None:
    """Another creditor, number or due date makes it another title, the first with that key."""
    before = tuple(getattr(title, name) for name in KEY)
    title.creditor_id = creditor.id
    _take(title, facts)
    if tuple(getattr(title, name) for name in KEY) != before:
        title.sequence = 1


def _take(title: Title, facts: Mapping[str, Any]) -> None:
    for name in FIELDS:
        setattr(title, name, facts[name])


def _creditor(account_id: int, user_id: int, name: str) -> tuple[Creditor, bool]:
    return creditors.find_or_add(account_id, user_id, name)


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise TitleExists from error
