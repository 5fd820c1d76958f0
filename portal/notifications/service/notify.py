from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa

from portal import clock
from portal.extensions import db, insert_if_missing
from portal.live.service import emit
from portal.notifications import queries
from portal.notifications.models import Notification

KEEP = timedelta(days=180)


def notify(
    account_id: int, user_ids: Iterable[int], key: str, title: str, text: str, url: str = "", tone: str = "info"
) -> None:
    """Tell people of a company something, once each, in the caller's transaction; who was told under `key` is not told
    again. `url` is a path of the portal, `tone` one of the tags': neutral, success, warning, danger, info.

    An e-mail follows where e-mail is set up. The part of the key before its first colon is its kind: see `rules.QUIET`.
    """
    wanted = list(dict.fromkeys(user_ids))
    told = set(
        db.session.scalars(
            sa.select(Notification.user_id).where(Notification.key == key[:120], Notification.user_id.in_(wanted))
        )
    )
    for user_id in wanted:
        if user_id not in told:
            _add(account_id, user_id, key, title, text, url, tone)
            emit(account_id, "notification", None, user_id)


def _add(account_id: int, user_id: int, key: str, title: str, text: str, url: str, tone: str) -> None:
    insert_if_missing(
        Notification,
        account_id=account_id,
        user_id=user_id,
        key=key[:120],
        tone=tone,
        title=title[:120],
        text=text,
        url=url if len(url) <= 200 else "",
        created_at=clock.now(),
    )


def notify_admins(account_id: int, key: str, title: str, text: str, url: str = "", tone: str = "info") -> None:
    """The same for every admin of a company who may log in."""
    notify(account_id, queries.active_admins(account_id), key, title, text, url, tone)


def read(notification: Notification) -> None:
    """Note that its person has read a notification; commits."""
    if notification.read_at is None:
        notification.read_at = clock.now()
        emit(notification.account_id, "notification", None, notification.user_id)
        db.session.commit()


def read_all(account_id: int, user_id: int) -> None:
    """Note that a person has read everything that they were told; commits."""
    db.session.execute(
        sa.update(Notification)
        .where(Notification.user_id == user_id, Notification.read_at.is_(None))
        .values(read_at=clock.now())
    )
    emit(account_id, "notification", None, user_id)
    db.session.commit()


def sweep() -> int:
    """Delete what was told long ago. Returns how many."""
    result = db.session.execute(sa.delete(Notification).where(Notification.created_at < clock.now() - KEEP))
    db.session.commit()
    return int(result.rowcount)  # type: ignore[attr-defined]
