"""Running jobs by hand, until nothing is left to do."""

from __future__ import annotations

from flask import Flask

from portal.jobs.runs import run_once

PUMP = ("apply-webhooks", "send-outbox", "simulator-phone")


def run(app: Flask, name: str) -> str:
    """One run of a job; an error of the job is an error of the test."""
    ok, result = run_once(app, name)
    assert ok, result
    return result


def settle(app: Flask) -> None:
    """Let everything that came in be applied, answered, sent and delivered."""
    for _ in range(20):
        done = [run(app, name) for name in PUMP]
        if not any(done):
            return
    raise AssertionError("the jobs do not come to rest")
