"""The address holds a token and the provider repeats another: neither is in any exception, log line or repr of ours."""

from __future__ import annotations

import logging
import socket
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from portal.gateways import http
from portal.gateways.base import Line, Recipient, SendError, Uncertain
from portal.gateways.messages import Text
from portal.gateways.plugmessage import PlugMessage
from tests.fakes.plug_api import PlugApi
from tests.fakes.plug_state import AFTER, BEFORE
from tests.gateways.shapes import MARIA

CANARIES = ("CANARYtokenA1", "CANARYclientB2", "CANARYpathC3")
LINE = Line(1, "1065", "", *CANARIES)
TO = Recipient(e164=f"+{MARIA}")
ECHO = f"Client-Token {CANARIES[1]} not allowed for /instances/1065/token/{CANARIES[0]}/x {CANARIES[2].upper()}"
Call = Callable[[PlugMessage, Line], Any]
CALLS: list[Call] = [
    lambda gateway, line: gateway.send(line, TO, Text("oi"), "a1"),
    lambda gateway, line: gateway.mark_read(line, "3EB0", TO),
    lambda gateway, line: gateway.link.status(line),
    lambda gateway, line: gateway.link.qr(line),
    lambda gateway, line: gateway.link.queue_count(line),
    lambda gateway, line: gateway.link.configure_webhooks(line, f"https://portal.example/{CANARIES[2]}"),
    lambda gateway, line: gateway.link.phone_exists(line, MARIA),
]


@pytest.fixture
def gateway(plug: PlugApi, tmp_path: Path) -> PlugMessage:
    plug.add_instance("1065", *CANARIES[:2]).link = "connected"
    return PlugMessage(plug.url, tmp_path)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def said_of(error: BaseException) -> str:
    """Everything that an error report could show: the chain of causes, arguments and attributes of each."""
    seen, chain = "".join(traceback.format_exception(error)), [error]
    while chain:
        each = chain.pop()
        seen += repr(each) + repr(each.args) + repr(vars(each))
        chain += [cause for cause in (each.__cause__, each.__context__) if cause is not None]
    return seen


def failed(gateway: PlugMessage, line: Line, call: Call) -> str:
    with pytest.raises((SendError, Uncertain)) as error:
        call(gateway, line)
    return said_of(error.value)


def assert_hidden(*texts: str) -> None:
    for text in texts:
        assert not [canary for canary in CANARIES if canary.lower() in text.lower()], text


def assert_log_hidden(log: pytest.LogCaptureFixture) -> None:
    assert_hidden(log.text, *(f"{record.msg} {record.args} {record.getMessage()}" for record in log.records))


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("mode", sorted((BEFORE | AFTER) - {"ok", "hold", "slow", "refuse", "answer", "no_id"}))
def test_a_failure_of_the_wire(
    plug: PlugApi, gateway: PlugMessage, log: pytest.LogCaptureFixture, mode: str, call: Call
) -> None:
    plug.always(mode)
    try:
        assert_hidden(repr(call(gateway, LINE)))  # half of nothing is whole
    except (SendError, Uncertain) as error:
        assert_hidden(said_of(error))
    assert any(record.name.startswith("urllib3") for record in log.records)
    assert_log_hidden(log)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", [200, 400, 403, 500])
@pytest.mark.parametrize(
    "data", [{"error": ECHO}, {"error": "x", "message": ECHO}, {"error": {"message": ECHO, "x": ECHO}}]
)
def test_a_refusal_that_repeats_the_secrets(
    plug: PlugApi, gateway: PlugMessage, log: pytest.LogCaptureFixture, call: Call, status: int, data: Any
) -> None:
    plug.always("answer", data=data, status=status)
    assert_hidden(failed(gateway, LINE, call))
    assert_log_hidden(log)


@pytest.mark.parametrize("call", CALLS)
def test_the_providers_own_echo_of_a_wrong_token(plug: PlugApi, gateway: PlugMessage, call: Call) -> None:
    plug.instances["1065"].client_token = "another"
    assert_hidden(failed(gateway, LINE, call))


@pytest.mark.parametrize("call", CALLS)
def test_a_host_that_cannot_be_reached_a_proxy_that_is_down_an_address_that_is_none(
    gateway: PlugMessage, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    for url in (
        f"http://127.0.0.1:{closed}",
        "http://name.invalid",
        "http://x..y",
        "https://127.0.0.1:99999",
        "nowhere",
    ):
        assert_hidden(failed(gateway, replace(LINE, base_url=url), call))
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed}")
    assert_hidden(failed(gateway, replace(LINE, base_url="http://plug.invalid"), call))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/at/all.pem")
    assert_hidden(failed(gateway, replace(LINE, base_url="https://plug.invalid"), call))
    assert_log_hidden(log)


def test_silence(
    plug: PlugApi, gateway: PlugMessage, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    plug.next("hold")
    assert_hidden(failed(gateway, LINE, CALLS[0]))
    plug.release()
    assert_log_hidden(log)


def test_success_and_representations(gateway: PlugMessage, log: pytest.LogCaptureFixture) -> None:
    accepted = gateway.send(LINE, TO, Text("oi"), "a1")
    assert_hidden(repr(accepted), repr(LINE), repr(gateway), repr(gateway.link.status(LINE)))
    assert "/token/***/send-text" in log.text
    assert_log_hidden(log)


@pytest.mark.parametrize("broken", ["two words", "token\r\nX: y", "tokén", "../x", ""])
def test_a_credential_that_cannot_travel(gateway: PlugMessage, broken: str) -> None:
    for field in ("access_token", "phone_number_id"):
        with pytest.raises(SendError) as error:
            gateway.send(replace(LINE, **{field: broken}), TO, Text("oi"), "a1")
        assert (error.value.code, error.value.stop) == ("credentials", True)
        assert_hidden(said_of(error.value))
        assert not broken or broken not in said_of(error.value)
