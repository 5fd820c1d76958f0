"""Job processes that a test starts and kills, and a dispatch for them to work on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.accounts.models import User
from portal.chat_starters.models import ChatStarter
from portal.connection import queries as connections
from portal.dispatch.filters import Filter
from portal.dispatch.service.plan import start
from portal.extensions import db
from portal.inbox.models import Message
from tests.support.cloud import Cloud, add_starter
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


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
