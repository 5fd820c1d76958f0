"""The fake of PlugMessage is as strict as the real one: what these tests rely on, every other test may believe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request as Call
from urllib.request import urlopen

import pytest

from tests.fakes.plug_api import PlugApi
from tests.fakes.plug_rules import TERMS
from tests.gateways.shapes import MARIA

PHONE = "551130001000"
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TEXT = {"phone": MARIA, "message": "oi"}
WEBHOOK = {"value": "https://portal.example/w", "notifySentByMe": True}


@pytest.fixture
def plug() -> Iterator[PlugApi]:
    with PlugApi(lambda: START) as fake:
        instance = fake.add_instance("3C00", "T0K", "C0")
        instance.link, instance.phone = "connected", PHONE
        yield fake
        fake.unexpected.clear()


def call(plug: PlugApi, method: str, action: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    content = {"Content-Type": "application/json"} if body is not None else {}
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    url = f"{plug.url}/instances/3C00/token/T0K/{action}"
    given = {"Client-Token": "C0", **content, **{name.replace("_", "-"): value for name, value in headers.items()}}
    try:
        with urlopen(Call(url, data, given, method=method), timeout=5) as answer:
            return answer.status, _json(answer.read())
    except HTTPError as error:
        return error.code, _json(error.read())


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body


def events(plug: PlugApi) -> list[str]:
    return [posted.event for posted in plug.take()]


def listening(plug: PlugApi) -> None:
    assert call(plug, "PUT", "update-every-webhooks", WEBHOOK) == (200, {"value": True})


def test_who_may_call(plug: PlugApi) -> None:
    assert call(plug, "GET", "status")[1]["error"] == "You are already connected."
    assert call(plug, "GET", "status", Client_Token="x") == (403, {"error": "Client-Token x not allowed"})
    plug.instances["3C00"].switches.token_hiccup = 1
    assert call(plug, "GET", "status") == (400, {"error": "your client-token is not configured"})
    plug.allowed = set()
    assert call(plug, "GET", "status") == (403, {"error": "127.0.0.1 not allowed"})
    plug.instances["3C00"].token = "another"
    assert call(plug, "GET", "status") == (404, {"error": "Instance not found"})


def test_how_to_call(plug: PlugApi) -> None:
    assert call(plug, "POST", "restart", {})[0] == 405
    assert call(plug, "GET", "send-text")[0] == 405
    assert call(plug, "POST", "send-text", TEXT, Content_Type="text/plain")[0] == 415
    for malformed in (b"{", b"[]", b"oi"):
        assert call(plug, "POST", "send-text", malformed) == (400, {"error": "Malformed JSON"})
    status, answer = call(plug, "GET", "send-telepathy")
    assert (status, answer["error"]) == (200, "NOT_FOUND")
    assert not plug.ledger


def test_a_call_that_is_in_no_page_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="send-telepathy"), PlugApi() as fake:
        fake.add_instance("3C00", "T0K", "C0")
        call(fake, "GET", "send-telepathy")


def test_no_call_is_recorded_with_a_secret(plug: PlugApi) -> None:
    call(plug, "GET", "status")
    assert plug.calls == [("GET", "status")]


@pytest.mark.parametrize(
    "body",
    [
        {"message": "oi"},
        {"phone": "+55 11 98765-4321", "message": "oi"},
        {"phone": 5511987654321, "message": "oi"},
        {"phone": MARIA},
        {"phone": MARIA, "message": " "},
        {**TEXT, "delayMessage": 0},
        {**TEXT, "delayMessage": 16},
        {**TEXT, "delayTyping": "2"},
    ],
)
def test_a_message_that_is_refused_at_once(plug: PlugApi, body: dict[str, Any]) -> None:
    status, answer = call(plug, "POST", "send-text", body)
    assert (status, bool(answer["error"]), plug.ledger) == (400, True, [])


def test_taken_is_not_sent(plug: PlugApi) -> None:
    listening(plug)
    first = call(plug, "POST", "send-text", {**TEXT, "delayMessage": 9})[1]
    second = call(plug, "POST", "send-text", TEXT)[1]
    assert first["id"] == first["messageId"] != first["zaapId"]
    assert first.keys() == {"zaapId", "messageId", "id"}
    assert len({first["zaapId"], first["messageId"], second["zaapId"], second["messageId"]}) == 4
    assert [message.sent for message in plug.ledger] == [False, False]
    plug.tick()
    assert [message.sent for message in plug.ledger] == [True, False]
    plug.now = lambda: START + timedelta(seconds=9)
    plug.tick()
    assert [message.sent for message in plug.ledger] == [True, True]
    bodies = [posted.body for posted in plug.take()]
    assert [(body["type"], body.get("fromApi")) for body in bodies][:2] == [
        ("DeliveryCallback", None),
        ("ReceivedCallback", True),
    ]


def test_a_mask_that_fails_later_and_a_number_that_is_spelt_otherwise(plug: PlugApi) -> None:
    listening(plug)
    switches = plug.instances["3C00"].switches
    switches.phone_check, switches.non_canonical = "later", "fail"
    plug.canonical[MARIA] = "551187654321"
    plug.not_on_whatsapp.add("5511900000000")
    for phone in ("+55 11", MARIA, "5511900000000", "551187654321"):
        assert call(plug, "POST", "send-text", {"phone": phone, "message": "oi"})[0] == 200
    plug.drain("3C00")
    errors = [posted.body.get("error") for posted in plug.take() if posted.event == "delivery"]
    assert [bool(error) for error in errors] == [True, True, True, False]


def test_codes_change_every_twenty_seconds_and_an_old_one_cannot_be_read(plug: PlugApi) -> None:
    instance = plug.instances["3C00"]
    instance.link = "disconnected"
    with pytest.raises(ValueError):
        plug.scan("3C00", PHONE)
    first = call(plug, "GET", "qr-code/image")[1]["value"]
    plug.now = lambda: START + timedelta(seconds=20)
    assert call(plug, "GET", "qr-code/image")[1]["value"] != first
    assert [later - earlier for earlier, later in zip(instance.qr_at, instance.qr_at[1:], strict=False)] == [
        timedelta(seconds=20)
    ]


def test_a_scan_tells_of_the_link_and_flushes_the_queue_in_order(plug: PlugApi) -> None:
    listening(plug)
    plug.lose("3C00")
    for number in range(3):
        call(plug, "POST", "send-text", {**TEXT, "message": str(number)})
    assert call(plug, "GET", "status")[1]["error"] == "You are not connected."
    call(plug, "GET", "qr-code/image")
    plug.instances["3C00"].notify_sent_by_me = False
    plug.scan("3C00", PHONE)
    assert events(plug) == ["disconnected", "connected", "delivery", "delivery", "delivery"]
    assert [message.payload["message"] for message in plug.ledger if message.sent] == ["0", "1", "2"]


def test_a_thousand_may_wait_and_no_more(plug: PlugApi) -> None:
    instance = plug.instances["3C00"]
    instance.link = "restorable"
    assert call(plug, "POST", "send-text", TEXT)[0] == 200
    instance.queue *= 1000
    assert call(plug, "POST", "send-text", TEXT)[0] == 400
    instance.switches.disable_enqueue = True
    assert call(plug, "POST", "send-text", TEXT) == (400, {"error": "You are not connected."})
    instance.switches.value_false = True
    assert call(plug, "POST", "send-text", TEXT) == (200, {"value": False})


def test_what_is_discarded_is_never_told_of(plug: PlugApi) -> None:
    listening(plug)
    plug.instances["3C00"].link = "restorable"
    zaap_ids = [call(plug, "POST", "send-text", TEXT)[1]["zaapId"] for _ in range(3)]
    call(plug, "DELETE", f"queue/{zaap_ids[1]}")
    page = call(plug, "POST", "queue", {"pageSize": 1})[1]
    assert ([each["ZaapId"] for each in page["messages"]], page["hasMore"]) == ([zaap_ids[0]], True)
    assert call(plug, "GET", "queue/count") == (200, {"count": 2})
    call(plug, "DELETE", "queue")
    call(plug, "GET", "restore-session")
    plug.drain("3C00")
    assert events(plug) == ["connected"]


def test_after_a_disconnect_nothing_is_told_and_a_restart_tells_of_a_link(plug: PlugApi) -> None:
    listening(plug)
    call(plug, "GET", "restart")
    assert events(plug) == ["connected"]
    call(plug, "GET", "disconnect")
    assert events(plug) == []
    assert call(plug, "GET", "restore-session") == (200, {"value": False})


def test_the_trial_and_the_fourteen_days(plug: PlugApi) -> None:
    listening(plug)
    instance = plug.instances["3C00"]
    instance.active, instance.unused_since = True, START
    plug.now = lambda: START + timedelta(days=15)
    plug.tick()
    assert (instance.link, events(plug)) == ("disconnected", ["disconnected"])
    instance.active = False
    plug.tick()
    assert call(plug, "POST", "send-text", TEXT)[0] == call(plug, "GET", "status")[0] == 400
    instance.switches.status_hides_suspension = True
    assert call(plug, "GET", "status")[0] == 200


def test_a_restricted_number_and_a_banned_one(plug: PlugApi) -> None:
    listening(plug)
    instance = plug.instances["3C00"]
    instance.switches.shadow_ban = True
    call(plug, "POST", "send-text", TEXT)
    plug.drain("3C00")
    assert [posted.body["errorCode"] for posted in plug.take()] == ["SHADOW_BAN"]
    instance.switches.shadow_ban, instance.switches.ban_after = False, 2
    for phone in (MARIA, MARIA, "5511900000001", "5511900000002"):
        call(plug, "POST", "send-text", {"phone": phone, "message": "oi"})
    plug.drain("3C00")
    assert (instance.link, len(instance.queue), events(plug)[-1]) == ("disconnected", 1, "disconnected")


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("send-button-list", {"buttonList": {"buttons": [{"id": "1", "label": "Sim"}]}}),
        ("send-option-list", {"optionList": {"title": "t", "buttonLabel": "b", "options": [{"title": "Sim"}]}}),
    ],
)
def test_buttons_need_their_terms(plug: PlugApi, action: str, more: dict[str, Any]) -> None:
    listening(plug)
    assert call(plug, "POST", action, {**TEXT, **more})[0] == 200
    assert call(plug, "POST", action, TEXT)[0] == 400
    plug.drain("3C00")
    assert plug.take()[0].body["error"] == TERMS


@pytest.mark.parametrize("document", ["JVBERi0=", "data:application/pdf;base64,***", "http://x/a.pdf"])
def test_a_document_that_fails_later(plug: PlugApi, document: str) -> None:
    assert call(plug, "POST", "send-document/pdf", {"phone": MARIA, "document": document})[0] == 200
    assert "media" in plug.ledger[0].later_error
    assert call(plug, "POST", "send-document/pdf", {"phone": MARIA})[0] == 400
