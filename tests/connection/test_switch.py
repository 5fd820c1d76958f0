"""Two people choose the API at the same moment, or one clicks twice: one is in use, and nobody sees an error."""

from __future__ import annotations

import time
from threading import Barrier, Thread
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.accounts.models import User
from portal.connection import queries, service
from portal.connection.models import Connection, ConnectionKind
from portal.extensions import db
from tests.support.people import Company

BOTH = (ConnectionKind.CLOUD_API, ConnectionKind.SIMULATOR)


def choose(app: Flask, company: Company, kind: ConnectionKind) -> None:
    with app.app_context():
        queries.current(company.id)  # as the page's form does
        service.choose_kind(db.session.get_one(User, company.admin.id), kind)


@pytest.mark.parametrize("second", BOTH)
def test_two_choices_at_once(app: Flask, company: Company, second: ConnectionKind) -> None:
    gate, failures = Barrier(2), []

    def work(kind: ConnectionKind) -> None:
        gate.wait()
        try:
            choose(app, company, kind)
        except Exception as error:
            failures.append(error)

    def slowly(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith(("UPDATE connection", "INSERT INTO connection")):
            time.sleep(0.2)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", slowly)
    threads = [Thread(target=work, args=(kind,)) for kind in (ConnectionKind.CLOUD_API, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    sa.event.remove(engine, "before_cursor_execute", slowly)
    assert not failures
    with app.app_context():
        rows = db.session.scalars(sa.select(Connection).where(Connection.account_id == company.id)).all()
        assert sum(row.enabled for row in rows) == 1 and len({row.kind for row in rows}) == len(rows) == 2


def test_a_choice_made_from_an_old_page_holds(app: Flask, company: Company) -> None:
    """The page was loaded when the simulator was in use; meanwhile somebody chose the other and this person goes back."""
    with app.app_context():
        stale = queries.current(company.id)
        assert stale is not None and stale.kind is ConnectionKind.SIMULATOR
        other = Thread(target=choose, args=(app, company, ConnectionKind.CLOUD_API))
        db.session.commit()
        other.start()
        other.join(60)
        service.choose_kind(db.session.get_one(User, company.admin.id), ConnectionKind.SIMULATOR)
        found = queries.current(company.id)
        assert found is not None and found.kind is ConnectionKind.SIMULATOR
