"""Alembic's entry. The engine and the metadata are the portal's own; nothing is configured twice."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

from portal.extensions import UTCDateTime, db
from portal.vault import EncryptedText


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Migrations name plain column types, so that an old one never depends on today's code."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, EncryptedText):
        return "sa.Text()"
    return False


def run() -> None:
    options = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection:
        context.configure(connection=connection, target_metadata=db.metadata, render_item=render_item, **options)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
