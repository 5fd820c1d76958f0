"""Answers that come together are stored together, and none pays for its neighbour."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.dispatch.service import batches
from portal.extensions import db
from portal.gateways.base import Accepted, SendError, Uncertain
from portal.inbox.models import Contact, Message
from portal.inbox.service import ledger
from portal.inbox.service.ledger import Answer, Claim
from tests.dispatch.people import NOON, begin, debtors, message_states, used
from tests.support.browser import Browser
from tests.support.clockwork import run
from tests.support.cloud import Cloud, add_starter, set_limits
from tests.support.people import Company

PEOPLE = 4
DAY = date(2026, 11, 23)


@pytest.fixture
def claimed(app: Flask, company: Company, cloud: Cloud) -> Iterator[list[Claim]]:
    """Four starts that are reserved, with nothing sent yet."""
    clock.use(lambda: NOON)
    debtors(app, company, PEOPLE)
    set_limits(app, company, daily_limit=10, batch_size=PEOPLE)
    begin(Browser(app).log_in(company.admin), add_starter(app, company, cloud.graph))
    with app.app_context():
        claims = batches.claim_batch(cloud.connection_id)
        assert len(claims) == PEOPLE
        yield claims


@contextmanager
def watching(app: Flask, event: str, watcher: Callable[..., None]) -> Iterator[None]:
    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, event, watcher)
    try:
        yield
    finally:
        sa.event.remove(engine, event, watcher)


def accepted(claims: list[Claim], *ids: str) -> list[Answer]:
    return [Answer(claim, Accepted(f"wamid.{name}")) for claim, name in zip(claims, ids, strict=True)]


def test_one_commit_for_all_that_come_together(app: Flask, claimed: list[Claim]) -> None:
    commits: list[int] = []
    with watching(app, "commit", lambda connection: commits.append(1)):
        ledger.settle(accepted(claimed, "a", "b", "c", "d"))
    assert len(commits) == 1 and message_states(app) == ["accepted"] * PEOPLE


def test_each_gets_its_own_fate(app: Flask, company: Company, claimed: list[Claim]) -> None:
    busy, bad = SendError("130429", "too many", retry=True), SendError("131026", "no WhatsApp")
    fates = (Accepted("wamid.a", "5511912340001"), busy, Uncertain("ReadTimeout"), bad)
    ledger.settle([Answer(claim, fate) for claim, fate in zip(claimed, fates, strict=True)])
    assert message_states(app) == ["accepted", "queued", "unknown", "failed"]
    assert used(app, company, DAY) == 3, "what surely did not go out and is tried again gave its share back"
    codes = db.session.scalars(sa.select(Message.error_code).order_by(Message.id)).all()
    assert codes == ["", "130429", "", "131026"]
    first = db.session.scalars(sa.select(Contact).order_by(Contact.id)).first()
    assert first is not None and first.wa_id == "5511912340001"


def test_what_was_never_tried_loses_no_try(app: Flask, company: Company, claimed: list[Claim]) -> None:
    ledger.settle([Answer(claim, None) for claim in claimed])
    assert message_states(app) == ["queued"] * PEOPLE and used(app, company, DAY) == 0
    assert set(db.session.scalars(sa.select(Message.attempts))) == {0}


def test_an_answer_that_cannot_be_stored_costs_its_neighbours_nothing(app: Flask, claimed: list[Claim]) -> None:
    """The database refuses an id that the provider gave twice; who got it stays on the way, and then is uncertain."""
    with pytest.raises(sa.exc.IntegrityError):
        ledger.settle(accepted(claimed, "a", "a", "b", "c"))
    assert sorted(message_states(app)) == ["accepted", "accepted", "accepted", "sending"]
    clock.use(lambda: NOON + ledger.CLAIM_LIFE * 2)
    run(app, "sweep-outbox")
    assert sorted(message_states(app)) == ["accepted", "accepted", "accepted", "unknown"]


def test_one_whose_row_cannot_be_read_costs_its_neighbours_nothing(
    app: Flask, claimed: list[Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that nobody lets go: together they fail to the last try, alone only the one who waits for it."""
    monkeypatch.setattr(ledger, "SETTLE_AGAIN", (0.01, 0.01))
    held = claimed[1].attempt_id

    def refuse(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        values = parameters.values() if isinstance(parameters, dict) else parameters
        if statement.startswith("SELECT message.") and held in values:
            raise sa.exc.OperationalError(statement, {}, Exception("canceling statement due to lock timeout"))

    with watching(app, "before_cursor_execute", refuse), pytest.raises(sa.exc.OperationalError):
        ledger.settle(accepted(claimed, "a", "b", "c", "d"))
    assert message_states(app) == ["accepted", "sending", "accepted", "accepted"]


def test_a_late_answer_does_not_undo_a_later_attempt(app: Flask, claimed: list[Claim]) -> None:
    message = db.session.get_one(Message, claimed[0].message_id)
    message.attempt_id = "another-attempt"
    db.session.commit()
    ledger.settle(accepted(claimed, "a", "b", "c", "d"))
    assert message_states(app) == ["sending", "accepted", "accepted", "accepted"]


@pytest.mark.parametrize("times", [1, 3])
def test_a_batch_survives_a_stumbling_database(
    app: Flask, company: Company, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    monkeypatch.setattr(ledger, "SETTLE_AGAIN", (0.01, 0.01, 0.01))
    clock.use(lambda: NOON)
    debtors(app, company, PEOPLE)
    set_limits(app, company, daily_limit=10, batch_size=PEOPLE)
    begin(Browser(app).log_in(company.admin), add_starter(app, company, cloud.graph))
    failures = iter(range(times))

    def stumble(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("UPDATE message") and cloud.graph.ledger and next(failures, None) is not None:
            raise sa.exc.OperationalError(statement, {}, Exception("the server closed the connection"))

    with watching(app, "before_cursor_execute", stumble):
        run(app, "send-batch")
    assert next(failures, None) is None, "it did stumble"
    assert message_states(app) == ["accepted"] * PEOPLE and set(cloud.graph.posts.values()) == {1}
