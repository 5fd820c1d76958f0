"""One chain of migrations, which makes what the models say, on whichever engine the tests run, and unmakes it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from portal.extensions import db
from tests.architecture.code import ROOT


def differences() -> list[Any]:
    with db.engine.connect() as connection:
        options = {"compare_type": True, "target_metadata": db.metadata}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), db.metadata))


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names())


def test_the_migrations_make_what_the_models_say(app: Flask) -> None:
    with app.app_context():
        assert differences() == [], "write a migration: flask --app wsgi db migrate"


def test_the_comparison_sees_a_difference(app: Flask) -> None:
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE account ADD COLUMN forgotten INTEGER"))
        assert differences() != []


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(str(ROOT / "migrations")).get_heads()) == 1


def test_down_to_nothing_and_up_again(app: Flask) -> None:
    with app.app_context():
        full = tables()
        downgrade(revision="base")
        assert tables() <= {"alembic_version"}
        upgrade()
        assert tables() == full
        assert differences() == []
