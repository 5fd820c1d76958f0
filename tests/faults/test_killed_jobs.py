"""A job process that dies at the worst moment: nothing sent twice, nothing lost, what is uncertain is shown."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.accounts.models import User
from portal.chat_starters.models import ChatStarter
from portal.connection import queries as connections
from portal.dispatch.filters import Filter
from portal.dispatch.models import Dispatch, DispatchRecipient, DispatchStatus
from portal.dispatch.service.plan import start
from portal.extensions import db
from portal.inbox.models import Message
from tests.support.browser import Browser
from tests.support.clockwork import run, settle
from tests.support.cloud import Cloud, add_starter, set_limits
from tests.support.people import Company
from tests.support.portfolio import add_debtor, cpf

MORNING = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@contextmanager
def process(env: dict[str, str], cloud: Cloud, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.support.job_process", *arguments]
    full = {**os.environ, **env, "GRAPH_API_URL": cloud.graph.url}
    child = subprocess.Popen(command, env=full, stdout=subprocess.PIPE, text=True)
    try:
        yield child
    finally:
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


def result(child: subprocess.Popen[str]) -> list[str]:
    out, _ = child.communicate(timeout=60)
    return [line for line in out.splitlines() if line != "ready"]


def planned(app: Flask, company: Company, cloud: Cloud, people: int) -> int:
    """A dispatch to so many people, started in the morning."""
    starter_id = add_starter(app, company, cloud.graph)
    for number in range(people):
        add_debtor(app, company, f"Pessoa {number} Souza", tax_id=cpf(number), phone=f"+55119{80000000 + number}")
    with app.app_context(), clock.at(MORNING):
        connection = connections.current(company.id)
        starter = db.session.get(ChatStarter, starter_id)
        admin = db.session.get(User, company.admin.id)
        assert connection and starter and admin
        return start(connection, starter, Filter(), admin, "form-1").id


def sent(cloud: Cloud) -> int:
    assert all(count == 1 for count in cloud.graph.posts.values()), "an attempt went out twice"
    recipients = [sent.wa_id for sent in cloud.graph.ledger]
    assert len(recipients) == len(set(recipients)), "a person was reached twice"
    return len(recipients)


def states(app: Flask) -> dict[str, int]:
    with app.app_context():
        rows = db.session.execute(
            sa.select(Message.state, sa.func.count()).where(Message.lane == "dispatch").group_by(Message.state)
        )
        return {state.value: count for state, count in rows}


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


@pytest.mark.faults
@pytest.mark.parametrize(("moment", "gone"), [("before", 0), ("after", 1)])
def test_killed_at_the_first_request(
    app: Flask, company: Company, cloud: Cloud, database: dict[str, str], moment: str, gone: int
) -> None:
    planned(app, company, cloud, 4)
    set_limits(app, company, daily_limit=10, batch_size=1)
    with process(database, cloud, "send-batch", "--at", MORNING.isoformat(), "--die", moment) as child:
        assert child.wait(timeout=60) == -signal.SIGKILL
    assert sent(cloud) == gone
    assert states(app) == {"sending": 1}

    later = MORNING + timedelta(minutes=3)
    with clock.at(later):
        run(app, "sweep-outbox")
        assert states(app) == {"unknown": 1}
        for _ in range(5):
            run(app, "send-batch")
    assert sent(cloud) == 3 + gone, "the uncertain one is never sent again by a machine"
    assert states(app) == {"unknown": 1, "accepted": 3}


@pytest.mark.faults
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


@pytest.mark.faults
def test_when_the_leader_is_killed_the_other_process_takes_the_clock(
    app: Flask, company: Company, cloud: Cloud, database: dict[str, str]
) -> None:
    planned(app, company, cloud, 12)
    set_limits(app, company, daily_limit=8, batch_size=5)
    env = {**os.environ, **database, "GRAPH_API_URL": cloud.graph.url}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs"]
    first = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    second: subprocess.Popen[bytes] | None = None
    try:
        wait_until(lambda: len(cloud.graph.ledger) == 5)
        second = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(3)
        assert sent(cloud) == 5, "a process that does not lead starts nothing"
        first.kill()
        first.wait()
        wait_until(lambda: len(cloud.graph.ledger) == 8)
        time.sleep(1)
        assert sent(cloud) == 8
    finally:
        for child in (first, second):
            if child is not None:
                child.kill()
                child.wait()


def wait_until(holds, seconds: float = 30) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
