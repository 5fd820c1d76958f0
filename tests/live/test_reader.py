"""The one reader of a web process and its listeners: a bad start is not for ever, and a queue is everybody's."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.accounts.models import User
from portal.extensions import db
from portal.inbox.service import assign
from portal.live import broadcast, routes
from tests.inbox.talk import ask_for_operator, say
from tests.live.test_stream import listening, tell
from tests.support.browser import Browser
from tests.support.people import Company, add_operator


@pytest.fixture(autouse=True)
def quick_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "HEARTBEAT", 0.2)


def fails(*arguments: Any) -> None:
    raise sa.exc.OperationalError("SELECT 1", {}, Exception("the server is starting"))


def test_a_reader_that_could_not_start_starts_with_the_next_stream(
    app: Flask, company: Company, operator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(broadcast, "newest_id", fails)
        assert operator.get("/eventos").status == 503
    with listening(operator) as stream:
        tell(app, company, "conversation", 5)
        assert '"id": 5' in stream.hear("conversation")


def test_a_stream_that_could_not_start_leaves_no_listener(
    app: Flask, company: Company, operator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "read_after", fails)
    assert operator.client.get("/eventos", headers={"Last-Event-ID": "0"}).status_code == 503
    assert app.extensions["broadcaster"].count == 0


def test_operators_hear_of_what_waits_in_their_queue(app: Flask, company: Company, operator: Browser) -> None:
    """Nobody was available, so the Usuário ADM has it; every operator sees it in the queue and may take it."""
    parked = ask_for_operator(app, company)
    bia = add_operator(app, company, "Bia Barros")
    assert "Maria" in operator.get("/conversas?aba=fila").words
    with listening(operator) as stream:
        say(app, company, "Alguém pode me atender?")
        assert f'"id": {parked}' in stream.hear("conversation")
        stream.hear("inbox")
    with listening(operator) as stream:
        with app.app_context():
            assign.take(parked, db.session.get_one(User, bia.id))
        stream.hear("conversation")
        stream.hear("inbox")
    assert "Maria" not in operator.get("/conversas?aba=fila").one("#conversation-list").get_text()


def test_a_stream_asks_who_listens_without_waiting_for_writers(app: Flask, company: Company, operator: Browser) -> None:
    with listening(operator) as stream, app.app_context():
        db.session.get_one(User, company.operator.id)  # on SQLite this holds the one write lock
        begun = time.monotonic()
        for _ in range(5):
            assert "beat" in next(stream.chunks).decode()
        assert time.monotonic() - begun < 10
        db.session.rollback()


def test_a_page_stands_where_its_content_stands(app: Flask, company: Company, operator: Browser) -> None:
    """What is committed after the page's content was read must be replayed to it, not taken for seen."""
    newer: list[int] = []

    def elsewhere() -> None:
        tell(app, company, "conversation", 7)
        newer.append(broadcast.newest_id(app))

    def between(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if "max(event.id)" in statement and not newer:
            newer.append(0)
            thread = threading.Thread(target=elsewhere)
            thread.start()
            thread.join(30)

    tell(app, company, "conversation", 6)
    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", between)
    try:
        page = operator.get("/conversas")
    finally:
        sa.event.remove(engine, "before_cursor_execute", between)
    assert 0 < int(str(page.one("body")["data-live"])) < newer[-1]
