from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from portal.accounts.models import Account, Role, User, UserSession
from portal.extensions import db


def user_in(account_id: int, user_id: int) -> User | None:
    return db.session.scalar(sa.select(User).where(User.account_id == account_id, User.id == user_id))


def users_of(account_id: int) -> Sequence[User]:
    return db.session.scalars(
        sa.select(User).where(User.account_id == account_id).order_by(User.active.desc(), sa.func.lower(User.name))
    ).all()


@dataclass(frozen=True)
class Listed:
    """A person of the company with the moment of their last use of the portal; older logins are not kept."""

    user: User
    last_seen_at: datetime | None


def people_of(account_id: int) -> list[Listed]:
    """Everybody of a company, those who may log in first."""
    seen = (
        sa.select(UserSession.user_id, sa.func.max(UserSession.last_seen_at).label("at"))
        .where(UserSession.account_id == account_id)
        .group_by(UserSession.user_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(User, seen.c.at)
        .outerjoin(seen, seen.c.user_id == User.id)
        .where(User.account_id == account_id)
        .order_by(User.active.desc(), sa.func.lower(User.name), User.id)
    )
    return [Listed(user, at) for user, at in rows]


def account_by_slug(slug: str) -> Account | None:
    return db.session.scalar(sa.select(Account).where(Account.slug == slug))


def has_other_admin(user: User) -> bool:
    """Whether somebody else could administer the company."""
    others = sa.select(User.id).where(
        User.account_id == user.account_id, User.role == Role.ADMIN, User.active, User.id != user.id
    )
    return db.session.scalar(others.limit(1)) is not None


def available_operators(account_id: int) -> Sequence[User]:
    return db.session.scalars(
        sa.select(User).where(User.account_id == account_id, User.role == Role.OPERATOR, User.active, User.available)
    ).all()


def open_sessions(user_id: int) -> Sequence[UserSession]:
    return db.session.scalars(
        sa.select(UserSession)
        .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
        .order_by(UserSession.last_seen_at.desc())
    ).all()
