"""The company's documents: written, changed, copied, switched off and brought back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

from portal import clock
from portal.accounts.models import Account, User
from portal.audit.service import ChangedMeanwhile, note
from portal.documents import queries
from portal.documents.kinds import group_of
from portal.documents.models import Document, DocumentKind
from portal.extensions import db

NAME_LIMIT = 80

Use = Callable[[int, int], list[str]]

_uses: list[Use] = []


class NameTaken(Exception):
    """Another document of the same group has this name; the two could not be told apart where one is chosen."""


def on_use(told: Use) -> None:
    """Have a feature say, in Portuguese, where it uses a document: `told(account_id, document_id)`."""
    if told not in _uses:
        _uses.append(told)


def uses_of(document: Document) -> list[str]:
    """Where a document is used, in Portuguese; empty when nobody chose it."""
    return [place for told in _uses for place in told(document.account_id, document.id)]


def state_of(document: Document) -> dict[str, Any]:
    """The whole restorable state of a document, as the audit keeps it."""
    return {
        "kind": document.kind.value,
        "name": document.name,
        "body": document.body,
        "active": document.active,
    }


def create(user: User, kind: DocumentKind, name: str, body: str) -> Document:
    """A new active document; commits. The body is one that `rules.check` accepts. Raises NameTaken."""
    document = _add(user, kind, name, body)
    db.session.commit()
    return document


def edit(document: Document, user: User, version: int, name: str, body: str) -> None:
    """Change name and text; commits. Raises ChangedMeanwhile, NameTaken."""
    _lock(document, version)
    _check_name(document.account_id, document.kind, name, document.id)
    _apply(document, user, "document.edit", name=name, body=body)
    db.session.commit()


def duplicate(document: Document, user: User) -> Document:
    """A copy under a name of its own ("Cópia de …"), active; commits."""
    names = queries.names_of(document.account_id, *group_of(document.kind).kinds)
    copy = _add(user, document.kind, copy_name(document.name, names), document.body)
    db.session.commit()
    return copy


def set_active(document: Document, user: User, version: int, *, active: bool) -> None:
    """Switch a document off or on; commits. Where it was chosen it stays chosen. Raises ChangedMeanwhile."""
    _lock(document, version)
    _apply(document, user, "document.activate" if active else "document.deactivate", active=active)
    db.session.commit()


def restore(document: Document, user: User, state: dict[str, Any]) -> None:
    """Bring a former state back as a further change; commits. Raises NameTaken."""
    db.session.refresh(document, with_for_update=True)
    _check_name(document.account_id, document.kind, state["name"], document.id)
    values = {field: state[field] for field in ("name", "body", "active")}
    _apply(document, user, "document.restore", **values)
    db.session.commit()


def copy_name(name: str, taken: Iterable[str]) -> str:
    """ "Cópia de X", with a number when there is one already, never longer than a name may be."""
    used = {each.casefold() for each in taken}
    for number in range(1, 10_000):
        tail = f" ({number})" if number > 1 else ""
        copy = f"Cópia de {name}"[: NAME_LIMIT - len(tail)].rstrip() + tail
        if copy.casefold() not in used:
            return copy
    raise NameTaken


def _add(user: User, kind: DocumentKind, name: str, body: str) -> Document:
    _check_name(user.account_id, kind, name, None)
    now = clock.now()
    document = Document(
        account_id=user.account_id, kind=kind, name=name, body=body, active=True, created_at=now, updated_at=now
    )
    db.session.add(document)
    db.session.flush()
    note(user.account_id, user.id, "document.create", _subject(document), None, state_of(document))
    return document


def _lock(document: Document, version: int) -> None:
    db.session.refresh(document, with_for_update=True)
    if document.version != version:
        db.session.rollback()
        raise ChangedMeanwhile


def _check_name(account_id: int, kind: DocumentKind, name: str, own_id: int | None) -> None:
    """Raises NameTaken. The company's row is locked: two who give one name at once take turns."""
    db.session.execute(sa.select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))
    others = queries.names_of(account_id, *group_of(kind).kinds, but=own_id)
    if name.casefold() in {other.casefold() for other in others}:
        db.session.rollback()
        raise NameTaken


def _apply(document: Document, user: User, action: str, **values: Any) -> None:
    """Set the fields that differ; nothing is noted, and no version counted, when none does."""
    before = state_of(document)
    for field, value in values.items():
        setattr(document, field, value)
    after = state_of(document)
    if after != before:
        document.version += 1
        document.updated_at = clock.now()
        note(document.account_id, user.id, action, _subject(document), before, after)


def _subject(document: Document) -> str:
    return f"document:{document.id}"
