"""What both engines promise: a read-only transaction refuses a write, and moments keep their zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.accounts.models import LoginFailure
from portal.extensions import db, transactions

NOON = datetime(2026, 11, 22, 15, 0, 0, 123456, tzinfo=UTC)


def add(moment: datetime) -> None:
    db.session.add(LoginFailure(key="x", at=moment))
    db.session.commit()


def test_a_read_only_transaction_that_writes_raises(app: Flask) -> None:
    with app.app_context():
        with transactions(read_only=True), pytest.raises((sa.exc.OperationalError, sa.exc.InternalError)):
            add(NOON)
        db.session.rollback()
        add(NOON)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(LoginFailure)) == 1


def test_a_get_request_runs_read_only_and_a_post_does_not(app: Flask) -> None:
    def write() -> str:
        add(NOON)
        return "escrito"

    app.add_url_rule("/prova", "prova", write, methods=["GET", "POST"])
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    assert client.get("/prova").status_code >= 500
    assert client.post("/prova").status_code == 200
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(LoginFailure)) == 1


@pytest.mark.parametrize("moment", [NOON, NOON.astimezone(timezone(timedelta(hours=-3)))])
def test_a_moment_comes_back_as_the_same_moment_in_utc(app: Flask, moment: datetime) -> None:
    with app.app_context():
        add(moment)
        found = db.session.scalar(sa.select(LoginFailure.at))
        assert found == NOON and found.tzinfo is UTC


def test_a_naive_moment_is_refused(app: Flask) -> None:
    with app.app_context(), pytest.raises(sa.exc.StatementError, match="naive"):
        add(datetime(2026, 11, 22))
