from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from portal.accounts.models import Account, Role, User, UserSession
from portal.extensions import db


def user_in(account_id: int, user_id: int) -> User | None:
    return db.session.scalar(sa.select(User).where(User.account_id == account_id, User.id == user_id))


def users_of(account_id: int) -> Sequence[User]:
    return db.session.scalars(
        sa.select(User).where(User.account_id == account_id).order_by(User.active.desc(), sa.func.lower(User.name))
    ).all()


def account_by_slug(slug: str) -> Account | None:
    return db.session.scalar(sa.select(Account).where(Account.slug == slug))


def fallback_user(account_id: int) -> User | None:
    """The Usuário ADM: the oldest active admin, until "Configurações por Conta" names another."""
    return db.session.scalar(
        sa.select(User)
        .where(User.account_id == account_id, User.role == Role.ADMIN, User.active)
        .order_by(User.id)
        .limit(1)
    )


def available_operators(account_id: int) -> Sequence[User]:
    return db.session.scalars(
        sa.select(User).where(
            User.account_id == account_id, User.role == Role.OPERATOR, User.active, User.available
        )
    ).all()


def open_sessions(user_id: int) -> Sequence[UserSession]:
    return db.session.scalars(
        sa.select(UserSession)
        .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
        .order_by(UserSession.last_seen_at.desc())
    ).all()
