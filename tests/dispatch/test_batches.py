"""The limits of the sending agent hold exactly, whoever runs it and however often."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.connection import usage
from portal.dispatch.service import batches
from portal.extensions import db
from portal.inbox.models import Message
from portal.jobs.runs import run_once
from tests.dispatch.people import (
    NOON,
    begin,
    connection_of,
    debtors,
    limits,
    message_states,
    recipients,
    starter,
    used,
)
from tests.support.browser import Browser
from tests.support.clockwork import run
from tests.support.people import Company

DAY = date(2026, 11, 23)


def start(app: Flask, company: Company, people: int, daily_limit: int, batch_size: int) -> int:
    debtors(app, company, people)
    limits(app, company, daily_limit, batch_size)
    return begin(Browser(app).log_in(company.admin), starter(app, company))


def test_twelve_people_batch_five_cap_eight(app: Flask, company: Company) -> None:
    with clock.at(NOON):
        dispatch = start(app, company, 12, daily_limit=8, batch_size=5)
        results = [run(app, "send-batch") for _ in range(4)]
    assert results == ["5 conversas iniciadas", "3 conversas iniciadas", "", ""]
    assert used(app, company, DAY) == 8
    with clock.at(NOON + timedelta(days=1)):
        assert [run(app, "send-batch") for _ in range(2)] == ["4 conversas iniciadas", ""]
        page = Browser(app).log_in(company.admin).get(f"/envios/{dispatch}")
    assert "12 de 12 pessoas tratadas" in page.words and "Concluído" in page.words
    assert used(app, company, DAY) == 8 and used(app, company, DAY + timedelta(days=1)) == 4
    with app.app_context():
        by_person = Counter(db.session.scalars(sa.select(Message.conversation_id)))
    assert len(by_person) == 12 and set(by_person.values()) == {1}


def test_the_day_is_the_company_s(app: Flask, company: Company) -> None:
    late = datetime(2026, 11, 24, 2, 59, tzinfo=UTC)  # 23:59 of the 23rd in São Paulo
    with clock.at(late):
        start(app, company, 4, daily_limit=2, batch_size=5)
        assert run(app, "send-batch") == "2 conversas iniciadas"
        assert run(app, "send-batch") == ""
    with clock.at(late + timedelta(minutes=1)):
        assert run(app, "send-batch") == "2 conversas iniciadas"
    assert used(app, company, DAY) == 2 and used(app, company, DAY + timedelta(days=1)) == 2


def test_lowering_the_limit_below_what_is_used_grants_nothing(app: Flask, company: Company) -> None:
    with clock.at(NOON):
        start(app, company, 10, daily_limit=8, batch_size=5)
        run(app, "send-batch")
        limits(app, company, 3, 5)
        assert run(app, "send-batch") == ""
        limits(app, company, 6, 5)
        assert run(app, "send-batch") == "1 conversa iniciada"
    assert used(app, company, DAY) == 6


def test_agents_that_claim_at_once_never_pass_the_cap(app: Flask, company: Company) -> None:
    clock.use(lambda: NOON)
    dispatch = start(app, company, 20, daily_limit=7, batch_size=3)
    connection = connection_id(app, company)
    gate, claimed = Barrier(4), []

    def claim() -> None:
        gate.wait()
        for _ in range(3):
            with app.app_context():
                claimed.extend(batches.claim_batch(connection))
                db.session.remove()

    together(claim, 4)
    assert len(claimed) == 7 == len({claim.message_id for claim in claimed})
    assert used(app, company, DAY) == 7
    assert Counter(r.state.value for r in recipients(app, dispatch)) == {"taken": 7, "planned": 13}


def test_two_whole_jobs_at_once_send_each_once(app: Flask, company: Company) -> None:
    clock.use(lambda: NOON)
    start(app, company, 12, daily_limit=8, batch_size=5)
    gate, results = Barrier(2), []

    def work() -> None:
        gate.wait()
        for _ in range(3):
            results.append(run_once(app, "send-batch"))

    together(work, 2)
    assert all(ok for ok, _ in results), results
    assert message_states(app) == ["accepted"] * 8 and used(app, company, DAY) == 8


def test_reservations_of_an_empty_day_at_once_are_exact(app: Flask, company: Company) -> None:
    limits(app, company, 10, 5)
    connection = connection_id(app, company)
    gate, granted = Barrier(6), []

    def reserve() -> None:
        gate.wait()
        with app.app_context():
            from portal.connection.models import Connection

            row = db.session.get_one(Connection, connection)
            number = usage.reserve(row, DAY, 4)
            usage.give_back(row, DAY, 1 if number else 0)
            db.session.commit()
            granted.append(max(0, number - 1))
            db.session.remove()

    together(reserve, 6)
    assert sum(granted) == used(app, company, DAY) <= 10


def test_a_cancelled_dispatch_stays_cancelled_though_its_batch_was_on_the_way(app: Flask, company: Company) -> None:
    from portal.accounts.models import User
    from portal.dispatch.models import Dispatch, DispatchStatus
    from portal.dispatch.service import control
    from portal.inbox.service.sender import transmit_all

    clock.use(lambda: NOON)
    dispatch = start(app, company, 3, daily_limit=250, batch_size=2)
    connection = connection_id(app, company)
    with app.app_context():
        claims = batches.claim_batch(connection)
        control.move(dispatch, DispatchStatus.CANCELLED, db.session.get_one(User, company.admin.id))
        transmit_all(claims)
        batches.finish_exhausted(connection, sent=True)
        db.session.expire_all()
        assert db.session.get_one(Dispatch, dispatch).status is DispatchStatus.CANCELLED
    assert message_states(app) == ["accepted"] * 2
    assert [r.state.value for r in recipients(app, dispatch)] == ["taken", "taken", "skipped"]


def connection_id(app: Flask, company: Company) -> int:
    with app.app_context():
        return connection_of(company).id


def together(work: object, count: int) -> None:
    threads = [Thread(target=work) for _ in range(count)]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
