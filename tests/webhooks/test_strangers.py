"""Guesses at the unsigned entrance cost no look into the database each, and never stand in the way of a right address."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.extensions import db
from portal.webhooks import strangers as module
from portal.webhooks.models import WebhookEvent
from portal.webhooks.strangers import FRESH, GUESSES, REMEMBERED, WINDOW, Strangers
from tests.fakes.plug_api import PlugApi
from tests.support import pairing
from tests.support.pairing import Paired
from tests.support.people import Company
from tests.support.plug import INSTANCE_ID


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def made(keys: frozenset[str] = frozenset()) -> tuple[Strangers, Clock, list[int]]:
    now, reads = Clock(), list[int]()

    def read() -> frozenset[str]:
        reads.append(1)
        return keys

    return Strangers(read, now), now, reads


def guess(strangers: Strangers, times: int, remote: str = "203.0.113.9") -> None:
    for _ in range(times):
        strangers.was_wrong(remote)


def test_so_many_guesses_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    strangers, now, reads = made()
    guess(strangers, GUESSES - 1)
    assert strangers.may_ask("203.0.113.9", "k") and reads == []
    with caplog.at_level(logging.WARNING):
        guess(strangers, 20)
    assert not strangers.may_ask("203.0.113.9", "k")
    assert strangers.may_ask("198.51.100.1", "k"), "others are not held off"
    assert len(caplog.records) == 1
    now.at += WINDOW
    assert strangers.may_ask("203.0.113.9", "k")


def test_a_right_address_is_never_held_off_and_read_seldom() -> None:
    strangers, now, reads = made(frozenset({"right"}))
    guess(strangers, GUESSES + 5)
    for _ in range(50):
        assert strangers.may_ask("203.0.113.9", "right")
        assert not strangers.may_ask("203.0.113.9", "wrong")
    assert len(reads) == 1
    now.at += FRESH
    assert strangers.may_ask("203.0.113.9", "right") and len(reads) == 2


def test_the_memory_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 10)
    strangers, _, _ = made()
    for number in range(1000):
        strangers.was_wrong(f"2001:db8::{number:x}")
    assert len(strangers._wrong) == 10 < REMEMBERED


@pytest.fixture
def plug(app: Flask, company: Company) -> Iterator[Paired]:
    with PlugApi(now=clock.now) as fake:
        yield pairing.connect(app, company, fake)


def test_over_http(app: Flask, plug: Paired) -> None:
    asked: list[str] = []
    plug.fake.says(INSTANCE_ID, "5511987654321", "oi")
    body = plug.fake.take()[0].body
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    for number in range(GUESSES):
        assert plug.deliver(body, path=f"/webhooks/plugmessage/chute-{number}") == 404
    looked = len(asked)
    assert looked
    for number in range(40):
        assert plug.deliver(body, path=f"/webhooks/plugmessage/outro-{number}") == 404
    assert sum("webhook_key" in each for each in asked[looked:]) == 1, "the right addresses once, no guess"
    assert plug.deliver(body) == 200
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(WebhookEvent)) == 1
