"""A job process that dies at the worst moment: nothing sent twice, nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from flask import Flask

from portal import clock
from tests.support.clockwork import run
from tests.support.cloud import Cloud, set_limits
from tests.support.people import Company
from tests.support.processes import MORNING, planned, process, sent, states, wait_until


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
