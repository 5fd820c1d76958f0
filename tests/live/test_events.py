"""Events tell of what was committed, all of it, and to those whom it concerns."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.accounts.models import LoginFailure
from portal.extensions import db
from portal.live.models import Event
from portal.live.service import emit
from tests.support.people import Company


def topics(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Event.topic).order_by(Event.id)))


def test_an_event_is_there_when_its_change_is_and_not_before(app: Flask, company: Company) -> None:
    with app.app_context():
        emit(company.id, "inbox")
        db.session.rollback()
        assert topics(app) == []
        emit(company.id, "inbox")
        db.session.commit()
    assert topics(app) == ["inbox"]


def test_a_savepoint_that_fails_takes_no_event_of_the_others_with_it(app: Flask, company: Company) -> None:
    with app.app_context():
        emit(company.id, "first")
        with db.session.begin_nested():
            emit(company.id, "second")
        nested = db.session.begin_nested()
        db.session.add(LoginFailure(key="x", at=clock.now()))
        emit(company.id, "failed")
        nested.rollback()
        emit(company.id, "last")
        assert topics(app) == []
        db.session.commit()
    assert topics(app) == ["first", "second", "failed", "last"]


def test_the_same_change_twice_in_a_transaction_is_told_once(app: Flask, company: Company) -> None:
    with app.app_context():
        for _ in range(3):
            emit(company.id, "conversation", 7)
        db.session.commit()
    assert topics(app) == ["conversation"]
