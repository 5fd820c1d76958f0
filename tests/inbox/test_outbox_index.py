"""The sender looks into the outbox every few seconds: its work must not grow with what was ever sent."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.dispatch.queries import dispatches
from portal.dispatch.service import batches
from portal.extensions import db
from portal.inbox.service import claim, ledger
from tests.dispatch.people import NOON, begin, debtors
from tests.support.browser import Browser
from tests.support.cloud import Cloud, add_starter, set_limits
from tests.support.people import Company

SMALL = ("ix_message_outbox", "sqlite_autoindex_message", "ix_message_thread", "PRIMARY KEY")
"""What finds a message without a look at many others."""


def test_no_look_goes_through_all_messages(app: Flask, company: Company, cloud: Cloud) -> None:
    clock.use(lambda: NOON)
    debtors(app, company, 3)
    set_limits(app, company, daily_limit=10, batch_size=2)
    begin(Browser(app).log_in(company.admin), add_starter(app, company, cloud.graph))
    seen: dict[str, Any] = {}

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if statement.startswith("SELECT"):
            seen.setdefault(statement, parameters)

    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL proves by itself that an index will do")
        sa.event.listen(db.engine, "before_cursor_execute", note)
        batches.claim_batch(cloud.connection_id)
        claim.claim_replies(1)
        ledger.sweep_lost()
        dispatches.running_connections()
        sa.event.remove(db.engine, "before_cursor_execute", note)
        looks = [(statement, parameters) for statement, parameters in seen.items() if "message.state" in statement]
        assert len(looks) >= 4
        slow = [step for look in looks for step in plan(*look) if not any(name in step for name in SMALL)]
    assert not slow


def plan(statement: str, parameters: Any) -> list[str]:
    """How SQLite goes about a query, as far as messages are concerned."""
    rows = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    steps = [str(row[3]) for row in rows]
    return [step for step in steps if step.split(" ")[0] in ("SCAN", "SEARCH") and step.split(" ")[1] == "message"]
