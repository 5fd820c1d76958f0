from __future__ import annotations

import logging
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from portal import clock
from portal.audit import queries
from portal.audit.history import NotRestorable, trail_of
from portal.audit.models import AuditEntry
from portal.audit.rules import agrees, is_subject
from portal.extensions import db

log = logging.getLogger("portal.audit")


class ChangedMeanwhile(Exception):
    """Another person saved the same thing after this form was opened: nothing is overwritten silently."""


class Version(StrEnum):
    """Which side of a change: the thing as it became, or as it was."""

    AFTER = "depois"
    BEFORE = "antes"


def note(
    account_id: int,
    user_id: int | None,
    action: str,
    subject: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add an entry to the caller's transaction. Values are JSON; secrets never come here, only their last 4."""
    db.session.add(
        AuditEntry(
            account_id=account_id,
            user_id=user_id,
            action=action,
            subject=subject,
            before=before,
            after=after,
            at=clock.now(),
        )
    )


def restore(entry: AuditEntry, user_id: int, version: Version, seen: int) -> bool:
    """Make a thing what it was at a change, as a further change; commits. False when it already is that.

    `seen` is the newest change of the thing that the person saw. Raises NotRestorable and ChangedMeanwhile.
    """
    account_id, subject = entry.account_id, entry.subject
    values = entry.before if version is Version.BEFORE else entry.after
    trail = trail_of(subject) if is_subject(subject) else None
    if trail is None or trail.restore is None or values is None or not trail.restores(values):
        raise NotRestorable("Esta versão não pode ser restaurada: o registro dela não está completo.")
    newest = _locked_newest(account_id, subject)
    if agrees(queries.state_of(account_id, subject), values):
        db.session.rollback()
        return False
    if newest != seen:
        db.session.rollback()
        raise ChangedMeanwhile
    try:
        trail.restore(user_id, account_id, subject.partition(":")[2], values)
    except NotRestorable:
        db.session.rollback()
        raise
    except (KeyError, TypeError, ValueError) as error:
        # An old note need not have the form of today's.
        db.session.rollback()
        log.warning("entry of %s cannot be restored", subject, exc_info=True)
        raise NotRestorable("Esta versão não pode mais ser restaurada: os valores dela não servem mais.") from error
    return True


def _locked_newest(account_id: int, subject: str) -> int:
    """The newest change of a thing. Of two restorations at once the second waits here, then sees what the first did."""
    mine = (AuditEntry.account_id == account_id, AuditEntry.subject == subject)
    db.session.execute(sa.select(AuditEntry.id).where(*mine).order_by(AuditEntry.id).limit(1).with_for_update())
    db.session.expire_all()
    return queries.newest_id(account_id, subject)
