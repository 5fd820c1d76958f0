from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal.account_settings.models import AccountSettings
from portal.accounts import queries as accounts
from portal.accounts.models import Role, User
from portal.documents import queries as documents
from portal.documents.models import Document, DocumentKind
from portal.extensions import db

KINDS: Mapping[str, DocumentKind] = {
    "agreement_term_id": DocumentKind.AGREEMENT_TERM,
    "debt_statement_id": DocumentKind.ORIGINAL_STATEMENT,
}
"""The fields that name a document, here and for each creditor, and the kind that can be chosen in each."""

OFF = "inativo"

Options = list[tuple[int, str]]


class NamesDocuments(Protocol):
    """Settings of the company or of a creditor."""

    agreement_term: Document | None
    debt_statement: Document | None


def settings_of(account_id: int) -> AccountSettings:
    """The company's choices with what they name; an unsaved row of version 0 while nothing was ever chosen."""
    row = db.session.scalar(
        sa.select(AccountSettings)
        .options(
            joinedload(AccountSettings.agreement_term),
            joinedload(AccountSettings.debt_statement),
            joinedload(AccountSettings.signatory),
            joinedload(AccountSettings.fallback_user),
        )
        .where(AccountSettings.account_id == account_id)
    )
    return row or AccountSettings(account_id=account_id, version=0)


def fallback_user(account_id: int) -> User | None:
    """The Usuário ADM: the one chosen while they are an active admin, else the oldest active admin."""
    return db.session.scalar(
        sa.select(User)
        .outerjoin(AccountSettings, AccountSettings.fallback_user_id == User.id)
        .where(User.account_id == account_id, User.role == Role.ADMIN, User.active)
        .order_by(AccountSettings.account_id.is_(None), User.id)
        .limit(1)
    )


def signatory(account_id: int) -> User | None:
    """Who signs the documents; nobody while none is chosen or the one chosen is deactivated."""
    return db.session.scalar(
        sa.select(User)
        .join(AccountSettings, AccountSettings.signatory_id == User.id)
        .where(AccountSettings.account_id == account_id, User.account_id == account_id, User.active)
    )


@dataclass(frozen=True)
class Lost:
    """A choice that applies no longer: what it names, and what that is now, as in "inativo"."""

    name: str
    why: str

    @property
    def label(self) -> str:
        return f"{self.name} ({self.why})"


def lost_documents(row: NamesDocuments) -> dict[str, Lost]:
    """The documents of these settings that were deactivated after they were chosen, by field."""
    chosen = dict(zip(KINDS, (row.agreement_term, row.debt_statement), strict=True))
    return {field: Lost(found.name, OFF) for field, found in chosen.items() if found is not None and not found.active}


def lost(settings: AccountSettings) -> dict[str, Lost]:
    """The choices that apply no longer, by field."""
    found = lost_documents(settings)
    if settings.signatory is not None and not settings.signatory.active:
        found["signatory_id"] = Lost(settings.signatory.name, OFF)
    admin = settings.fallback_user
    if admin is not None and not (admin.active and admin.is_admin):
        found["fallback_user_id"] = Lost(admin.name, "não é mais administrador" if admin.active else OFF)
    return found


def document_options(account_id: int, row: NamesDocuments) -> dict[str, Options]:
    """The active documents that can be chosen in each field of `KINDS`. One that is stored stays among them after it was
    deactivated, so that saving something else does not clear it."""
    active = documents.active_of_kind(account_id, *KINDS.values())
    found = {field: [(each.id, each.name) for each in active if each.kind is kind] for field, kind in KINDS.items()}
    return _with_lost(found, row, lost_documents(row))


def missing_documents(account_id: int) -> set[str]:
    """The fields of `KINDS` for which no document can be chosen."""
    kinds = {each.kind for each in documents.active_of_kind(account_id, *KINDS.values())}
    return {field for field, kind in KINDS.items() if kind not in kinds}


def options_of(account_id: int, settings: AccountSettings) -> dict[str, Options]:
    """What can be chosen in each field, by name; people who left stay where they are stored, as documents do."""
    people = [user for user in accounts.users_of(account_id) if user.active]
    found = {
        "signatory_id": [(user.id, user.name) for user in people],
        "fallback_user_id": [(user.id, user.name) for user in people if user.is_admin],
    }
    gone = lost(settings)
    people_gone = {field: gone[field] for field in found if field in gone}
    return document_options(account_id, settings) | _with_lost(found, settings, people_gone)


def _with_lost(found: dict[str, Options], row: object, gone: Mapping[str, Lost]) -> dict[str, Options]:
    for field, each in gone.items():
        found[field].append((getattr(row, field), each.label))
    return found


def uses(account_id: int, document_id: int) -> bool:
    """Whether the company's settings name a document."""
    query = sa.select(AccountSettings.account_id).where(
        AccountSettings.account_id == account_id,
        sa.or_(AccountSettings.agreement_term_id == document_id, AccountSettings.debt_statement_id == document_id),
    )
    return db.session.scalar(query) is not None
