"""The content of the database, to compare before and after."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Flask

from portal.extensions import db, transactions

Rows = dict[str, list[dict[str, Any]]]

CLOCKS = {("user_session", "last_seen_at")}
"""Columns that merely looking at the portal moves, on purpose."""

OF_EVERYBODY = ("account", "login_failure", "job_run", "job_state", "alembic_version")
"""Tables that belong to no company."""


def everything(app: Flask) -> Rows:
    return _read(app, None)


def of_account(app: Flask, account_id: int) -> Rows:
    """All rows of one company, its own row included."""
    return _read(app, account_id)


def _read(app: Flask, account_id: int | None) -> Rows:
    found: Rows = {}
    with app.app_context(), transactions(read_only=True), db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            query = sa.select(*(c for c in table.c if (table.name, c.name) not in CLOCKS)).order_by(*table.primary_key)
            if account_id is not None:
                owner = table.c.get("account_id", table.c.id if table.name == "account" else None)
                if owner is None:
                    continue
                query = query.where(owner == account_id)
            found[table.name] = [dict(row) for row in connection.execute(query).mappings()]
    return found


def changes(before: Rows, after: Rows) -> list[str]:
    """Which tables changed, and how; empty when nothing did."""
    found = []
    for table in before:
        gone = [row for row in before[table] if row not in after[table]]
        new = [row for row in after[table] if row not in before[table]]
        if gone or new:
            found.append(f"{table}: was {gone[:2]}, is {new[:2]}")
    return found


def crossings(app: Flask) -> list[str]:
    """Rows that point to a row of another company, over every foreign key between two tables of companies."""
    found = []
    with app.app_context(), transactions(read_only=True), db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            for column in table.c:
                for key in column.foreign_keys:
                    target = key.column.table.alias("target")
                    if "account_id" not in table.c or "account_id" not in target.c:
                        continue
                    joined = table.join(target, column == target.c[key.column.name])
                    query = sa.select(sa.func.count()).select_from(joined)
                    count = connection.scalar(query.where(table.c.account_id != target.c.account_id))
                    if count:
                        found.append(f"{table.name}.{column.name}: {count} rows of another company")
    return found
