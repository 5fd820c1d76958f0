"""The two runners of the dispatch benchmark: bare requests, which no product can beat, and the product's own agent."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from bench.company import PHONE_NUMBER_ID, TOKEN, phone_of, running_dispatch
from bench.fake_graph import FakeGraph, Ledger
from portal import create_app, jobs
from portal.connection.models import DailyUsage
from portal.dispatch.models import Dispatch, DispatchRecipient, RecipientState
from portal.dispatch.service.batches import claim_batch, finish_exhausted
from portal.extensions import db
from portal.gateways.base import Recipient
from portal.gateways.cloud_api_payloads import payload
from portal.gateways.messages import Template
from portal.inbox.models import Lane, Message
from portal.inbox.rules.ledger import State
from portal.inbox.service.sender import transmit_all
from tests.support.databases import Template as Database

GRAPH_VERSION = "v26.0"

GRACE = 45.0
"""A worker that was told to stop still settles its batch: a request may take 20 s, a lock as long."""


@dataclass(frozen=True)
class Speed:
    """`cpu_us` is processor time of this process for each message; the fake's own is not in it."""

    per_second: float
    cpu_us: float


@dataclass(frozen=True)
class Outcome:
    """What a run of ours left behind, by the fake's ledger and by the product's. `left` were not begun in time."""

    wanted: int
    left: int
    accepted: int
    unique: int
    doubled: int
    lost: int
    unsettled: int
    debited: int

    @property
    def is_right(self) -> bool:
        exact = self.accepted == self.unique == self.debited == self.wanted - self.left
        return self.accepted > 0 and exact and not (self.doubled or self.lost or self.unsettled)


def run_limit(fake: FakeGraph, messages: int, threads: int, deadline: float) -> Speed:
    """The same requests with nothing around them: bodies made beforehand, one kept-alive connection a thread."""
    fake.reset()
    bodies = [_body(number) for number in range(messages)]
    shares = [bodies[start::threads] for start in range(threads)]
    elapsed, cpu = _timed([partial(_post, fake.port, share, deadline) for share in shares], deadline)
    return _speed(sum(fake.ledger().attempts.values()), elapsed, cpu)


def _body(number: int) -> bytes:
    texts = (f"Devedor {number:06d}", "Escola Modelo")
    content = Template("primeiro_contato", "pt_BR", texts, "")
    whole = payload(Recipient(wa_id="", e164=phone_of(number), bsuid=""), content, f"{number:032x}")
    return json.dumps(whole, separators=(",", ":")).encode()


def _post(port: int, bodies: list[bytes], deadline: float) -> None:
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "portal",
        "Content-Type": "application/json",
    }
    connection = HTTPConnection("127.0.0.1", port, timeout=15)
    for body in bodies:
        if time.monotonic() > deadline:
            break
        connection.request("POST", f"/{GRAPH_VERSION}/{PHONE_NUMBER_ID}/messages", body, headers)
        json.loads(connection.getresponse().read())
    connection.close()


def run_ours(
    fake: FakeGraph, database: Database, folder: Path, messages: int, batch: int, threads: int, deadline: float
) -> tuple[Speed, Outcome]:
    """A dispatch on an empty database of its own, from the first claim until the portal calls it done or time is up."""
    folder.mkdir()
    env = database.copy(folder).env | {"GRAPH_API_URL": fake.url, "GRAPH_API_VERSION": GRAPH_VERSION}
    app = create_app(env)
    try:
        dispatch = running_dispatch(app, messages, batch)
        fake.reset()
        elapsed, cpu = _timed([_worker(app, dispatch, deadline)] * threads, deadline)
        outcome = _outcome(app, dispatch, messages, fake.ledger(), in_time=time.monotonic() < deadline)
        return _speed(outcome.accepted, elapsed, cpu), outcome
    finally:
        _close(app)
        database.discard(env)


def _worker(app: Flask, dispatch: Dispatch, deadline: float) -> Callable[[], None]:
    def work() -> None:
        with app.app_context():
            while time.monotonic() < deadline and (claims := claim_batch(dispatch.connection_id)):
                transmit_all(claims)
            finish_exhausted(dispatch.connection_id, sent=True)

    return work


def _timed(works: list[Callable[[], None]], deadline: float) -> tuple[float, float]:
    """Seconds and processor seconds that some work took side by side; raises the first error of any of it."""
    failures: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(work,), daemon=True) for work in works]
    begun, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline + GRACE - time.monotonic()))
    elapsed, used = time.perf_counter() - begun, time.process_time() - cpu
    if any(thread.is_alive() for thread in threads):
        raise TimeoutError(f"a worker did not stop {GRACE:.0f} s after it should have")
    if failures:
        raise failures[0]
    return elapsed, used


def _speed(count: int, elapsed: float, cpu: float) -> Speed:
    return Speed(count / elapsed, cpu / max(count, 1) * 1e6)


def _outcome(app: Flask, dispatch: Dispatch, wanted: int, ledger: Ledger, *, in_time: bool) -> Outcome:
    """With time left nobody may be left: then `left` is 0 and whoever was not reached counts as lost."""
    with app.app_context():
        settled = db.session.scalars(
            sa.select(Message.attempt_id).where(Message.lane == Lane.DISPATCH, Message.state == State.ACCEPTED)
        ).all()
        debited = db.session.scalar(
            sa.select(sa.func.sum(DailyUsage.used)).where(DailyUsage.connection_id == dispatch.connection_id)
        )
        planned = db.session.scalars(
            sa.select(DispatchRecipient.e164).where(
                DispatchRecipient.dispatch_id == dispatch.id, DispatchRecipient.state == RecipientState.PLANNED
            )
        ).all()
    left = set() if in_time else set(planned)
    people = {phone_of(number) for number in range(wanted)}
    return Outcome(
        wanted=wanted,
        left=len(left),
        accepted=sum(ledger.attempts.values()),
        unique=len(ledger.attempts),
        doubled=sum(count - 1 for count in ledger.recipients.values()),
        lost=len(people - left - ledger.recipients.keys()),
        unsettled=len(ledger.attempts.keys() ^ set(settled)),
        debited=debited or 0,
    )


def _close(app: Flask) -> None:
    jobs.forget_wakers()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
