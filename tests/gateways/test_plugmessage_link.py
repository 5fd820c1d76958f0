"""A phone is linked, lost, restored and linked again; the codes, the provider's queue and its webhooks."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import segno
from PIL import Image

from portal.gateways.base import Line, LinkStatus, Qr, Recipient, SendError
from portal.gateways.messages import Text
from portal.gateways.plugmessage import PlugMessage
from portal.gateways.plugmessage_link import Link
from tests.fakes.plug_api import PlugApi
from tests.gateways.shapes import MARIA

PHONE = "551130001000"
WEBHOOK = "https://portal.example/webhooks/secret"


@pytest.fixture
def link(plugmessage: PlugMessage) -> Link:
    return plugmessage.link


def modules_of(png: bytes) -> list[list[bool]]:
    """The dark modules of a drawn code, its quiet zone left out."""
    image = Image.open(io.BytesIO(png)).convert("L")
    dark = [[image.getpixel((x, y)) < 128 for x in range(image.width)] for y in range(image.height)]
    top = next(y for y, row in enumerate(dark) if any(row))
    left = dark[top].index(True)
    side = next(x for x, value in enumerate(dark[top][left:]) if not value) // 7  # a finder pattern is 7 modules wide
    rows = range(top, image.height - top, side)
    return [[dark[y][x] for x in range(left, image.width - left, side)] for y in rows]


def drawn(text: str) -> list[list[bool]]:
    return [[bool(module) for module in row] for row in segno.make(text, micro=False).matrix]


@pytest.mark.parametrize("session", [True, False])
@pytest.mark.parametrize("state", ["connected", "disconnected", "restorable"])
def test_the_three_states(plug: PlugApi, link: Link, line: Line, state: str, session: bool) -> None:
    plug.instances["1065"].link = state
    plug.instances["1065"].switches.session_in_status = session
    assert link.status(line) == LinkStatus(state, PHONE if state == "connected" else "")


def test_a_linked_phone_without_internet_is_still_linked(plug: PlugApi, link: Line, line: Line) -> None:
    plug.instances["1065"].online = False
    status = link.status(line)
    assert (status.state, "sem internet" in status.detail) == ("connected", True)


@pytest.mark.parametrize(
    ("data", "state"),
    [
        ({"connected": "true"}, "unknown"),
        ({"connected": 1, "smartphoneConnected": True}, "unknown"),
        ({}, "unknown"),
        ({"connected": False}, "disconnected"),
        ({"connected": False, "error": None, "smartphoneConnected": True}, "restorable"),
        ({"error": "you must subscribe to this instance again"}, "suspended"),
        ({"connected": False, "error": "you must subscribe to this instance again"}, "suspended"),
    ],
)
def test_states_that_are_not_in_the_book(plug: PlugApi, link: Link, line: Line, data: object, state: str) -> None:
    plug.next("answer", data=data, status=200)
    assert link.status(line).state == state


def test_a_lapsed_subscription_is_a_state(plug: PlugApi, link: Link, line: Line) -> None:
    plug.instances["1065"].suspended = True
    status = link.status(line)
    assert (status.state, "assinatura" in status.detail) == ("suspended", True)
    plug.instances["1065"].switches.status_hides_suspension = True
    assert link.status(line) == LinkStatus("connected", "", "")


@pytest.mark.parametrize("mode", ["html_502", "html_429", "drop", "truncated_json", "oversized"])
def test_an_unreadable_state_is_an_error_and_not_a_state(plug: PlugApi, link: Link, line: Line, mode: str) -> None:
    plug.next(mode)
    with pytest.raises(SendError) as error:
        link.status(line)
    assert (error.value.code, error.value.retry, error.value.stop) == ("unreachable", True, False)


@pytest.mark.parametrize("qr_as", ["data_uri", "base64", "png", "text"])
def test_a_code_is_a_picture_however_it_comes(plug: PlugApi, link: Link, line: Line, qr_as: str) -> None:
    instance = plug.instances["1065"]
    instance.link, instance.switches.qr_as = "disconnected", qr_as
    plug.now = lambda: datetime(2026, 3, 2, tzinfo=UTC)
    code = link.qr(line)
    assert code.png is not None
    assert modules_of(code.png) == drawn(plug.qr_text(instance))
    assert code.text == (plug.qr_text(instance) if qr_as == "text" else "")
    plug.scan("1065", PHONE)
    assert link.status(line) == LinkStatus("connected", PHONE)


def test_an_older_instance_tells_only_the_text_of_the_code(plug: PlugApi, link: Link, line: Line) -> None:
    instance = plug.instances["1065"]
    instance.link, instance.switches.qr_image_route = "disconnected", False
    code = link.qr(line)
    assert code.text.startswith("2@")
    assert code.png is not None
    assert modules_of(code.png) == drawn(code.text)


@pytest.mark.parametrize("image_route", [True, False])
def test_a_linked_instance_has_no_code(plug: PlugApi, link: Link, line: Line, image_route: bool) -> None:
    plug.instances["1065"].switches.qr_image_route = image_route
    assert link.qr(line) == Qr()


def test_a_phone_that_demands_a_passkey(plug: PlugApi, link: Link, line: Line) -> None:
    instance = plug.instances["1065"]
    instance.link, instance.switches.challenge = "disconnected", True
    assert link.qr(line) == Qr(challenge=True)
    with pytest.raises(SendError) as error:
        link.pairing_code(line, PHONE)
    assert error.value.code == "passkey"


@pytest.mark.parametrize(
    "data", [{"value": "<html>"}, {"value": "data:image/png;base64,AAAA"}, {"value": "x" * 5000}, {"value": "a b"}]
)
def test_what_is_no_code_is_not_shown(plug: PlugApi, link: Link, line: Line, data: object) -> None:
    plug.next("answer", data=data, status=200)
    with pytest.raises(SendError) as error:
        link.qr(line)
    assert error.value.code == "unreachable"


def test_half_a_code_is_not_shown(plug: PlugApi, link: Link, line: Line) -> None:
    plug.instances["1065"].link = "disconnected"
    plug.next("truncated_json")
    with pytest.raises(SendError) as error:
        link.qr(line)
    assert error.value.code == "unreachable"


def test_a_code_lives_twenty_seconds(plug: PlugApi, link: Link, line: Line) -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    plug.now = lambda: start
    instance = plug.instances["1065"]
    instance.link = "disconnected"
    link.qr(line)
    old = plug.qr_text(instance)
    plug.now = lambda: start + timedelta(seconds=20)
    with pytest.raises(ValueError, match="cannot be read"):
        plug.scan("1065", PHONE, old)
    plug.scan("1065", PHONE, plug.qr_text(instance))


def test_the_pairing_code(plug: PlugApi, link: Link, line: Line) -> None:
    plug.instances["1065"].link = "disconnected"
    assert link.pairing_code(line, f"+{PHONE}") == "ABCD1000"
    plug.next("answer", data={"code": "WXYZ-1234"}, status=200)
    assert link.pairing_code(line, PHONE) == "WXYZ-1234"
    for phone, told in (("x/../disconnect", {}), (PHONE, {"value": "<script>"}), (PHONE, {})):
        plug.next("answer", data=told, status=200)
        with pytest.raises(SendError):
            link.pairing_code(line, phone)


def test_an_instance_that_offers_no_pairing_code(plug: PlugApi, link: Link, line: Line) -> None:
    for mode, options in (("refuse", {"error": "NOT_FOUND", "status": 200}), ("answer", {"data": {}, "status": 200})):
        plug.next(mode, **options)
        with pytest.raises(SendError) as error:
            link.pairing_code(line, PHONE)
        assert (error.value.code, error.value.stop) == ("no_pairing_code", False)


def test_restore_restart_disconnect(plug: PlugApi, link: Link, line: Line) -> None:
    link.configure_webhooks(line, WEBHOOK)
    plug.lose("1065", restorable=True)
    link.restore(line)
    link.restart(line)
    assert link.device(line) == PHONE
    link.disconnect(line)
    assert [posted.event for posted in plug.take()] == ["disconnected", "connected", "connected"]
    with pytest.raises(SendError) as error:
        link.restore(line)
    assert error.value.code == "not_sent"
    with pytest.raises(SendError) as error:
        link.device(line)
    assert error.value.code == "not_connected"


@pytest.mark.parametrize("queue_post", [True, False])
def test_what_waits_is_counted_and_discarded(
    plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient, queue_post: bool
) -> None:
    plug.instances["1065"].switches.queue_post = queue_post
    plug.lose("1065")
    for number in range(65):
        plugmessage.send(line, to, Text("oi"), f"a{number}")
    assert plugmessage.link.queue_count(line) == 65
    plugmessage.link.clear_queue(line)
    assert plugmessage.link.queue_count(line) == 0
    plugmessage.link.qr(line)
    plug.scan("1065", PHONE)
    assert all(message.discarded and not message.sent for message in plug.ledger)


@pytest.mark.parametrize("status", [404, 405])
def test_a_missing_route_may_be_told_by_a_page(plug: PlugApi, link: Link, line: Line, status: int) -> None:
    plug.next("answer", data=f"<html>{status}</html>", status=status, action="queue")
    assert link.queue_count(line) == 0
    assert plug.calls == [("POST", "queue"), ("GET", "queue/count")]


@pytest.mark.parametrize(("data", "count"), [(7, 7), ({"size": 3}, 3), ({"value": 2}, 2)])
def test_a_count_in_another_shape(plug: PlugApi, link: Link, line: Line, data: object, count: int) -> None:
    plug.instances["1065"].switches.queue_post = False
    plug.next("answer", data=data, status=200, action="queue/count")
    assert link.queue_count(line) == count


@pytest.mark.parametrize("data", [True, {}, {"count": "many"}, "7", -1])
def test_no_count_at_all(plug: PlugApi, link: Link, line: Line, data: object) -> None:
    plug.instances["1065"].switches.queue_post = False
    plug.next("answer", data=data, status=200, action="queue/count")
    with pytest.raises(SendError):
        link.queue_count(line)


@pytest.mark.parametrize("every", [True, False])
def test_every_event_has_its_address(plug: PlugApi, link: Link, line: Line, every: bool) -> None:
    instance = plug.instances["1065"]
    instance.switches.every_webhooks = every
    link.configure_webhooks(line, WEBHOOK)
    assert {"received", "delivery", "status", "connected", "disconnected"} <= instance.webhooks.keys()
    assert set(instance.webhooks.values()) == {WEBHOOK}
    assert instance.notify_sent_by_me


def test_an_address_that_the_provider_does_not_take(plug: PlugApi, link: Link, line: Line) -> None:
    with pytest.raises(SendError) as error:
        link.configure_webhooks(line, "http://portal.example/webhooks/secret")
    assert (error.value.code, error.value.stop) == ("webhook", False)
    plug.instances["1065"].suspended = True
    with pytest.raises(SendError) as error:
        link.configure_webhooks(line, WEBHOOK)
    assert error.value.code == "suspended"


@pytest.mark.parametrize("as_list", [True, False])
def test_how_whatsapp_spells_a_number(plug: PlugApi, link: Link, line: Line, as_list: bool) -> None:
    plug.instances["1065"].switches.exists_as_list = as_list
    plug.canonical["5544999999999"] = "554499999999"
    plug.not_on_whatsapp.add("5511900000000")
    found = link.phone_exists(line, "+5544999999999")
    assert (found.exists, found.phone, found.bsuid) == (True, "554499999999", "lid:499999999")
    assert not link.phone_exists(line, "5511900000000").exists
    plug.next("answer", data={"message": "?"}, status=200)
    with pytest.raises(SendError):
        link.phone_exists(line, MARIA)


CALLS: list[Callable[[Link, Line], Any]] = [
    lambda link, line: link.qr(line),
    lambda link, line: link.restore(line),
    lambda link, line: link.restart(line),
    lambda link, line: link.disconnect(line),
    lambda link, line: link.device(line),
    lambda link, line: link.queue_count(line),
    lambda link, line: link.clear_queue(line),
    lambda link, line: link.configure_webhooks(line, WEBHOOK),
    lambda link, line: link.phone_exists(line, MARIA),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("mode", "options", "code"),
    [
        ("html_502", {}, "unreachable"),
        ("drop", {}, "unreachable"),
        ("refuse", {"error": "Client-Token x not allowed", "status": 403}, "client_token"),
        ("refuse", {"error": "NOT_FOUND", "status": 200}, "instance_unknown"),
        ("refuse", {"error": "you must subscribe to this instance again"}, "suspended"),
    ],
)
def test_every_call_fails_with_our_codes(
    plug: PlugApi, link: Link, line: Line, call: Callable[[Link, Line], Any], mode: str, options: Any, code: str
) -> None:
    plug.always(mode, **options)
    with pytest.raises(SendError) as error:
        call(link, line)
    assert error.value.code == code
