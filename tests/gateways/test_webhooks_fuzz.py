"""Anything that JSON can say, in any place of a webhook body: nothing but items, or ValueError for no object."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.gateways.base import Delivery, Inbound
from portal.gateways.cloud_api_webhooks import parse
from tests.fakes.graph_webhooks import message
from tests.gateways.shapes import MARIA, NOW, body_of

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = """
entry changes field value metadata phone_number_id contacts wa_id user_id profile name messages id from timestamp type
text body interactive button_reply button image reaction system context statuses status errors error_data code
"""
keys = st.sampled_from(KEYS.split())
known_words = st.sampled_from(
    ["messages", "text", "interactive", "contacts", "failed", "sent", "1758400000", "wamid.1"]
)
shaped = st.recursive(
    json_values | known_words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=6),
    max_leaves=25,
)


def dumped(data: Any) -> bytes:
    return (
        json.dumps(data, allow_nan=True).replace("NaN", "1").replace("-Infinity", "1").replace("Infinity", "1").encode()
    )


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(keys, shaped, max_size=6))
def test_any_object_is_read_without_an_exception(data: dict[str, Any]) -> None:
    assert isinstance(parse(dumped(data)), Delivery)


@settings(max_examples=150, deadline=None)
@given(shaped, st.sampled_from(["messages", "statuses", "contacts", "metadata"]))
def test_any_value_in_the_right_place_is_read_without_an_exception(value: Any, name: str) -> None:
    good = {"messages": [message("wamid.1", MARIA, NOW, "text", {"body": "oi"})]}
    odd = {"field": "messages", "value": {**good, name: value}}
    assert isinstance(parse(dumped({"entry": [{"changes": [odd]}]})), Delivery)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(keys, shaped, max_size=6))
def test_any_message_among_good_ones_leaves_them_whole(odd: dict[str, Any]) -> None:
    good = message("wamid.good", MARIA, NOW, "text", {"body": "oi"})
    half = {**message("wamid.odd", MARIA, NOW), **odd}
    items = [item for _, item in parse(dumped(json.loads(body_of(messages=[half, good], statuses=[odd])))).items]
    assert len(items) == 3
    assert isinstance(items[1], Inbound)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_raise_nothing_but_value_error(body: bytes) -> None:
    try:
        read = parse(body)
    except ValueError:
        return
    assert isinstance(read, Delivery)
