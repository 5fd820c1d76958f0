"""SQLite as a ledger can trust it: one writer at a time, checkpoints included, and every commit on the disk.

Stock SQLite before 3.51.3 (and before 3.50.7, 3.44.6 of its branches) can corrupt a WAL file when two connections write
or checkpoint at once (the WAL-reset race). So a write transaction holds one lock, across threads and processes, from
BEGIN IMMEDIATE to the end of COMMIT, which is when the automatic checkpoint runs.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import threading
import time
from typing import Any


class WriteLock:
    """A mutex among the threads of this process and, through a file beside the database, among processes."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._threads = threading.Lock()
        self._file: int | None = None

    def acquire(self, timeout: float) -> None:
        end = time.monotonic() + timeout
        if not self._threads.acquire(timeout=timeout):
            raise sqlite3.OperationalError("database is locked: another thread has been writing for too long")
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            self._lock_file(end)
        except BaseException:
            self._drop()
            raise

    def _lock_file(self, end: float) -> None:
        """Wait for other processes, but not for ever: one that is frozen must not freeze this one."""
        assert self._file is not None
        pause = 0.0005
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > end:
                    raise sqlite3.OperationalError("database is locked: another process has been writing") from None
            time.sleep(pause)
            pause = min(pause * 2, 0.02)

    def release(self) -> None:
        self._drop()

    def _drop(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._threads.release()


_locks: dict[str, WriteLock] = {}
_locks_guard = threading.Lock()


def _lock_for(path: str) -> WriteLock:
    with _locks_guard:
        return _locks.setdefault(path, WriteLock(path + ".lock"))


class LedgerConnection(sqlite3.Connection):
    """A connection in explicit transaction mode that holds the write lock exactly while it may write."""

    def __init__(self, database: str, *args: Any, **options: Any) -> None:
        super().__init__(database, *args, **options)
        self.isolation_level = None
        self._wait = float(options.get("timeout", 5.0))
        self._lock = _lock_for(os.path.abspath(database))
        self._writing = False
        self._read_only = False
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "cache_size=-16000"):
            self.execute(f"PRAGMA {pragma}")

    def begin(self, *, read_only: bool) -> None:
        if read_only != self._read_only:
            self.execute(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
            self._read_only = read_only
        if read_only:
            self.execute("BEGIN")
            return
        self._lock.acquire(self._wait + 25)
        self._writing = True
        try:
            self.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._unlock()
            raise

    def commit(self) -> None:
        super().commit()
        self._unlock()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._unlock()

    def close(self) -> None:
        with contextlib.ExitStack() as stack:
            stack.callback(self._unlock)
            super().close()

    def _unlock(self) -> None:
        if self._writing:
            self._writing = False
            self._lock.release()
