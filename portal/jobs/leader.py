"""One leader among all job processes. It keeps the clock from ticking twice; claims keep a double tick harmless."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

_LOCK = 7_231_002


class Leader(Protocol):
    def acquire(self) -> bool:
        """Try to become, or find out whether one still is, the leader. Never waits."""

    def release(self) -> None: ...


class FileLeader:
    """On SQLite all processes are on one machine: a locked file, which the system frees when the process dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def acquire(self) -> bool:
        if self._file is not None:
            return True
        file = open(self._path, "w")  # noqa: SIM115 - the lock lives as long as the file is open
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        file.write(str(os.getpid()))
        file.flush()
        self._file = file
        return True

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class DatabaseLeader:
    """On PostgreSQL: an advisory lock on a connection of its own, which dies with the process or the network."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def acquire(self) -> bool:
        try:
            if self._connection is not None:
                self._connection.execute(sa.text("SELECT 1"))
                return True
            return self._try()
        except sa.exc.DBAPIError:
            self.release()
            return False

    def _try(self) -> bool:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.scalar(sa.text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}):
            self._connection = connection
            return True
        connection.close()
        return False

    def release(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def leader_for(engine: Engine, instance: Path) -> Leader:
    if engine.dialect.name == "postgresql":
        return DatabaseLeader(engine)
    return FileLeader(instance / "jobs.lock")
