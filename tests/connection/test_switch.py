"""Which number is the primary one, and which are on: two people at the same moment, or one from an old page."""

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


def admin_of(company: Company) -> User:
    return db.session.get_one(User, company.admin.id)


@pytest.fixture
def three(app: Flask, company: Company) -> list[int]:
    """The ids of the company's numbers: the simulator, which is the primary one, and two more."""
    with app.app_context():
        for name in ("Sul", "Norte"):
            service.add(admin_of(company), ConnectionKind.CLOUD_API, name)
        return sorted(each.id for each in queries.connections_of(company.id))


def rows(app: Flask, company: Company) -> list[Connection]:
    with app.app_context():
        return sorted(queries.connections_of(company.id), key=lambda each: each.id)


def test_two_choices_at_once(app: Flask, company: Company, three: list[int]) -> None:
    gate, failures = Barrier(2), []

    def work(connection_id: int) -> None:
        with app.app_context():
            chosen = queries.connection_in(company.id, connection_id)
            assert chosen is not None
            db.session.commit()
            gate.wait()
            try:
                service.make_primary(chosen, admin_of(company))
            except Exception as error:
                failures.append(error)

    def slowly(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("UPDATE connection"):
            time.sleep(0.2)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", slowly)
    threads = [Thread(target=work, args=(connection_id,)) for connection_id in three[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    sa.event.remove(engine, "before_cursor_execute", slowly)
    assert not failures
    assert sum(each.primary for each in rows(app, company)) == 1
    assert not rows(app, company)[0].primary


def test_the_primary_number_is_on(app: Flask, company: Company, three: list[int]) -> None:
    with app.app_context():
        sul = db.session.get_one(Connection, three[1])
        service.switch(sul, admin_of(company), on=False)
        assert [each.id for each in queries.enabled(company.id)] == [three[0], three[2]]
        service.make_primary(sul, admin_of(company))
        assert sul.enabled
        with pytest.raises(service.NumberRefused):
            service.switch(sul, admin_of(company), on=False)
        assert sul.enabled


def test_the_only_number_that_is_on_may_be_switched_off(app: Flask, company: Company) -> None:
    with app.app_context():
        only = queries.current(company.id)
        assert only is not None
        service.switch(only, admin_of(company), on=False)
        assert queries.enabled(company.id) == []
        assert queries.names(company.id) == {}


def test_names_are_told_apart_while_there_are_several(app: Flask, company: Company, three: list[int]) -> None:
    with app.app_context():
        assert queries.names(company.id) == dict(zip(three, ("Simulador", "Sul", "Norte"), strict=True))


def test_a_second_simulator_and_too_many_numbers_are_refused(app: Flask, company: Company) -> None:
    with app.app_context():
        user = admin_of(company)
        with pytest.raises(service.NumberRefused):
            service.add(user, ConnectionKind.SIMULATOR)
        for _ in range(19):
            service.add(user, ConnectionKind.CLOUD_API)
        with pytest.raises(service.NumberRefused):
            service.add(user, ConnectionKind.CLOUD_API)
