"""What a figure needs beside it: the machine, the versions, the disk of this minute, the time a run is given."""

from __future__ import annotations

import os
import platform
import sqlite3
import time
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("flask", "sqlalchemy", "psycopg", "requests", "urllib3")
BLOCK = b"\0" * 4096


def versions() -> dict[str, str]:
    """The versions that can move a figure."""
    own = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    return own | {name: version(name) for name in LIBRARIES}


def cores() -> int:
    return len(os.sched_getaffinity(0))


def load() -> float:
    """How many processes wanted a core in the last minute: above `cores` the figures are of a busy machine."""
    return round(os.getloadavg()[0], 2)


def fsync_rate(folder: Path, seconds: float = 0.5) -> int:
    """Appends of 4 KiB a second, each on the disk before the next, in the folder that will hold the database."""
    path = folder / "fsync.probe"
    count, begun = 0, time.perf_counter()
    with path.open("wb", buffering=0) as file:
        while time.perf_counter() - begun < seconds:
            file.write(BLOCK)
            os.fdatasync(file.fileno())
            count += 1
    elapsed = time.perf_counter() - begun
    path.unlink()
    return round(count / elapsed)
