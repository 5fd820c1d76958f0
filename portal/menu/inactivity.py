"""After how long a silence the assistant ends a conversation."""

from __future__ import annotations

from portal.accounts.models import User
from portal.audit.service import ChangedMeanwhile, note
from portal.extensions import db
from portal.menu.models import MenuSettings


def save_inactivity(user: User, minutes: int, seen: int) -> None:
    """Set the minutes (0 is never); commits. `seen` is what the form showed. Raises ChangedMeanwhile."""
    db.session.expire_all()
    row = db.session.get_one(MenuSettings, user.account_id, with_for_update=True)
    if row.inactivity_minutes != seen:
        db.session.rollback()
        raise ChangedMeanwhile
    _set_inactivity(row, user.id, minutes)
    db.session.commit()


def _set_inactivity(row: MenuSettings, user_id: int, minutes: int) -> None:
    before, row.inactivity_minutes = row.inactivity_minutes, minutes
    if minutes != before:
        subject = f"menu-inactivity:{row.account_id}"
        note(row.account_id, user_id, "menu.inactivity", subject, {"minutes": before}, {"minutes": minutes})
