"""The open logins of a person: to look at, and to end."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from portal import clock
from portal.accounts import queries
from portal.accounts.models import User
from portal.accounts.rules import device
from portal.accounts.service.login import ABSOLUTE_LIFE, IDLE_LIFE, end_sessions
from portal.audit.service import note
from portal.extensions import db

REF_LENGTH = 16


@dataclass(frozen=True)
class OpenSession:
    """A login that still opens the portal. `ref` names it in an address and is of no use as a cookie."""

    ref: str
    device: str
    ip: str
    created_at: datetime
    last_seen_at: datetime
    current: bool


def open_sessions(user: User, token: str) -> list[OpenSession]:
    """A person's living sessions, the one of `token` first, then the latest used. Reads only."""
    now = clock.now()
    own = hashlib.sha256(token.encode()).hexdigest()
    found = [
        OpenSession(
            row.token_hash[:REF_LENGTH],
            device(row.user_agent),
            row.ip,
            row.created_at,
            row.last_seen_at,
            row.token_hash == own,
        )
        for row in queries.open_sessions(user.id)
        if now - row.created_at <= ABSOLUTE_LIFE and now - row.last_seen_at <= IDLE_LIFE
    ]
    return sorted(found, key=lambda each: not each.current)


def end_one(user: User, ref: str) -> bool:
    """End one of a person's own sessions; commits. False when they have no open session of this `ref`."""
    row = next((row for row in queries.open_sessions(user.id) if row.token_hash[:REF_LENGTH] == ref), None)
    if row is None:
        return False
    row.ended_at = clock.now()
    note(user.account_id, user.id, "session.end", f"user:{user.id}")
    db.session.commit()
    return True


def end_all(user: User, actor_id: int, *, but: str = "") -> None:
    """End every session of a person, but the one of a token; commits."""
    end_sessions(user.id, but=but)
    note(user.account_id, actor_id, "session.end_all", f"user:{user.id}")
    db.session.commit()
