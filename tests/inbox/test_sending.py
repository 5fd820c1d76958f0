"""What the sender does when the ground moves: another API is chosen, the database stumbles."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.accounts.models import User
from portal.connection.models import ConnectionKind
from portal.extensions import db
from portal.inbox.models import Conversation, ConversationStatus, Message
from portal.inbox.service import ledger
from tests.support.browser import Browser
from tests.support.clockwork import run, settle
from tests.support.cloud import Cloud
from tests.support.connections import use_only
from tests.support.people import Company, set_available

MARIA = "5511987654321"


def choose(app: Flask, company: Company, kind: ConnectionKind) -> None:
    with app.app_context():
        use_only(db.session.get_one(User, company.admin.id), kind)


def outgoing(app: Flask) -> Counter[str]:
    with app.app_context():
        return Counter(db.session.scalars(sa.select(Message.state).where(Message.direction == "out")))


def test_nothing_leaves_by_an_api_that_is_not_in_use(app: Flask, company: Company, cloud: Cloud) -> None:
    set_available(app, company.operator)
    cloud.says(MARIA, "oi")
    run(app, "apply-webhooks")
    choose(app, company, ConnectionKind.SIMULATOR)
    settle(app)
    assert not cloud.graph.posts and set(outgoing(app)) == {"failed"}
    with app.app_context():
        conversation = db.session.scalars(sa.select(Conversation)).one()
        assert conversation.status is ConversationStatus.ASSISTANT
    cloud.says(MARIA, "alguém aí?")
    settle(app)
    page = Browser(app).log_in(company.operator).get("/conversas/1")
    assert "alguém aí?" in page.words and "está desligado ou foi removido" in page.words
    assert not cloud.graph.posts and set(outgoing(app)) == {"failed"}


def test_an_api_that_is_chosen_again_sends_again(app: Flask, company: Company, cloud: Cloud) -> None:
    cloud.says(MARIA, "oi")
    choose(app, company, ConnectionKind.SIMULATOR)
    choose(app, company, ConnectionKind.CLOUD_API)
    settle(app)
    assert cloud.graph.ledger and set(outgoing(app)) == {"accepted"}


@pytest.mark.parametrize("times", [1, 2])
def test_an_answer_survives_a_stumbling_database(
    app: Flask, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    monkeypatch.setattr(ledger, "SETTLE_AGAIN", (0.01, 0.01, 0.01))
    cloud.says(MARIA, "oi")
    run(app, "apply-webhooks")
    failures = iter(range(times))

    def stumble(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("UPDATE message") and cloud.graph.ledger and next(failures, None) is not None:
            raise sa.exc.OperationalError(statement, {}, Exception("the server closed the connection"))

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", stumble)
    try:
        run(app, "send-outbox")
    finally:
        sa.event.remove(engine, "before_cursor_execute", stumble)
    assert next(failures, None) is None, "it did stumble"
    assert set(outgoing(app)) == {"accepted"} and set(cloud.graph.posts.values()) == {1}
