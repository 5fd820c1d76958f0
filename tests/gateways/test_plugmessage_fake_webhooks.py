"""What the fake of PlugMessage posts and serves: by a real wire, twice, in any order, with a life of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from portal.gateways.base import Line, Recipient
from portal.gateways.messages import Text
from portal.gateways.plugmessage import PlugMessage
from tests.fakes.http_server import HttpServer, Reply, Request
from tests.fakes.plug_api import PlugApi
from tests.gateways.shapes import MARIA
from tests.gateways.test_plugmessage_fake import PHONE, START, call, events


@pytest.fixture
def plug() -> Iterator[PlugApi]:
    with PlugApi(lambda: START) as fake:
        instance = fake.add_instance("3C00", "T0K", "C0")
        instance.link, instance.phone = "connected", PHONE
        yield fake


def test_addresses_are_https_and_an_event_without_one_is_dropped(plug: PlugApi) -> None:
    assert call(plug, "PUT", "update-webhook-received", {"value": "http://127.0.0.1:1/w"})[0] == 400
    plug.says("3C00", MARIA, "oi")
    plug.types("3C00", MARIA, "oi")
    assert events(plug) == []


@contextmanager
def portal(*statuses: int) -> Iterator[tuple[HttpServer, list[Request]]]:
    """An entrance that answers with these statuses in turn, then with 200."""
    seen: list[Request] = []
    left = list(statuses)

    def answer(request: Request) -> Reply:
        seen.append(request)
        return Reply(left.pop(0) if left else 200, b"")

    with HttpServer(answer) as server:
        yield server, seen


def test_webhooks_go_over_the_wire_twice_in_any_order_and_again(plug: PlugApi) -> None:
    instance = plug.instances["3C00"]
    switches = instance.switches
    switches.plain_http, switches.duplicates, switches.shuffled, switches.retries = True, True, True, 3
    switches.token_header = "present"
    with portal(500, 500) as (server, seen):
        call(plug, "PUT", "update-every-webhooks", {"value": f"{server.url}/w"})
        plug.says("3C00", MARIA, "oi")
        plug.status("3C00", "READ", "unknown-id")
        plug.read_by_me("3C00", "3EB0")
        assert plug.post_all() == [200] * 6
        assert all(took < 1 for _, took in plug.answers)
    assert len(seen) == 8
    assert {request.headers["z-api-token"] for request in seen} == {"T0K"}
    assert {json.loads(request.body).get("status") for request in seen} == {"RECEIVED", "READ", "READ_BY_ME"}


def test_files_live_thirty_days_and_may_lead_elsewhere(plug: PlugApi) -> None:
    url = plug.add_file(b"\xff\xd8", "text/html")
    with urlopen(url) as answer:
        assert (answer.headers["Content-Type"], answer.read()) == ("text/html", b"\xff\xd8")
    plug.now = lambda: START + timedelta(days=31)
    with pytest.raises(HTTPError, match="404"):
        urlopen(url)
    with pytest.raises(HTTPError, match="404"):
        urlopen(plug.add_file(b"", redirect=f"{plug.url}/media/none"))


def test_what_the_fake_says_the_gateway_reads(plug: PlugApi, tmp_path: Any) -> None:
    gateway, line = PlugMessage(plug.url, tmp_path), Line(1, "3C00", "", "T0K", "C0")
    gateway.link.configure_webhooks(line, "https://portal.example/w")
    accepted = gateway.send(line, Recipient(wa_id=MARIA), Text("oi"), "a1")
    plug.drain("3C00")
    plug.says("3C00", MARIA, "olá")
    plug.types("3C00", MARIA, "deixa comigo")
    plug.status("3C00", "READ", accepted.provider_id)
    plug.lose("3C00")
    bodies = [json.dumps(posted.body).encode() for posted in plug.take()]
    assert all(gateway.authentic(line, body, {}) for body in bodies)
    items = [type(item).__name__ for body in bodies for _, item in gateway.parse(body).items]
    assert items == ["StatusUpdate", "Unknown", "Inbound", "Echo", "StatusUpdate", "LinkUpdate"]
