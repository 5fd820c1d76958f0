"""E-mails of notifications. One that may have gone out is never sent again: `emailed_at` is set, and committed, before
anything is handed in, and is taken back only when the server proved that it took nothing."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from portal import clock
from portal.accounts.models import User
from portal.config import MailServer
from portal.extensions import db, transactions
from portal.notifications import rules, smtp
from portal.notifications.models import Notification
from portal.notifications.rules import Told

log = logging.getLogger("portal.mail")

BATCH = 50
UNSURE = "sem confirmação do servidor"


@dataclass(frozen=True)
class Office:
    """Where e-mails are handed in, who they are from, and where their links lead."""

    server: MailServer | None
    sender: str = ""
    public_url: str = ""


_office = Office(None)


def use(office: Office) -> None:
    """The settings of this process; set by `create_app`."""
    global _office
    _office = office


@dataclass(frozen=True)
class _Claim:
    ids: tuple[int, ...]
    mail: smtp.Mail


def send_emails() -> int:
    """Send what is due, one e-mail after the other, until the server is down. Returns how many went out."""
    if _office.server is None:
        return 0
    sent = 0
    for notification_id in _due()[:BATCH]:
        claim = _claim(notification_id)
        if claim is None:
            continue
        try:
            smtp.send(_office.server, _office.sender, claim.mail)
        except smtp.NotSent as error:
            _take_back(claim, error)
            if error.down:
                break
        except smtp.Unsure as error:
            log.warning("an e-mail may have gone out or not: %s", error)
            _note(claim, UNSURE)
        else:
            sent += 1
            _note(claim, "")
    return sent


def _due() -> list[int]:
    """The notifications to start an e-mail from, oldest first; a read-only look."""
    now = clock.now()
    with transactions(read_only=True):
        rows = db.session.execute(
            sa.select(Notification.id, Notification.created_at, Notification.email_attempts)
            .join(User, User.id == Notification.user_id)
            .where(_waiting(), User.active, Notification.created_at > now - rules.FRESH)
            .order_by(Notification.id)
            .limit(10 * BATCH)
        ).all()
        db.session.rollback()
    return [row.id for row in rows if rules.is_due(row.created_at, row.email_attempts, now)]


def _waiting() -> sa.ColumnElement[bool]:
    return Notification.emailed_at.is_(None) & (Notification.email_attempts < rules.MAX_TRIES)


def _claim(notification_id: int) -> _Claim | None:
    """Mark a notification, and those of its burst, as being sent, and commit. None when nothing is to be sent now."""
    now = clock.now()
    first = db.session.get(
        Notification, notification_id, with_for_update={"skip_locked": True, "of": Notification}, populate_existing=True
    )
    user = db.session.get(User, first.user_id) if first is not None else None
    if first is None or first.emailed_at is not None or user is None or not user.active:
        db.session.rollback()  # another process has it, or it is told
        return None
    rows = _burst(first)
    if not rows:
        db.session.rollback()
        return None
    for row in rows:
        row.emailed_at, row.email_attempts = now, row.email_attempts + 1
    told = [Told(row.title, row.text, row.url) for row in rows]
    words = rules.words_of(told, user.first_name, _office.public_url)
    claim = _Claim(tuple(row.id for row in rows), smtp.Mail(rows[0].id, now.timestamp(), user.name, user.email, words))
    db.session.commit()
    return claim


def _burst(first: Notification) -> Sequence[Notification]:
    """What one e-mail tells: the notification alone, or of a kind that comes in bursts all that their person has not
    read; nothing while the last e-mail of that kind is recent, or when they have read it in the portal."""
    kind = rules.kind_of(first.key)
    if kind not in rules.QUIET:
        return [first]
    if first.read_at is not None or rules.is_quiet(kind, _last_emailed(first.user_id, kind), clock.now()):
        return []
    return db.session.scalars(
        sa.select(Notification)
        .where(
            Notification.user_id == first.user_id,
            Notification.key.startswith(f"{kind}:"),
            Notification.read_at.is_(None),
            Notification.id >= first.id,
            _waiting(),
        )
        .order_by(Notification.id)
        .with_for_update(skip_locked=True, of=Notification)
    ).all()


def _last_emailed(user_id: int, kind: str) -> datetime | None:
    return db.session.scalar(
        sa.select(sa.func.max(Notification.emailed_at)).where(
            Notification.user_id == user_id, Notification.key.startswith(f"{kind}:")
        )
    )


def _take_back(claim: _Claim, error: smtp.NotSent) -> None:
    log.warning("an e-mail did not go out: %s", error.reason)
    for row in _rows(claim):
        row.emailed_at, row.email_error = None, error.reason[:200]
        if error.final:
            row.email_attempts = rules.MAX_TRIES
    db.session.commit()


def _note(claim: _Claim, error: str) -> None:
    for row in _rows(claim):
        row.email_error = error
    db.session.commit()


def _rows(claim: _Claim) -> Sequence[Notification]:
    return db.session.scalars(
        sa.select(Notification).where(Notification.id.in_(claim.ids)).with_for_update(of=Notification)
    ).all()
