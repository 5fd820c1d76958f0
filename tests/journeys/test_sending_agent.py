"""The sending agent keeps its limits to the message, with two processes at work and one of them killed."""

from __future__ import annotations

import signal
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.connection import queries as connections
from portal.dispatch.models import Dispatch, DispatchRecipient, DispatchStatus
from portal.extensions import db
from tests.support.browser import Browser
from tests.support.clockwork import run, settle
from tests.support.cloud import Cloud, set_limits
from tests.support.people import Company
from tests.support.processes import DAY, MORNING, planned, process, result, sent, states, wait_until


def test_two_processes_share_the_limits_exactly(
    app: Flask, company: Company, cloud: Cloud, database: dict[str, str]
) -> None:
    """12 people, 5 at a time, 8 a day: 5, 3, and the rest the next day."""
    planned(app, company, cloud, 12)
    set_limits(app, company, daily_limit=8, batch_size=5)
    arguments = ("send-batch", "--times", "3", "--at")
    today, tomorrow = (*arguments, MORNING.isoformat()), (*arguments, (MORNING + DAY).isoformat())
    with process(database, cloud, *today) as one, process(database, cloud, *today) as two:
        lines = result(one) + result(two)
    tried = sorted((int(line.split()[1]) for line in lines if line.startswith("ok: ") and line[4:]), reverse=True)
    assert tried == [5, 3]
    assert sent(cloud) == 8

    with process(database, cloud, *tomorrow) as one, process(database, cloud, *tomorrow) as two:
        result(one), result(two)
    assert sent(cloud) == 12
    with app.app_context():
        assert db.session.scalar(sa.select(Dispatch.status)) is DispatchStatus.DONE


def test_killed_in_the_middle_of_a_batch(app: Flask, company: Company, cloud: Cloud, database: dict[str, str]) -> None:
    """Meta holds five requests when the process dies: their statuses settle them, the others are sent once."""
    dispatch_id = planned(app, company, cloud, 12)
    set_limits(app, company, daily_limit=100, batch_size=5)
    cloud.graph.always("hold")
    with process(database, cloud, "send-batch", "--at", MORNING.isoformat()) as child:
        wait_until(lambda: sum(cloud.graph.posts.values()) == 5)
        child.send_signal(signal.SIGKILL)
        child.wait()
    cloud.graph.release()
    cloud.graph.always("ok")
    wait_until(lambda: len(cloud.graph.ledger) == 5)
    assert states(app) == {"sending": 5}

    with clock.at(MORNING + timedelta(minutes=3)):
        run(app, "sweep-outbox")
        assert states(app) == {"unknown": 5}
        page = Browser(app).log_in(company.admin).get(f"/envios/{dispatch_id}")
        assert "sem confirmação" in page.words.lower()
        for _ in range(3):
            run(app, "send-batch")
        assert sent(cloud) == 12
        for uncertain in cloud.graph.ledger[:5]:
            for body in cloud.graph.statuses_for(uncertain.wamid, "delivered", "sent"):
                assert cloud.deliver(body) == 200
        settle(app)
    assert states(app) == {"delivered": 5, "accepted": 7}
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).where(DispatchRecipient.message_id.is_(None))) == 0
        connection = connections.current(company.id)
        assert connection and connections.used_on(connection.id, clock.local(MORNING, "America/Sao_Paulo").date()) == 12
