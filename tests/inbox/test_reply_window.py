"""On which API the 24 h window counts: the rule, and the one place that knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal.connection.models import Connection, ConnectionKind
from portal.inbox.models import Conversation
from portal.inbox.rules import window as rules
from portal.inbox.service import window

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


@given(st.none() | st.timedeltas(timedelta(days=-2), timedelta(days=400)))
def test_where_no_window_counts_it_is_never_closed(ago: timedelta | None) -> None:
    heard_at = None if ago is None else NOW - ago
    assert rules.is_open(heard_at, NOW, needed=False)
    assert rules.is_open(heard_at, NOW) is (heard_at is not None and heard_at + timedelta(hours=23, minutes=55) > NOW)


@pytest.mark.parametrize(
    ("kind", "hours", "may_write", "counts"),
    [
        (ConnectionKind.CLOUD_API, 1, True, True),
        (ConnectionKind.CLOUD_API, 30, False, True),
        (ConnectionKind.CLOUD_API, None, False, True),
        (ConnectionKind.SIMULATOR, 30, False, True),
        (ConnectionKind.PLUGMESSAGE, 1, True, False),
        (ConnectionKind.PLUGMESSAGE, 300, True, False),
        (ConnectionKind.PLUGMESSAGE, None, True, False),
    ],
)
def test_whether_free_text_may_be_sent(
    app: Flask, kind: ConnectionKind, hours: int | None, may_write: bool, counts: bool
) -> None:
    heard_at = None if hours is None else NOW - timedelta(hours=hours)
    with app.app_context():
        conversation = Conversation(connection=Connection(kind=kind), last_inbound_at=heard_at)
        assert window.may_write(conversation, NOW) is may_write
        assert (window.closes_at(conversation) is not None) is (counts and heard_at is not None)
