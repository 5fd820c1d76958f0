"""Times and small builders that several tests here share."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from tests.fakes import graph_webhooks

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MARIA = "5511987654321"


def body_of(*, messages: list[Any] | None = None, statuses: list[Any] | None = None, **value: Any) -> bytes:
    """A webhook body of the number 1065 with these messages and statuses."""
    lists = {"messages": messages, "statuses": statuses}
    value |= {name: items for name, items in lists.items() if items is not None}
    return graph_webhooks.envelope("2020", graph_webhooks.change("1065", **value))


def raw(data: Any) -> bytes:
    return json.dumps(data).encode()
