"""What the company says of itself on its documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.accounts.models import Account
from portal.audit.service import ChangedMeanwhile, note
from portal.extensions import db

FIELDS = ("name", "tax_id", "address", "phone")


@dataclass(frozen=True)
class Notation:
    """How a value is written: `read` raises ValueError with the reason, in Portuguese; `show` is for people."""

    read: Callable[[str], str] = str
    show: Callable[[str], str] = str


_notations: dict[str, Notation] = {}


def read_with(field: str, read: Callable[[str], str], show: Callable[[str], str]) -> None:
    """Lend a later package's rules to a field (CPF/CNPJ, telefone), which this one does not know."""
    _notations[field] = Notation(read, show)


def read(field: str, text: str) -> str:
    """A field as it is kept. Raises ValueError with the reason, in Portuguese."""
    return _notations.get(field, Notation()).read(text) if text else ""


def show(field: str, value: str) -> str:
    """A field as a person writes it."""
    return _notations.get(field, Notation()).show(value) if value else ""


def edit(account: Account, user_id: int, version: int | None, facts: Mapping[str, str]) -> None:
    """Change the company to `facts` (FIELDS, as `read` answers them); commits. `version` None: whichever there is.

    Raises ChangedMeanwhile.
    """
    db.session.refresh(account, with_for_update=True)
    if version not in (None, account.version):
        db.session.rollback()
        raise ChangedMeanwhile
    before = state(account)
    for name in FIELDS:
        setattr(account, name, facts[name])
    after = state(account)
    if after == before:
        db.session.rollback()
        return
    account.version += 1
    note(account.id, user_id, "company.edit", f"company:{account.id}", before, after)
    db.session.commit()


def state(account: Account) -> dict[str, Any]:
    """All that can be changed in a company, as JSON."""
    return {name: getattr(account, name) or "" for name in FIELDS}
