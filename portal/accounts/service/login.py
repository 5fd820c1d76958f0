"""Logging in and out: sessions are rows, so that any of them can be ended at once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

import sqlalchemy as sa

from portal import clock
from portal.accounts import passwords
from portal.accounts.models import LoginFailure, User, UserSession
from portal.extensions import db, transactions

ABSOLUTE_LIFE = timedelta(hours=12)
IDLE_LIFE = timedelta(hours=8)
SEEN_EVERY = timedelta(minutes=1)

FAILURE_WINDOW = timedelta(minutes=15)
FAILURES_PER_EMAIL = 10
FAILURES_PER_IP = 50


class TooManyFailures(Exception):
    """Wrong passwords came too often for this e-mail or from this address; it passes by itself."""


def log_in(email: str, password: str, ip: str, user_agent: str) -> str | None:
    """A new session's token, or None for a wrong e-mail or password (the caller cannot tell which).

    Raises TooManyFailures within 15 minutes of 10 failures for the e-mail or 50 from the address.
    """
    email = email.strip().lower()
    keys = (f"email:{hashlib.sha256(email.encode()).hexdigest()[:40]}", f"ip:{ip}"[:80])
    _refuse_when_throttled(keys)
    user = db.session.scalar(sa.select(User).where(User.email == email, User.active))
    password_hash = user.password_hash if user else None
    db.session.rollback()  # nothing is held while the hash is computed
    if not passwords.matches(password_hash, password) or user is None:
        db.session.add_all(LoginFailure(key=key, at=clock.now()) for key in keys)
        db.session.commit()
        return None
    db.session.execute(sa.delete(LoginFailure).where(LoginFailure.key == keys[0]))
    token = open_session(user, ip, user_agent)
    db.session.commit()
    return token


def _refuse_when_throttled(keys: tuple[str, str]) -> None:
    since = clock.now() - FAILURE_WINDOW
    for key, limit in zip(keys, (FAILURES_PER_EMAIL, FAILURES_PER_IP), strict=True):
        count = db.session.scalar(sa.select(sa.func.count()).where(LoginFailure.key == key, LoginFailure.at > since))
        if (count or 0) >= limit:
            raise TooManyFailures


def open_session(user: User, ip: str, user_agent: str) -> str:
    """Add a session row to the caller's transaction and return its token for the cookie."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    db.session.add(
        UserSession(
            token_hash=_hash(token),
            account_id=user.account_id,
            user_id=user.id,
            created_at=now,
            last_seen_at=now,
            ip=ip[:45],
            user_agent=user_agent[:200],
        )
    )
    return token


def living(token: str) -> UserSession | None:
    """The session of a token while it opens the portal, with its person. A pure read: see `mark_seen`."""
    row = db.session.get(UserSession, _hash(token))
    if row is None or row.ended_at is not None or not row.user.active:
        return None
    now = clock.now()
    if now - row.created_at > ABSOLUTE_LIFE or now - row.last_seen_at > IDLE_LIFE:
        return None
    return row


def rank_of(token: str) -> bool | None:
    """Whether a living session is an admin's; None when it is not living."""
    row = living(token)
    return row.user.is_admin if row else None


def mark_seen(token: str) -> None:
    """Move the session's idle clock, at most once a minute, in a transaction of its own (a GET's own is read-only).

    Ends the request's: a view is over by now, and on SQLite what it left open may hold the one write lock.
    """
    db.session.rollback()
    with transactions(read_only=False), db.engine.begin() as connection:
        connection.execute(
            sa.update(UserSession).where(UserSession.token_hash == _hash(token)).values(last_seen_at=clock.now())
        )


def needs_mark(row: UserSession) -> bool:
    return clock.now() - row.last_seen_at > SEEN_EVERY


def log_out(token: str) -> None:
    db.session.execute(
        sa.update(UserSession).where(UserSession.token_hash == _hash(token)).values(ended_at=clock.now())
    )
    db.session.commit()


def end_sessions(user_id: int, *, but: str = "") -> None:
    """End every session of a person in the caller's transaction, but the one of a token."""
    db.session.execute(
        sa.update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None), UserSession.token_hash != _hash(but))
        .values(ended_at=clock.now())
    )


def sweep() -> int:
    """Delete what no longer matters: old failures, and sessions a month after their end. Returns the rows deleted."""
    now = clock.now()
    failures = db.session.execute(sa.delete(LoginFailure).where(LoginFailure.at < now - timedelta(days=1)))
    sessions = db.session.execute(sa.delete(UserSession).where(UserSession.created_at < now - timedelta(days=30)))
    db.session.commit()
    return int(failures.rowcount + sessions.rowcount)  # type: ignore[attr-defined]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
