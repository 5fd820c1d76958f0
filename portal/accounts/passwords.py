"""Passwords at rest and what a new one must be."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)  # OWASP's argon2id minimum: about 30 ms

MIN_LENGTH = 12
MAX_LENGTH = 128


@cache
def _nobodys() -> str:
    return hashed("nobody has this password")


def hashed(password: str) -> str:
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether a password fits. Without a hash the same work is done, so that time tells nobody who exists."""
    try:
        return _hasher.verify(password_hash or _nobodys(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def problem(password: str, name: str, email: str) -> str | None:
    """Why a new password is refused, in Portuguese; None when it is fine (NIST 800-63B: length, not composition)."""
    if len(password) < MIN_LENGTH:
        return f"Use pelo menos {MIN_LENGTH} caracteres."
    if len(password) > MAX_LENGTH:
        return f"Use no máximo {MAX_LENGTH} caracteres."
    plain = password.lower()
    if len(set(plain)) < 5:
        return "Use uma senha menos repetitiva."
    own = [part for part in (*name.lower().split(), email.lower().split("@")[0]) if len(part) > 3]
    if any(part in plain for part in own) and len(plain) < 20:
        return "Não use seu nome ou e-mail na senha."
    return None
