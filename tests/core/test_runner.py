"""The clock of the jobs, started and stopped."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from portal import jobs
from portal.jobs import Job
from portal.jobs.runner import Runner


def test_a_job_that_wakes_another_does_not_hold_the_stop_up(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    started, stopping = threading.Event(), threading.Event()

    def work() -> str:
        started.set()
        stopping.wait(10)
        threading.Event().wait(0.3)  # the stop is now waiting for this very run
        jobs.wake("other")
        return ""

    monkeypatch.setattr(
        jobs, "registry", {"restless": Job("restless", "Tarefa", 3600, work), "other": Job("other", "Outra", 3600, str)}
    )
    monkeypatch.setattr("portal.jobs.runs.registry", jobs.registry)
    runner = Runner(app)
    clock = runner.start_in_background()
    assert started.wait(10)
    runner.stop()
    stopping.set()
    clock.join(10)
    assert not clock.is_alive()
