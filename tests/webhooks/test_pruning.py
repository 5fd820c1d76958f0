"""Bodies that were applied go after a month; what was not applied, and what may come again, stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.extensions import db
from portal.inbox.models import Message
from portal.webhooks import service
from portal.webhooks.models import WebhookEvent, WebhookState
from tests.support.clockwork import run, settle
from tests.support.cloud import Cloud
from tests.webhooks.test_entrance import body, change, count, item

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_applied_bodies_go_after_a_month_and_their_messages_stay(app: Flask, cloud: Cloud) -> None:
    first, second = body(change(messages=[item(1)])), body(change(messages=[item(2)]))
    for day, given in ((0, first), (3, second)):
        with clock.at(START + timedelta(days=day)):
            assert cloud.deliver(given) == 200
            settle(app)
    with clock.at(START + timedelta(days=8)):
        run(app, "prune-webhooks")
        assert cloud.deliver(first) == 200, "the provider repeats itself for 7 days"
        assert count(app, WebhookEvent) == 2
    with clock.at(START + service.KEEP + timedelta(days=1)):
        run(app, "prune-webhooks")
    with app.app_context():
        assert [bytes(kept) for kept in db.session.scalars(sa.select(WebhookEvent.body))] == [second]
        assert db.session.scalar(sa.select(sa.func.count()).where(Message.direction == "in")) == 2


def test_what_waits_or_failed_is_kept_and_many_go_in_small_commits(
    app: Flask, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PRUNED_AT_ONCE", 3)
    states = [WebhookState.APPLIED] * 4 + [WebhookState.FAILED, WebhookState.RECEIVED] + [WebhookState.APPLIED] * 4
    with clock.at(START):
        for number in range(len(states)):
            assert cloud.deliver(body(change(messages=[item(number)]))) == 200
    with app.app_context():
        for event, state in zip(db.session.scalars(sa.select(WebhookEvent)).all(), states, strict=True):
            event.state = state
        db.session.commit()
    commits: list[object] = []
    with app.app_context(), clock.at(START + timedelta(days=31)):
        sa.event.listen(db.engine, "commit", commits.append)
        assert service.prune() == 8
    assert len(commits) == 3
    with app.app_context():
        left = set(db.session.scalars(sa.select(WebhookEvent.state)))
    assert left == {WebhookState.FAILED, WebhookState.RECEIVED}
