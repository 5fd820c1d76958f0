from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from portal.accounts.models import Role, User
from portal.extensions import db
from portal.notifications.models import Notification

LISTED = 30


def unread(user_id: int) -> int:
    """How many notifications a person has not read."""
    mine = sa.select(sa.func.count()).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    return db.session.scalar(mine) or 0


def newest(user_id: int) -> Sequence[Notification]:
    """The last notifications of a person, newest first."""
    return db.session.scalars(
        sa.select(Notification).where(Notification.user_id == user_id).order_by(Notification.id.desc()).limit(LISTED)
    ).all()


def notification_of(user_id: int, notification_id: int) -> Notification | None:
    return db.session.scalar(
        sa.select(Notification).where(Notification.user_id == user_id, Notification.id == notification_id)
    )


def active_admins(account_id: int) -> Sequence[int]:
    """The ids of the admins of a company who may log in."""
    return db.session.scalars(
        sa.select(User.id).where(User.account_id == account_id, User.role == Role.ADMIN, User.active).order_by(User.id)
    ).all()
