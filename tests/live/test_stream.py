"""What a browser hears: what concerns its person, nothing missed over a reconnect, nothing after the session's end."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from portal.accounts.models import User
from portal.accounts.service import people
from portal.extensions import db
from portal.live import routes
from portal.live.service import emit
from tests.support.browser import Browser
from tests.support.people import Company, Person


class Stream:
    def __init__(self, browser: Browser, last: int | None = None) -> None:
        headers = {"Last-Event-ID": str(last)} if last is not None else {}
        self.answer = browser.client.get("/eventos", headers=headers, buffered=False)
        self.chunks: Iterator[bytes] = iter(self.answer.response)  # type: ignore[arg-type]
        assert b"hello" in next(self.chunks)

    def hear(self, kind: str) -> str:
        """The next message of a kind; beats are passed over."""
        for _ in range(50):
            text = next(self.chunks).decode()
            if f"event: {kind}\n" in text:
                return text
            assert "event: beat" in text, text
        raise AssertionError("only beats")


@contextmanager
def listening(browser: Browser, last: int | None = None) -> Iterator[Stream]:
    stream = Stream(browser, last)
    try:
        yield stream
    finally:
        stream.answer.close()


def tell(app: Flask, company: Company, topic: str, ref: int, person: Person | None = None) -> None:
    with app.app_context():
        emit(company.id, topic, ref, person.id if person else None)
        db.session.commit()


@pytest.fixture(autouse=True)
def quick_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "HEARTBEAT", 0.2)


def test_a_change_reaches_the_company_and_no_other(
    app: Flask, company: Company, other: Company, operator: Browser, stranger: Browser
) -> None:
    with listening(operator) as mine, listening(stranger) as theirs:
        tell(app, company, "conversation", 12)
        tell(app, other, "conversation", 99)
        assert '"id": 12' in mine.hear("conversation")
        assert '"id": 99' in theirs.hear("conversation")


def test_what_is_for_one_operator_is_heard_by_them_and_the_admins(
    app: Flask, company: Company, admin: Browser, operator: Browser
) -> None:
    with listening(admin) as boss, listening(operator) as own:
        tell(app, company, "conversation", 1, company.admin)
        tell(app, company, "conversation", 2, company.operator)
        assert '"id": 2' in own.hear("conversation"), "the admin's event must not come first"
        assert '"id": 1' in boss.hear("conversation")
        assert '"id": 2' in boss.hear("conversation")


def test_a_reconnect_replays_what_was_missed(app: Flask, company: Company, admin: Browser) -> None:
    with listening(admin) as stream:
        tell(app, company, "conversation", 1)
        heard = stream.hear("conversation")
    last = int(re.search(r"id: (\d+)", heard).group(1))  # type: ignore[union-attr]
    tell(app, company, "conversation", 2)
    tell(app, company, "conversation", 3)
    with listening(admin, last) as stream:
        assert '"id": 2' in stream.hear("conversation")
        assert '"id": 3' in stream.hear("conversation")


def test_too_much_missed_or_an_id_from_the_future_means_refetch(app: Flask, company: Company, admin: Browser) -> None:
    with listening(admin, 999_999) as stream:
        assert "event: reset" in stream.hear("reset")
    with app.app_context():
        for number in range(routes.REPLAY_LIMIT + 5):
            emit(company.id, "conversation", number)
        db.session.commit()
    with listening(admin, 0) as stream:
        assert "event: reset" in stream.hear("reset")


def test_the_stream_ends_with_the_session(app: Flask, company: Company, operator: Browser) -> None:
    with listening(operator) as stream:
        with app.app_context():
            people.reset_password(db.session.get_one(User, company.operator.id), company.admin.id)
        ended = threading.Event()

        def drain() -> None:
            for _ in stream.chunks:
                pass
            ended.set()

        threading.Thread(target=drain, daemon=True).start()
        assert ended.wait(5)


def test_nobody_signed_out_listens(app: Flask, company: Company) -> None:
    assert app.test_client().get("/eventos").status_code == 303
