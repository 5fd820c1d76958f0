"""Empty, migrated databases by the copy: a file on SQLite, a template database on PostgreSQL."""

from __future__ import annotations

import itertools
import os
import shutil
import uuid
from pathlib import Path
from typing import Any, Protocol

import psycopg
from cryptography.fernet import Fernet
from flask_migrate import upgrade

from portal import create_app
from portal.extensions import db

SECRETS = {"PORTAL_SECRET_KEY": "tests-only", "PORTAL_ENCRYPTION_KEYS": Fernet.generate_key().decode()}


class Template(Protocol):
    def copy(self, folder: Path) -> dict[str, str]: ...

    def discard(self, env: dict[str, str]) -> None: ...

    def drop(self) -> None: ...


def template(engine: str, folder: Path) -> Template:
    return PostgresTemplate(folder) if engine == "postgresql" else SqliteTemplate(folder)


def _migrate(env: dict[str, str]) -> None:
    app = create_app(env)
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()


class SqliteTemplate:
    def __init__(self, folder: Path) -> None:
        self._file = folder / "portal.sqlite3"
        _migrate({**SECRETS, "PORTAL_INSTANCE": str(folder)})

    def copy(self, folder: Path) -> dict[str, str]:
        instance = folder / "instance"
        instance.mkdir()
        shutil.copyfile(self._file, instance / "portal.sqlite3")
        return {**SECRETS, "PORTAL_INSTANCE": str(instance)}

    def discard(self, env: dict[str, str]) -> None:
        pass

    def drop(self) -> None:
        pass


class PostgresTemplate:
    """One server for the whole run (TEST_DATABASE_URL names it), a database for each test."""

    def __init__(self, folder: Path) -> None:
        self._server = os.environ["TEST_DATABASE_URL"]
        self._name = f"template_{uuid.uuid4().hex[:12]}"
        self._numbers = itertools.count(1)
        self._execute(f'CREATE DATABASE "{self._name}"')
        _migrate({**SECRETS, "PORTAL_INSTANCE": str(folder), "DATABASE_URL": self._url(self._name)})

    def copy(self, folder: Path) -> dict[str, str]:
        name = f"{self._name}_{next(self._numbers)}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{self._name}" STRATEGY wal_log')
        return {**SECRETS, "PORTAL_INSTANCE": str(folder / "instance"), "DATABASE_URL": self._url(name)}

    def discard(self, env: dict[str, str]) -> None:
        name = env["DATABASE_URL"].partition("?")[0].rsplit("/", 1)[1]
        self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def drop(self) -> None:
        self._execute(f'DROP DATABASE "{self._name}" WITH (FORCE)')

    def _url(self, name: str) -> str:
        base, _, query = self._server.partition("?")
        return f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")

    def _execute(self, statement: Any) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement)
