"""The store of issued files: one folder for each company, names that cannot be guessed, readable by the portal alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_root = Path("instance/files")


def use(root: Path) -> None:
    """Where the store is; set by `create_app`."""
    global _root
    _root = root


def keep(account_id: int, content: bytes) -> str:
    """Write a PDF that is whole or not there at all; answers its path within the store."""
    path = f"documents/{account_id}/{secrets.token_hex(16)}.pdf"
    target = _root / path
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(target)
    _sync(target.parent)
    return path


def read(path: str) -> bytes:
    """What was kept. Raises FileNotFoundError when the store lost it."""
    return (_root / path).read_bytes()


def _sync(folder: Path) -> None:
    """The name, too, survives a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
