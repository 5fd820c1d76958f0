"""What PlugMessage tells of our own messages and of the link, whose body is believed, and bodies of every shape."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.gateways.base import Broken, Delivery, Item, Line, LinkUpdate, StatusUpdate, Unknown
from portal.gateways.plugmessage_webhooks import authentic, parse
from portal.gateways.registry import stops
from tests.fakes import plug_webhooks
from tests.gateways.shapes import MARIA, NOW, raw
from tests.gateways.test_plugmessage_webhooks import MILLIS, envelope, instance, item_of

LINE = Line(1, "1065", access_token="token-1")


@pytest.mark.parametrize(
    ("state", "ours"), [("SENT", "sent"), ("RECEIVED", "delivered"), ("READ", "read"), ("PLAYED", "read")]
)
def test_one_status_of_several_messages(state: str, ours: str) -> None:
    body = plug_webhooks.status(instance(), ["3EB0A", "3EB0B"], state, MARIA, NOW)
    items = [item for _, item in parse(raw(body)).items]
    assert items == [StatusUpdate(each, ours, NOW, wa_id=MARIA) for each in ("3EB0A", "3EB0B")]


@pytest.mark.parametrize("state", ["READ_BY_ME", "READ-SELF", "PENDING", "Tomorrow", ""])
def test_a_status_that_is_not_of_our_messages(state: str) -> None:
    assert isinstance(item_of(plug_webhooks.status(instance(), ["3EB0A"], state, MARIA, NOW)), Unknown)


@pytest.mark.parametrize(("ids", "broken"), [([], 1), (None, 1), ([None, "3EB0A", {}], 2), ("3EB0A", 0), ({}, 1)])
def test_a_list_of_ids_that_is_none(ids: Any, broken: int) -> None:
    body = plug_webhooks.status(instance(), ids, "READ", MARIA, NOW)
    items = [item for _, item in parse(raw(body)).items]
    assert sum(isinstance(item, Broken) for item in items) == broken


def delivered(**more: Any) -> Item:
    body = {"type": "DeliveryCallback", "instanceId": "1065", "phone": MARIA, "zaapId": "3F", "messageId": "3EB0A"}
    return item_of({**body, "momment": MILLIS, **more})


def test_what_left_the_providers_queue() -> None:
    assert delivered() == delivered(error=None, errorCode=None) == StatusUpdate("3EB0A", "sent", NOW, wa_id=MARIA)
    assert isinstance(delivered(messageId=None), Broken)


@pytest.mark.parametrize(
    ("error", "code", "stop"),
    [
        ("Phone number does not exist", "no_whatsapp", False),
        ("Message has not been sent because it got invalid phone number", "no_whatsapp", False),
        ("Did not have permission to send this message.", "rejected", False),
        ("Whatsapp rejected sending this message", "rejected", False),
        ("Whatsapp did not allow sending this message", "rejected", False),
        ("You must accept buttons message terms in panel to send this message.", "button_terms", False),
        ("Timeout on send message", "not_delivered", False),
        ("Error on send message", "not_delivered", False),
        ("Message not send caused by invalid media url", "media", False),
        ("Got a 404 error while trying to send message", "media", False),
        ("The url informed is not a valid url in the media format, apparently it can be an html", "media", False),
        ("nobody has seen this sentence", "refused", False),
        ("Client-Token F00 BAR not allowed", "client_token", True),
    ],
)
def test_what_failed_later(error: str, code: str, stop: bool) -> None:
    item = delivered(error=error)
    assert isinstance(item, StatusUpdate)
    assert (item.state, item.error_code, stops("plugmessage", item.error_code)) == ("failed", code, stop)
    assert "F00" not in item.error_detail


def test_a_restricted_number_stops_the_line() -> None:
    for more in ({"error": "Whatsapp did not allow sending this message"}, {}):
        item = delivered(errorCode="SHADOW_BAN", **more)
        assert isinstance(item, StatusUpdate)
        assert (item.state, item.error_code) == ("failed", "restricted")
    assert stops("plugmessage", "restricted")
    assert isinstance(delivered(error={"message": "x"}), StatusUpdate)


def test_linked_and_lost() -> None:
    assert item_of(plug_webhooks.connected(instance(), NOW)) == LinkUpdate(True, NOW)
    lost = plug_webhooks.disconnected(instance(), "Device has been disconnected", NOW)
    assert lost["momment"] < 10**11
    assert item_of(lost) == LinkUpdate(False, NOW, "Device has been disconnected")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"oi", b'{"a": NaN}', b"\xff", b"[" * 100_000, b'{"a":' * 100_000]
)
def test_no_object_at_all(body: bytes) -> None:
    with pytest.raises(ValueError):
        parse(body)
    assert not authentic(LINE, body, {})


def test_only_its_own_instance_is_authentic() -> None:
    assert authentic(LINE, raw({"instanceId": "1065"}), {})
    assert authentic(LINE, raw({"instanceId": 1065}), {})
    assert authentic(LINE, raw({}), {})
    for other in ("1066", "", ["1065"], False, "1065 "):
        assert not authentic(LINE, raw({"instanceId": other}), {})
    assert not authentic(Line(1, "", access_token="token-1"), raw({"instanceId": ""}), {})


def test_a_token_that_is_sent_along_must_be_right() -> None:
    body = raw({"instanceId": "1065"})
    for name in ("z-api-token", "Z-Api-Token"):
        assert authentic(LINE, body, {name: "token-1"})
        for wrong in ("", "token-2", "tokén"):
            assert not authentic(LINE, body, {name: wrong})
    assert not authentic(Line(1, "1065"), body, {"z-api-token": ""})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = """
instanceId messageId phone chatLid senderLid connectedPhone fromMe fromApi isGroup isEdit waitingMessage momment status
chatName senderName referenceMessageId text image audio document location contact reaction buttonsResponseMessage
listResponseMessage notification error errorCode ids zaapId connected disconnected
"""
TYPES = "ReceivedCallback DeliveryCallback MessageStatusCallback ConnectedCallback DisconnectedCallback"


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(TYPES.split()), st.dictionaries(st.sampled_from(KEYS.split()), json_values, max_size=8))
def test_any_value_in_any_place_is_read_without_an_exception(kind: str, odd: dict[str, Any]) -> None:
    for body in (odd, {"type": kind, **odd}, {**envelope("oi"), "type": kind, **odd}):
        read = parse(json.dumps(body).encode())
        assert isinstance(read, Delivery)
        assert read.items
        for number, item in read.items:
            assert isinstance(number, str)
            assert "\x00" not in f"{item}"
