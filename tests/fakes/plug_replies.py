"""How the fake PlugMessage answers in each mode, before or after it processed the request."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.fakes.http_server import Reply
from tests.fakes.plug_state import Mode

TEN_MEGABYTES = 10_000_000


def before(mode: Mode) -> Reply:
    """The answer to a request that was not processed at all."""
    match mode.name:
        case "refuse":
            return as_json(mode.status, {"error": mode.error})
        case "answer":
            return as_json(mode.status, mode.data)
        case "html_502":
            return _html(502)
        case "html_429":
            return _html(429)
        case "redirect":
            return Reply(302, b"", headers=(("Location", "/elsewhere"),))
        case "reset":
            return Reply(0, b"", reset=True)
    return Reply(0, b"", cut=True)


def after(mode: Mode, good: Reply) -> Reply:
    """The answer to a request that was processed."""
    match mode.name:
        case "slow":
            time.sleep(mode.seconds)
        case "accept_then_drop":
            return Reply(0, b"", cut=True)
        case "accept_then_502":
            return _html(502)
        case "truncated_json":
            return Reply(200, good.body[:-9])
        case "truncated_body":
            return Reply(200, good.body[:-9], claim=9)
        case "oversized":
            return as_json(200, {**json.loads(good.body), "padding": "x" * TEN_MEGABYTES})
        case "no_id":
            return as_json(200, {"zaapId": "", "messageId": "", "id": ""})
    return good


def as_json(status: int, data: Any) -> Reply:
    return Reply(status, json.dumps(data).encode())


def _html(status: int) -> Reply:
    return Reply(status, f"<html><body><h1>{status}</h1></body></html>".encode(), "text/html")
