"""Companies and the people who work in them."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.accounts import passwords
from portal.accounts.models import Account, Role, User
from portal.accounts.service.login import end_sessions
from portal.audit.service import note
from portal.extensions import db
from portal.live.service import emit


class EmailTaken(Exception):
    """Another person, perhaps of another company, logs in with this e-mail."""


class LastAdmin(Exception):
    """A company keeps at least one active admin."""


_set_up: list[Callable[[int], None]] = []
_leaving: list[Callable[[User], None]] = []


def on_leaving(hand_over: Callable[[User], None]) -> None:
    """Have a feature find another place for what is a person's, in the transaction that deactivates them."""
    if hand_over not in _leaving:
        _leaving.append(hand_over)


def on_new_account(prepare: Callable[[int], None]) -> None:
    """Have a feature put its defaults into the transaction that creates an account; wired in `create_app`."""
    if prepare not in _set_up:
        _set_up.append(prepare)


def create_account(name: str, admin_name: str, admin_email: str, password: str) -> Account:
    """A new company with its first admin, committed. Raises EmailTaken."""
    account = Account(name=name, slug=_free_slug(name), created_at=clock.now())
    db.session.add(account)
    db.session.flush()
    add_user(account.id, None, admin_name, admin_email, Role.ADMIN, password)
    for prepare in _set_up:
        prepare(account.id)
    db.session.commit()
    return account


def create_user(account_id: int, actor_id: int, name: str, email: str, role: Role) -> tuple[User, str]:
    """A new person and the first password, to be handed over by the admin. Raises EmailTaken."""
    password = new_password()
    user = add_user(account_id, actor_id, name, email, role, password)
    db.session.commit()
    return user, password


def edit_user(user: User, actor_id: int, name: str, email: str, role: Role, *, active: bool) -> None:
    """Change a person. Deactivating ends their sessions. Raises EmailTaken, and LastAdmin when nobody would be left."""
    if user.is_admin and user.active and (role is not Role.ADMIN or not active):
        _keep_an_admin(user)
    _check_email(email, user.id)
    before = _facts(user)
    user.name, user.email, user.role, user.active = name, email.strip().lower(), role, active
    if not active:
        _send_home(user)
    _flush()
    note(user.account_id, actor_id, "user.edit", f"user:{user.id}", before, _facts(user))
    db.session.commit()


def _send_home(user: User) -> None:
    user.available = False
    end_sessions(user.id)
    for hand_over in _leaving:
        hand_over(user)


def reset_password(user: User, actor_id: int) -> str:
    """A new random password for somebody, whose sessions all end. The admin hands it over."""
    password = new_password()
    user.password_hash = passwords.hashed(password)
    end_sessions(user.id)
    note(user.account_id, actor_id, "user.reset", f"user:{user.id}")
    db.session.commit()
    return password


def change_password(user: User, password: str, token: str) -> None:
    """A person's own new password; every other session of theirs ends."""
    user.password_hash = passwords.hashed(password)
    end_sessions(user.id, but=token)
    note(user.account_id, user.id, "user.password", f"user:{user.id}")
    db.session.commit()


def set_available(user: User, available: bool) -> None:
    """The switch "Operador Disponível"."""
    if user.available != available:
        note(user.account_id, user.id, "user.available", f"user:{user.id}", None, {"available": available})
        user.available = available
        emit(user.account_id, "inbox")
    db.session.commit()


def new_password() -> str:
    """A password that can be read aloud: no look-alike characters, 60 bits."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(3))


def add_user(account_id: int, actor_id: int | None, name: str, email: str, role: Role, password: str) -> User:
    """A new person in the caller's transaction. Raises EmailTaken."""
    _check_email(email, None)
    user = User(
        account_id=account_id,
        name=name,
        email=email.strip().lower(),
        role=role,
        password_hash=passwords.hashed(password),
        created_at=clock.now(),
    )
    db.session.add(user)
    _flush()
    note(account_id, actor_id, "user.create", f"user:{user.id}", None, _facts(user))
    return user


def _flush() -> None:
    """Two people may save one e-mail at the same moment: the database decides, and the second is told."""
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise EmailTaken from error


def _facts(user: User) -> dict[str, str | bool]:
    return {"name": user.name, "email": user.email, "role": user.role.value, "active": user.active}


def _check_email(email: str, own_id: int | None) -> None:
    other = db.session.scalar(sa.select(User.id).where(User.email == email.strip().lower()))
    if other is not None and other != own_id:
        raise EmailTaken


def _keep_an_admin(user: User) -> None:
    """Rows are locked, so that two admins cannot deactivate each other at the same moment."""
    admins = db.session.scalars(
        sa.select(User.id)
        .where(User.account_id == user.account_id, User.role == Role.ADMIN, User.active)
        .with_for_update(key_share=True)
    ).all()
    if set(admins) <= {user.id}:
        raise LastAdmin


def _free_slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "empresa"
    taken = set(db.session.scalars(sa.select(Account.slug).where(Account.slug.startswith(base))))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if slug not in taken)
