"""Where the files of messages are: one folder for each company, names that cannot be guessed, readable by the portal
alone. A file is whole or not there at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

MEDIA = "media/"

_root = Path("instance/files")


def use(root: Path) -> None:
    """Where the store is; set by `create_app`."""
    global _root
    _root = root


def new_path(account_id: int) -> str:
    """A place within the store for a file that is about to come."""
    return f"{MEDIA}{account_id}/{secrets.token_hex(16)}"


@contextmanager
def incoming(path: str) -> Iterator[BinaryIO]:
    """A file to write to, beside its place. It is gone after the block unless `keep` was called in it."""
    unfinished = _unfinished(path)
    unfinished.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished.unlink(missing_ok=True)  # of a worker that died
    try:
        handle = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w+b") as file:
            yield file
    finally:
        unfinished.unlink(missing_ok=True)


def keep(path: str, file: BinaryIO) -> None:
    """Put what was written in its place, so that it outlives a loss of power."""
    file.flush()
    os.fsync(file.fileno())
    target = _root / path
    _unfinished(path).rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def remove(path: str) -> None:
    """Take a file out of the store that no row came to name."""
    (_root / path).unlink(missing_ok=True)


def find(path: str) -> Path | None:
    """The file at a place of the store; None when the store lost it, or when the place is not in its media."""
    folder = (_root / MEDIA).resolve()
    found = (_root / path).resolve()
    return found if found.is_relative_to(folder) and found.is_file() else None


def _unfinished(path: str) -> Path:
    return _root / f"{path}.part"
