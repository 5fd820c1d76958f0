"""Secrets at rest: encrypted columns. The first key encrypts, every key decrypts, so that keys can be rotated."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_fernet: MultiFernet | None = None


class VaultError(RuntimeError):
    """A stored secret cannot be read with the keys of this installation."""


def configure(keys: list[str]) -> None:
    """Set the keys of this process, newest first. Raises ValueError for a malformed key."""
    global _fernet
    _fernet = MultiFernet([Fernet(key) for key in keys])


def _box() -> MultiFernet:
    if _fernet is None:
        raise VaultError("the vault has no keys: call vault.configure first")
    return _fernet


class EncryptedText(TypeDecorator[str]):
    """Text that is encrypted in the database and clear in Python. The empty string stays empty."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return _box().encrypt(value.encode()).decode() if value else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if not value:
            return value
        try:
            return _box().decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise VaultError("PORTAL_ENCRYPTION_KEYS does not hold the key of a stored secret") from error
