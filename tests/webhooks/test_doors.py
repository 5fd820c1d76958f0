"""Who may come in, decided before Flask: a change counts at once, and nothing is answered before it is kept."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import EnvironBuilder

from portal.config import MAX_WEBHOOK
from portal.connection.models import Connection
from portal.extensions import db
from portal.webhooks.doors import FRESH_SECONDS, Doors
from portal.webhooks.models import WebhookEvent
from tests.support.cloud import PHONE_NUMBER_ID, SECRET, Cloud

MARIA = "5511987654321"


def kept(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(WebhookEvent)) or 0


def said(cloud: Cloud, text: str) -> bytes:
    return cloud.graph.inbound(PHONE_NUMBER_ID, MARIA, text)


def environ(cloud: Cloud, body: bytes) -> dict[str, Any]:
    headers = {"X-Hub-Signature-256": cloud.graph.sign(body, SECRET)}
    return EnvironBuilder(path=cloud.webhook_path, method="POST", data=body, headers=headers).get_environ()


def test_a_secret_that_was_changed_opens_nothing_any_more(app: Flask, cloud: Cloud) -> None:
    assert cloud.deliver(said(cloud, "oi")) == 200
    with app.app_context():
        db.session.get_one(Connection, cloud.connection_id).app_secret = "another"
        db.session.commit()
    later = said(cloud, "olá")
    assert cloud.deliver(later, cloud.graph.sign(later, SECRET)) == 403
    assert kept(app) == 1
    assert cloud.deliver(later, cloud.graph.sign(later, "another")) == 200
    assert kept(app) == 2


@pytest.mark.parametrize("column", ["app_secret", "webhook_key"])
def test_what_is_read_while_a_change_is_being_committed_does_not_outlive_it(
    app: Flask, cloud: Cloud, column: str
) -> None:
    doors = Doors(app, "cloud_api")
    key = cloud.webhook_path.rpartition("/")[2]
    with app.app_context():
        setattr(db.session.get_one(Connection, cloud.connection_id), column, "another")
        db.session.flush()
        before = doors.find(key)
        assert before is not None and before.line.app_secret == SECRET
        db.session.commit()
    after = doors.find(key)
    assert after is None if column == "webhook_key" else after is not None and after.line.app_secret == "another"


def test_a_change_that_is_taken_back_and_one_of_no_concern_read_nothing_anew(app: Flask, cloud: Cloud) -> None:
    doors = Doors(app, "cloud_api")
    key = cloud.webhook_path.rpartition("/")[2]
    before = doors.find(key)
    with app.app_context():
        db.session.get_one(Connection, cloud.connection_id).app_secret = "another"
        db.session.flush()
        db.session.rollback()
        db.session.remove()
        db.session.get_one(Connection, cloud.connection_id).daily_limit = 7
        db.session.commit()
    assert doors.find(key) is before


def test_a_secret_that_another_process_changed_opens_nothing_after_a_second(app: Flask, cloud: Cloud) -> None:
    assert cloud.deliver(said(cloud, "oi")) == 200
    _behind_our_back(app, sa.update(Connection).values(app_secret="another"))
    time.sleep(FRESH_SECONDS + 0.05)
    assert cloud.deliver(said(cloud, "olá")) == 403
    assert kept(app) == 1


def test_a_connection_that_is_gone_keeps_nothing_and_answers_no_200(app: Flask, cloud: Cloud) -> None:
    assert cloud.deliver(said(cloud, "oi")) == 200
    with app.app_context():
        key = db.session.get_one(Connection, cloud.connection_id).webhook_key
    _behind_our_back(app, sa.delete(WebhookEvent))
    _behind_our_back(app, sa.delete(Connection).where(Connection.webhook_key == key))
    assert cloud.deliver(said(cloud, "olá")) == 500
    time.sleep(FRESH_SECONDS + 0.05)
    assert cloud.deliver(said(cloud, "olá")) == 404
    assert kept(app) == 0


def _behind_our_back(app: Flask, statement: Any) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(statement)


@contextmanager
def _unwell(app: Flask) -> Iterator[None]:
    _behind_our_back(app, sa.text("ALTER TABLE webhook_event RENAME TO away"))
    yield
    _behind_our_back(app, sa.text("ALTER TABLE away RENAME TO webhook_event"))


def test_what_the_database_refuses_is_not_answered_200_and_the_next_is_kept(app: Flask, cloud: Cloud) -> None:
    with _unwell(app):
        assert [cloud.deliver(said(cloud, "oi")) for _ in range(3)] in ([503] * 3, [500] * 3)
    assert cloud.deliver(said(cloud, "olá")) == 200
    assert kept(app) == 1


def test_it_is_kept_before_it_is_answered_and_an_answer_that_is_lost_costs_nothing(app: Flask, cloud: Cloud) -> None:
    body, found = said(cloud, "oi"), []

    def gone(status: str, headers: list[tuple[str, str]]) -> None:
        found.append((status, kept(app)))
        raise ConnectionResetError

    for _ in range(2):
        with pytest.raises(ConnectionResetError):
            app.wsgi_app(environ(cloud, body), gone)
    assert found == [("200 OK", 1)] * 2
    assert cloud.deliver(body) == 200 and kept(app) == 1


def test_a_body_without_a_length_is_read_up_to_the_limit_and_what_was_cut_is_not_as_it_was_signed(
    app: Flask, cloud: Cloud
) -> None:
    for body, status in ((said(cloud, "oi"), "200 OK"), (b"x" * (MAX_WEBHOOK + 1), "403 FORBIDDEN")):
        given, answers = environ(cloud, body), []
        del given["CONTENT_LENGTH"]
        given |= {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True}
        list(app.wsgi_app(given, lambda status, headers, answers=answers: answers.append(status)))
        assert answers == [status]
    assert kept(app) == 1


def test_an_answer_tells_no_browser_anything(app: Flask, cloud: Cloud) -> None:
    body = said(cloud, "oi")
    headers = {"X-Hub-Signature-256": cloud.graph.sign(body, SECRET)}
    answer = app.test_client().post(cloud.webhook_path, data=body, headers=headers)
    assert (answer.status_code, answer.data, answer.headers["Cache-Control"]) == (200, b"", "no-store")
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and "Set-Cookie" not in answer.headers
