"""How the fake Evolution API answers in each mode of `plug_state.Mode`, before or after it processed the request."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes import plug_replies
from tests.fakes.evolution_state import Bad
from tests.fakes.http_server import Reply
from tests.fakes.plug_state import Mode


def before(mode: Mode) -> Reply:
    """The answer to a request that was not processed at all; a `refuse` says its `error`, an `answer` its `data`."""
    if mode.name == "refuse":
        return refused(Bad(mode.status, "Error", [mode.error]))
    return plug_replies.before(mode)


def after(mode: Mode, good: Reply) -> Reply:
    """The answer to a request that was processed."""
    if mode.name == "no_id":
        return as_json(good.status, {**json.loads(good.body), "key": {"fromMe": True}})
    return plug_replies.after(mode, good)


def refused(error: Bad) -> Reply:
    return as_json(error.status, error.body)


def as_json(status: int, data: Any) -> Reply:
    return Reply(status, json.dumps(data).encode())
