"""Every documented shape of a webhook, the broken ones, and anything else that JSON can say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from portal.gateways.base import Broken, Inbound, Item, StatusUpdate, Unknown
from portal.gateways.cloud_api_webhooks import parse
from portal.gateways.messages import Choice
from portal.gateways.simulator import inbound_body
from tests.fakes.graph_webhooks import change, contact, envelope, message, status
from tests.gateways.shapes import MARIA, NOW, body_of, raw

MEDIA = {"id": "77", "mime_type": "audio/ogg; codecs=opus", "sha256": "x"}


def only(body: bytes) -> Item:
    ((_, item),) = parse(body).items
    return item


def read(kind: str, content: Any = None, **extra: Any) -> Item:
    return only(body_of(messages=[{**message("wamid.1", MARIA, NOW, kind, content), **extra}]))


# kind, content, what is read of it, reply id
SHAPES: list[tuple[str, Any, str, str]] = [
    ("text", {"body": "oi, tudo bem? ✅"}, "oi, tudo bem? ✅", ""),
    ("button", {"payload": "optout:9", "text": "Parar"}, "Parar", "optout:9"),
    ("interactive", {"type": "button_reply", "button_reply": {"id": "yes", "title": "Sim"}}, "Sim", "yes"),
    (
        "interactive",
        {"type": "list_reply", "list_reply": {"id": "2", "title": "Dois", "description": "d"}},
        "Dois",
        "2",
    ),
    ("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}, "[resposta]", ""),
    ("image", {**MEDIA, "caption": "meu comprovante"}, "meu comprovante", ""),
    ("image", MEDIA, "[imagem]", ""),
    ("audio", {**MEDIA, "voice": True}, "[áudio]", ""),
    ("video", MEDIA, "[vídeo]", ""),
    ("document", {**MEDIA, "filename": "recibo.pdf"}, "[documento] recibo.pdf", ""),
    ("sticker", {**MEDIA, "animated": False}, "[figurinha]", ""),
    ("location", {"latitude": -23.5, "longitude": -46.6}, "[localização] -23.5, -46.6", ""),
    (
        "location",
        {"latitude": -23.5, "longitude": -46.6, "name": "Praça da Sé"},
        "[localização] Praça da Sé · -23.5, -46.6",
        "",
    ),
    ("location", {"latitude": "x", "address": "Rua A, 1"}, "[localização] Rua A, 1", ""),
    ("contacts", [{"name": {"formatted_name": "José"}, "phones": []}], "[contato] José", ""),
    (
        "contacts",
        [{"name": {"formatted_name": "José"}, "phones": [{"phone": "+55 11 91234-5678"}]}, {"phones": 1}],
        "[contato] José +55 11 91234-5678",
        "",
    ),
    ("contacts", [{"vcard": "x"}], "[contato]", ""),
    ("reaction", {"message_id": "wamid.0", "emoji": "👍"}, "[reação 👍]", ""),
    ("reaction", {"message_id": "wamid.0", "emoji": ""}, "[reação removida]", ""),
    ("reaction", {"message_id": "wamid.0"}, "[reação removida]", ""),
    ("order", {"catalog_id": "1", "text": "quero este", "product_items": []}, "[pedido] quero este", ""),
    ("edit", {"original_message_id": "w", "message": {"text": {"body": "novo"}}}, "[mensagem editada] novo", ""),
    ("revoke", {"original_message_id": "w"}, "[mensagem apagada]", ""),
    ("unsupported", {"type": "poll_creation"}, "[mensagem não suportada]", ""),
    ("hologram", {"beam": 1}, "[mensagem não suportada]", ""),
]


@pytest.mark.parametrize(("kind", "content", "text", "reply_id"), SHAPES)
def test_each_kind_of_message(kind: str, content: Any, text: str, reply_id: str) -> None:
    item = read(kind, content, context={"from": "551130001000", "id": "wamid.0"})
    assert isinstance(item, Inbound)
    assert (item.kind, item.text, item.reply_id) == (kind, text, reply_id)
    assert (item.provider_id, item.wa_id, item.sent_at, item.context_id) == ("wamid.1", MARIA, NOW, "wamid.0")
    assert item.raw["type"] == kind


def test_a_button_without_context() -> None:
    item = read("button", {"payload": "p", "text": "Sim"})
    assert isinstance(item, Inbound)
    assert item.context_id == ""


def test_interactive_without_its_object() -> None:
    body = body_of(messages=[message("wamid.1", MARIA, NOW, "interactive")], errors=[{"code": 131000}])
    item = only(body)
    assert isinstance(item, Inbound)
    assert (item.kind, item.text) == ("unsupported", "[mensagem não suportada]")


@pytest.mark.parametrize("code", [131051, 131060])
def test_unsupported_with_errors(code: int) -> None:
    item = read("unsupported", None, errors=[{"code": code, "title": "x"}])
    assert isinstance(item, Inbound)
    assert item.kind == "unsupported"


@pytest.mark.parametrize("kind", ["user_changed_number", "customer_changed_number", "user_changed_user_id"])
def test_system_messages_are_kept_aside(kind: str) -> None:
    item = read("system", {"body": "mudou", "type": kind, "wa_id": "5511900000000"})
    assert isinstance(item, Unknown)
    assert item.kind == f"system:{kind}"


def test_request_welcome_is_no_message() -> None:
    assert read("request_welcome") == Unknown("request_welcome", message("wamid.1", MARIA, NOW, "request_welcome"))


def test_the_name_comes_from_the_senders_own_contact() -> None:
    contacts = [contact("5521999999999", "José"), contact(MARIA, "Maria", "BR.1")]
    item = only(body_of(messages=[message("wamid.1", MARIA, NOW, "text", {"body": "oi"})], contacts=contacts))
    assert isinstance(item, Inbound)
    assert (item.profile_name, item.bsuid) == ("Maria", "BR.1")


def test_a_person_known_by_business_scoped_id_only() -> None:
    sent = {"id": "wamid.1", "timestamp": "1758400000", "type": "text", "text": {"body": "oi"}}
    for named in ({"from_user_id": "BR.1"}, {}):
        body = body_of(messages=[{**sent, **named}], contacts=[contact(name="Maria", bsuid="BR.1")])
        item = only(body)
        assert isinstance(item, Inbound)
        assert (item.wa_id, item.bsuid, item.profile_name) == ("", "BR.1", "Maria")


@pytest.mark.parametrize(
    "broken",
    [
        {"id": ""},
        {"id": None},
        {"id": "x" * 300},
        {"timestamp": "soon"},
        {"timestamp": "-5"},
        {"timestamp": "1" * 11},
        {"timestamp": None},
        {"timestamp": "١٧٥٨٤٠٠٠٠٠"},
        {"from": ""},
    ],
)
def test_a_broken_message_does_not_hurt_its_neighbours(broken: dict[str, Any]) -> None:
    good = message("wamid.2", MARIA, NOW, "text", {"body": "oi"})
    items = [item for _, item in parse(body_of(messages=[{**good, **broken}, 7, good])).items]
    assert [type(item) for item in items] == [Broken, Broken, Inbound]


@pytest.mark.parametrize(
    ("word", "state"), [("sent", "sent"), ("delivered", "delivered"), ("read", "read"), ("played", "read")]
)
def test_statuses(word: str, state: str) -> None:
    body = body_of(statuses=[status("wamid.1", word, MARIA, NOW, "a1")], contacts=[contact(MARIA, "Maria")])
    assert only(body) == StatusUpdate("wamid.1", state, NOW, "a1", MARIA)


def test_a_failure_with_its_code() -> None:
    item = only(body_of(statuses=[status("wamid.1", "failed", MARIA, NOW, error=131047)]))
    expected = StatusUpdate("wamid.1", "failed", NOW, "", MARIA, "131047", "Error 131047 · details of 131047")
    assert item == expected


@pytest.mark.parametrize("errors", [None, [], "x", [7], [{"code": "131026"}], [{"error_data": "text"}]])
def test_a_failure_with_odd_errors_is_still_a_failure(errors: Any) -> None:
    item = only(body_of(statuses=[{**status("wamid.1", "failed", MARIA, NOW), "errors": errors}]))
    assert isinstance(item, StatusUpdate)
    assert item.state == "failed"


def test_a_status_of_the_future_is_unknown() -> None:
    item = only(body_of(statuses=[status("wamid.1", "teleported", MARIA, NOW)]))
    assert isinstance(item, Unknown)
    assert item.kind == "status:teleported"


def test_every_entry_change_message_and_status_is_read_in_order() -> None:
    def texts(number: str, *ids: str) -> dict[str, Any]:
        return change(number, messages=[message(found, MARIA, NOW, "text", {"body": "oi"}) for found in ids])

    first = json.loads(envelope("2020", texts("1", "a", "b"), texts("2", "c")))
    mixed = change("3", messages=[message("d", MARIA, NOW, "text", {"body": "oi"})])
    mixed["value"]["statuses"] = [status("e", "read", MARIA, NOW), status("e", "sent", MARIA, NOW)]
    second = json.loads(envelope("3030", mixed))
    items = parse(raw({"entry": first["entry"] + second["entry"]})).items
    found = [(number, item.provider_id) for number, item in items if isinstance(item, Inbound | StatusUpdate)]
    assert found == [("1", "a"), ("1", "b"), ("2", "c"), ("3", "d"), ("3", "e"), ("3", "e")]


def test_a_thousand_updates_in_one_body() -> None:
    statuses = [status(f"wamid.{n}", "sent", MARIA, NOW) for n in range(1000)]
    assert len(parse(body_of(statuses=statuses)).items) == 1000


@pytest.mark.parametrize("field", ["account_alerts", "account_update", "brand_new"])
def test_other_fields_are_kept(field: str) -> None:
    sent = {"field": field, "value": {"event": "SOMETHING", "entity": 1589001}}
    assert only(envelope("2020", sent)) == Unknown(field, sent)


def test_errors_alone() -> None:
    item = only(body_of(errors=[{"code": 131000}]))
    assert isinstance(item, Unknown)
    assert item.kind == "errors"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b"null", b'"x"', b"\xff\xfe\xfa", b'{"a": NaN}', b"[" * 100_000]
)
def test_what_is_no_json_object(body: bytes) -> None:
    with pytest.raises(ValueError):
        parse(body)


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="nested"):
        parse(b'{"entry":' + b"[" * 200_000 + b"]" * 200_000 + b"}")


def test_characters_that_no_database_stores_are_replaced() -> None:
    body = body_of(messages=[message("wamid.1", MARIA, NOW, "text", {"body": "a\x00b\ud83dc 👍"})])
    item = only(body)
    assert isinstance(item, Inbound)
    assert item.text == "a\ufffdb\ufffdc 👍"
    assert item.raw["text"]["body"] == item.text


def test_the_simulators_phone_speaks_metas_json(line: Any) -> None:
    at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    choice = Choice("2", "Dois", "O segundo")
    for said, listed, text, reply_id in (
        ("oi", False, "oi", ""),
        (choice, True, "Dois", "2"),
        (choice, False, "Dois", "2"),
    ):
        body = inbound_body(line, MARIA, "Maria", said, "wamid.9", at, listed=listed, context_id="wamid.8")
        item = only(body)
        assert isinstance(item, Inbound)
        assert (item.text, item.reply_id, item.wa_id, item.profile_name) == (text, reply_id, MARIA, "Maria")
        assert (item.provider_id, item.sent_at, item.context_id) == ("wamid.9", at, "wamid.8")
