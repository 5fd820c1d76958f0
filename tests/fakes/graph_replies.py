"""How the fake answers in each mode, before or after it processed the request."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from tests.fakes.graph_rules import Refused
from tests.fakes.graph_state import Mode
from tests.fakes.http_server import Reply


def before(mode: Mode) -> Reply:
    """The answer to a request that was not processed at all."""
    match mode.name:
        case "refuse":
            refusal = Refused(mode.code, f"refused with {mode.code}", status=mode.status, subcode=mode.subcode)
            return as_json(refusal.status, refusal.body(details_as_text=mode.details_as_text))
        case "html_502" | "html_429":
            return _html(int(mode.name[-3:]))
        case "redirect":
            return Reply(302, b"", headers=(("Location", "/elsewhere"),))
        case "reset":
            return Reply(0, b"", reset=True)
    return Reply(0, b"", cut=True)


def _html(status: int) -> Reply:
    return Reply(status, f"<html><body><h1>{status}</h1></body></html>".encode(), "text/html")


def as_json(status: int, data: Mapping[str, Any]) -> Reply:
    return Reply(status, json.dumps(data).encode(), "application/json; charset=UTF-8")


def after(mode: Mode, answer: dict[str, Any]) -> Reply:
    """The answer to a request that was processed."""
    if mode.name == "slow":
        time.sleep(mode.seconds)
    good = as_json(200, answer)
    match mode.name:
        case "accept_then_drop":
            return Reply(0, b"", cut=True)
        case "accept_then_502":
            return _html(502)
        case "truncated_json":
            return Reply(200, good.body[:-9])
        case "truncated_body":
            return Reply(200, good.body[:-9], claim=9)
        case "oversized":
            return as_json(200, {**answer, "padding": "x" * 10_000_000})
        case "no_id":
            return as_json(200, {"messaging_product": "whatsapp", "messages": []})
    return good
