from __future__ import annotations

from typing import Any

from portal import clock
from portal.audit.models import AuditEntry
from portal.extensions import db


class ChangedMeanwhile(Exception):
    """Another person saved the same thing after this form was opened: nothing is overwritten silently."""


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
