from __future__ import annotations

import sqlalchemy as sa

from portal.audit.history import Values, trail_of
from portal.audit.models import AuditEntry
from portal.audit.rules import newest_values
from portal.extensions import db
from portal.web.paging import Page, page_of

PAGE_SIZE = 30
LOOK_BACK = 200
"""Notes of a thing from which its state now is made out; further back nothing new is found."""


def changes(account_id: int, number: int, kind: str = "", user_id: int | None = None) -> Page:
    """The company's changes, newest first, of one kind of thing and of one person when asked for."""
    query = sa.select(AuditEntry).where(AuditEntry.account_id == account_id)
    if kind:
        query = query.where(AuditEntry.subject.startswith(f"{kind}:", autoescape=True))
    if user_id is not None:
        query = query.where(AuditEntry.user_id == user_id)
    return page_of(query.order_by(AuditEntry.id.desc()), number, PAGE_SIZE)


def changes_of(account_id: int, subject: str, number: int) -> Page:
    """The changes of one thing, newest first."""
    return page_of(_of(account_id, subject).order_by(AuditEntry.id.desc()), number, PAGE_SIZE)


def entry_in(account_id: int, entry_id: int) -> AuditEntry | None:
    return db.session.scalar(
        sa.select(AuditEntry).where(AuditEntry.account_id == account_id, AuditEntry.id == entry_id)
    )


def newest_id(account_id: int, subject: str) -> int:
    """The last note of a thing, 0 when there is none: it differs after every change."""
    return db.session.scalar(_of(account_id, subject).with_only_columns(sa.func.max(AuditEntry.id))) or 0


def state_of(account_id: int, subject: str) -> Values:
    """The values of a thing now, as its trail knows them, else as its notes tell."""
    trail = trail_of(subject)
    if trail and trail.current:
        return trail.current(account_id, subject.partition(":")[2]) or {}
    notes = _of(account_id, subject).with_only_columns(AuditEntry.after).order_by(AuditEntry.id.desc())
    return newest_values(db.session.scalars(notes.limit(LOOK_BACK)))


def _of(account_id: int, subject: str) -> sa.Select[AuditEntry]:
    return sa.select(AuditEntry).where(AuditEntry.account_id == account_id, AuditEntry.subject == subject)
