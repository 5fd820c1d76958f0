"""Migrated databases by the copy, empty or with a company: a file on SQLite, a template database on PostgreSQL."""

from __future__ import annotations

import itertools
import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from cryptography.fernet import Fernet
from flask import Flask
from flask_migrate import upgrade

from portal import create_app
from portal.extensions import db
from tests.support.caches import Statements
from tests.support.people import Company, make_company

COMPANY = "Cobrança Modelo"
SECRETS = {"PORTAL_SECRET_KEY": "tests-only", "PORTAL_ENCRYPTION_KEYS": Fernet.generate_key().decode()}


@dataclass(frozen=True)
class Installation:
    """An environment with a database of its own, and the company that is in it already."""

    env: dict[str, str]
    company: Company | None


class Template:
    """Made once for each test process; a test gets a copy, which it may do anything to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._company: Company | None = None
        empty = self._make("empty", None)
        app = create_app(empty)
        with app.app_context():
            upgrade()
            self.statements = Statements(db.engine)
        _let_go(app)

    def copy(self, folder: Path, *, with_company: bool = False) -> Installation:
        if not with_company:
            return Installation(self._copy("empty", folder), None)
        if self._company is None:
            app = create_app(self._make("company", "empty"))
            self._company = make_company(app, COMPANY)
            _let_go(app)
        return Installation(self._copy("company", folder), self._company)

    def _make(self, name: str, like: str | None) -> dict[str, str]:
        raise NotImplementedError

    def _copy(self, name: str, folder: Path) -> dict[str, str]:
        raise NotImplementedError

    def discard(self, env: dict[str, str]) -> None:
        """A copy is needed no more."""

    def drop(self) -> None:
        """The template is needed no more."""


def template(engine: str, folder: Path) -> Template:
    return PostgresTemplate(folder) if engine == "postgresql" else SqliteTemplate(folder)


def _let_go(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


class SqliteTemplate(Template):
    def _make(self, name: str, like: str | None) -> dict[str, str]:
        folder = self._folder / name
        folder.mkdir()
        if like is not None:
            return self._copy(like, folder)
        (folder / "instance").mkdir()
        return {**SECRETS, "PORTAL_INSTANCE": str(folder / "instance")}

    def _copy(self, name: str, folder: Path) -> dict[str, str]:
        instance = folder / "instance"
        instance.mkdir()
        shutil.copyfile(self._folder / name / "instance" / "portal.sqlite3", instance / "portal.sqlite3")
        return {**SECRETS, "PORTAL_INSTANCE": str(instance)}


class PostgresTemplate(Template):
    """One server for the whole run (TEST_DATABASE_URL names it), a database for each test."""

    def __init__(self, folder: Path) -> None:
        self._server = os.environ["TEST_DATABASE_URL"]
        self._name = f"template_{uuid.uuid4().hex[:12]}"
        self._numbers = itertools.count(1)
        self._admin = psycopg.connect(self._server, autocommit=True)
        super().__init__(folder)

    def _make(self, name: str, like: str | None) -> dict[str, str]:
        return self._create(f"{self._name}_{name}", self._folder, like)

    def _copy(self, name: str, folder: Path) -> dict[str, str]:
        return self._create(f"{self._name}_{next(self._numbers)}", folder, name)

    def _create(self, name: str, folder: Path, like: str | None) -> dict[str, str]:
        source = f'TEMPLATE "{self._name}_{like}" STRATEGY wal_log' if like else ""
        self._execute(f'CREATE DATABASE "{name}" {source}')
        return {**SECRETS, "PORTAL_INSTANCE": str(folder / "instance"), "DATABASE_URL": self._url(name)}

    def discard(self, env: dict[str, str]) -> None:
        name = env["DATABASE_URL"].partition("?")[0].rsplit("/", 1)[1]
        self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def drop(self) -> None:
        for name in ("empty", "company"):
            self._execute(f'DROP DATABASE IF EXISTS "{self._name}_{name}" WITH (FORCE)')
        self._admin.close()

    def _url(self, name: str) -> str:
        base, _, query = self._server.partition("?")
        return f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")

    def _execute(self, statement: Any) -> None:
        self._admin.execute(statement)
