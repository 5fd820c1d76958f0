"""The clock: APScheduler around the registry, ticking only while this process is the leader."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from portal import clock, jobs
from portal.extensions import db
from portal.jobs.leader import leader_for
from portal.jobs.runs import run_once

log = logging.getLogger("portal.jobs")

CHECK_LEADERSHIP = 1.0


class Runner:
    """Started by `flask jobs` or by the embedded server, never by `create_app`: else every process would tick."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stop = threading.Event()
        self._guard = threading.Lock()
        self._running: set[str] = set()
        self._again: set[str] = set()
        self._scheduler: BackgroundScheduler | None = None
        with app.app_context():
            self._leader = leader_for(db.engine, Path(app.config["INSTANCE"]))

    def run_forever(self) -> None:
        """Hold the clock while leader, stand by while not, until `stop`. Blocks."""
        jobs.on_wake(self._wake)
        try:
            while not self._stop.is_set():
                self._follow(leading=self._leader.acquire())
                self._stop.wait(CHECK_LEADERSHIP)
        finally:
            self._follow(leading=False)
            self._leader.release()

    def start_in_background(self) -> threading.Thread:
        thread = threading.Thread(target=self.run_forever, name="jobs", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        self._stop.set()

    def _follow(self, *, leading: bool) -> None:
        if leading and self._scheduler is None:
            log.info("this process is the leader of the jobs")
            self._scheduler = self._new_scheduler()
            self._scheduler.start()
        elif not leading and self._scheduler is not None:
            log.info("this process leads the jobs no more")
            self._retire()

    def _retire(self) -> None:
        """Wait for what runs. No wake reaches a scheduler that shuts down: it would wait for the scheduler's lock, in
        a job for which that shutdown waits."""
        with self._guard:
            retired, self._scheduler = self._scheduler, None
        if retired is not None:
            retired.shutdown(wait=True)

    def _new_scheduler(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(max(4, len(jobs.registry)))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for name, each in jobs.registry.items():
            scheduler.add_job(
                self._tick, "interval", seconds=each.every, id=name, args=(name,), next_run_time=clock.now()
            )
        # A job that outlasts its interval skips a tick by design: not worth a line each second.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        scheduler.add_listener(_report, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
        return scheduler

    def _tick(self, name: str) -> None:
        """Run a job; once more, and once only, for all that woke it while it ran."""
        with self._guard:
            self._running.add(name)
        while True:
            run_once(self._app, name)
            with self._guard:
                if name not in self._again or self._stop.is_set():
                    self._running.discard(name)
                    return
                self._again.discard(name)

    def _wake(self, name: str) -> None:
        with self._guard:
            if self._scheduler is None:
                return
            if name in self._running:
                self._again.add(name)
                return
            try:
                self._scheduler.modify_job(name, next_run_time=clock.now())
            except JobLookupError:
                log.warning("no such job to wake: %s", name)


def _report(event: JobExecutionEvent) -> None:
    log.error("job %s was missed or broke: %s", event.job_id, event.exception)
