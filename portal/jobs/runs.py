"""One run of a job, logged with its result."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.extensions import db, insert_if_missing
from portal.jobs import Job, registry
from portal.jobs.models import JobRun, JobState

log = logging.getLogger("portal.jobs")

IDLE_MARK = timedelta(seconds=20)
"""An idle job notes that it is alive this often: a row a second would be noise, and writes."""

KEEP_RUNS = timedelta(days=14)


class UnknownJob(KeyError):
    """No job has this name."""


def run_once(app: Flask, name: str) -> tuple[bool, str]:
    """Run a job now, in an app context of its own. Returns whether it worked, and its result or error.

    Raises UnknownJob. An error of the job is logged and kept, never raised: the clock goes on.
    """
    try:
        chosen = registry[name]
    except KeyError:
        raise UnknownJob(name) from None
    with app.app_context():
        started = clock.now()
        ok, result = _work(chosen)
        _remember(chosen, started, ok, result)
    return ok, result


def _work(chosen: Job) -> tuple[bool, str]:
    try:
        return True, chosen.work()
    except Exception as error:
        log.exception("job %s failed", chosen.name)
        db.session.rollback()
        return False, f"{type(error).__name__}: {error}"[:500]
    finally:
        db.session.remove()


def _remember(chosen: Job, started: datetime, ok: bool, result: str) -> None:
    now = clock.now()
    state = db.session.get(JobState, chosen.name)
    idle = ok and not result
    if idle and state is not None and state.ok and now - state.ran_at < IDLE_MARK:
        db.session.rollback()
        return
    if state is None:
        insert_if_missing(JobState, job=chosen.name, ran_at=now, ok=ok, result=result)
        state = db.session.get_one(JobState, chosen.name)
    state.ran_at, state.ok = now, ok
    if not idle:
        state.result = result
        db.session.add(JobRun(job=chosen.name, started_at=started, ended_at=now, ok=ok, result=result))
    db.session.commit()


def states() -> dict[str, JobState]:
    """The last run of each job, by name."""
    return {state.job: state for state in db.session.scalars(sa.select(JobState))}


def sweep() -> int:
    """Delete the log of old runs. Returns how many."""
    result = db.session.execute(sa.delete(JobRun).where(JobRun.ended_at < clock.now() - KEEP_RUNS))
    db.session.commit()
    return int(result.rowcount)  # type: ignore[attr-defined]
