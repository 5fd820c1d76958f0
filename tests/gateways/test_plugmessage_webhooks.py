"""What PlugMessage posts, in every shape that it is known to have."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.gateways.base import Broken, Echo, Inbound, Item, Line, Unknown
from portal.gateways.plugmessage_webhooks import parse
from tests.fakes import plug_webhooks
from tests.fakes.plug_state import Instance, Switches
from tests.gateways.shapes import MARIA, NOW, raw

LINE = Line(1, "1065", access_token="token-1")
MILLIS = int(NOW.timestamp() * 1000)


def instance(**switches: Any) -> Instance:
    return Instance("1065", "token-1", "", NOW, phone="551130001000", switches=Switches(**switches))


def envelope(content: Any = "oi", **more: Any) -> dict[str, Any]:
    return plug_webhooks.received(instance(), "3EB0A", MARIA, NOW, content) | more


def item_of(body: dict[str, Any]) -> Item:
    ((number, item),) = parse(raw(body)).items
    assert number == "1065"
    return item


def inbound(content: Any = "oi", **more: Any) -> Inbound:
    item = item_of(envelope(content, **more))
    assert isinstance(item, Inbound)
    return item


def test_a_text() -> None:
    said = inbound("Olá\nMaria")
    assert (said.provider_id, said.kind, said.text, said.sent_at) == ("3EB0A", "text", "Olá\nMaria", NOW)
    assert (said.wa_id, said.bsuid, said.profile_name) == (MARIA, "lid:987654321", "Maria")
    assert (said.media, said.reply_id, said.context_id) == (None, "", "")


FILE = {"mimeType": "audio/ogg; codecs=opus"}


@pytest.mark.parametrize(
    ("content", "kind", "text", "reply_id"),
    [
        ({"text": {"title": "Título", "descritpion": "d", "url": "https://x"}}, "text", "Título", ""),
        ({"text": {"descritpion": "só isto"}}, "text", "só isto", ""),
        ({"buttonsResponseMessage": {"buttonId": "sim", "message": "Sim"}}, "interactive", "Sim", "sim"),
        ({"buttonsResponseMessage": {"buttonId": 2, "message": "Sim"}}, "interactive", "Sim", "2"),
        (
            {"listResponseMessage": {"selectedRowId": "2", "title": "Boleto", "message": "Boleto 2a via"}},
            "interactive",
            "Boleto",
            "2",
        ),
        ({"listResponseMessage": {"selectedRowId": "2", "message": "Boleto"}}, "interactive", "Boleto", "2"),
        ({"image": {"imageUrl": "https://f/1", "caption": "meu recibo"}}, "image", "meu recibo", ""),
        ({"image": {"imageUrl": "https://f/1", "caption": None}}, "image", "[imagem]", ""),
        ({"audio": {"audioUrl": "https://f/1", **FILE}}, "audio", "[áudio]", ""),
        ({"video": {"videoUrl": "https://f/1"}}, "video", "[vídeo]", ""),
        ({"document": {"documentUrl": "https://f/1", "fileName": "a.pdf"}}, "document", "[documento] a.pdf", ""),
        ({"sticker": {"stickerUrl": "https://f/1"}}, "sticker", "[figurinha]", ""),
        (
            {"location": {"address": "Rua A"}},
            "location",
            "[localização] Rua A",
            "",
        ),
        ({"contact": {"displayName": "José", "vCard": "…", "phones": []}}, "contacts", "[contato] José", ""),
        ({"reaction": {"value": "👍", "referencedMessage": {"messageId": "X"}}}, "reaction", "[reação 👍]", ""),
        ({"reaction": {"value": ""}}, "reaction", "[reação removida]", ""),
        ({"poll": {"question": "?", "options": []}}, "unsupported", "[mensagem não suportada]", ""),
        ({"requestPayment": {"value": 1}}, "unsupported", "[mensagem não suportada]", ""),
    ],
)
def test_each_content(content: dict[str, Any], kind: str, text: str, reply_id: str) -> None:
    said = inbound(content)
    assert (said.kind, said.text, said.reply_id) == (kind, text, reply_id)


def test_media_comes_by_its_address() -> None:
    said = inbound({"document": {"documentUrl": "https://f/1", "mimeType": "application/pdf", "fileName": "a.pdf"}})
    assert said.media is not None
    assert (said.media.url, said.media.mime_type, said.media.filename) == ("https://f/1", "application/pdf", "a.pdf")
    assert said.media.provider_id == ""
    assert "https" not in repr(said.media)
    assert inbound({"image": {"downloadError": True, "imageUrl": None}}).media is None


def test_what_a_message_is_about() -> None:
    assert inbound("sim", referenceMessageId="3EB0Z").context_id == "3EB0Z"
    assert inbound({"reaction": {"value": "👍", "referencedMessage": {"messageId": "X"}}}).context_id == "X"


def test_a_reply_to_a_story_and_an_answer_to_an_advertisement_are_messages() -> None:
    assert inbound("oi", isStatusReply=True, statusImage={"url": "x"}, externalAdReply={"title": "x"}).text == "oi"


def test_an_edit_is_another_message_about_the_first() -> None:
    said = inbound("corrigido", isEdit=True)
    assert (said.kind, said.text, said.context_id) == ("edit", "[mensagem editada] corrigido", "3EB0A")
    assert said.provider_id.startswith("3EB0A:")


def test_a_body_that_is_not_decrypted_yet_is_followed_by_its_content() -> None:
    assert item_of(envelope({}, waitingMessage=True)) == Unknown(
        "waiting", json.loads(raw(envelope({}, waitingMessage=True)))
    )
    assert inbound("agora sim").provider_id == "3EB0A"


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"isGroup": True}, "group"),
        ({"phone": "123-group"}, "group"),
        ({"isNewsletter": True}, "newsletter"),
        ({"phone": "123@newsletter"}, "newsletter"),
        ({"broadcast": True}, "broadcast"),
        ({"phone": "status@broadcast"}, "broadcast"),
        ({"phone": "123-broadcast"}, "broadcast"),
        ({"fromMe": True, "fromApi": True}, "own"),
        ({"type": "PresenceChatCallback"}, "PresenceChatCallback"),
        ({"type": "Tomorrow"}, "Tomorrow"),
        ({"type": None}, "callback"),
    ],
)
def test_what_is_no_conversation(more: dict[str, Any], kind: str) -> None:
    item = item_of(envelope("oi", **more))
    assert isinstance(item, Unknown)
    assert item.kind == kind


@pytest.mark.parametrize("notification", ["E2E_ENCRYPTED", "REVOKE", "CALL_VOICE", "PROFILE_NAME_UPDATED"])
def test_an_event_is_no_message(notification: str) -> None:
    item = item_of(envelope({}, notification=notification, notificationParameters=["x"], callInfo={"id": 1}))
    assert isinstance(item, Unknown)
    assert item.kind == f"notification:{notification}"


def test_somebody_writes_on_the_phone_itself() -> None:
    item = item_of(envelope("deixa comigo", fromMe=True))
    assert isinstance(item, Echo)
    assert (item.provider_id, item.text, item.wa_id, item.bsuid) == ("3EB0A", "deixa comigo", MARIA, "lid:987654321")
    hidden = item_of(envelope("oi", fromMe=True, phone="77@lid", chatLid=None))
    assert isinstance(hidden, Echo)
    assert (hidden.wa_id, hidden.bsuid) == ("", "lid:77")


def test_an_instance_too_old_to_tell_who_wrote_is_not_taken_for_a_person() -> None:
    body = plug_webhooks.received(instance(old_shapes=True), "3EB0A", MARIA, NOW, "oi", fromMe=True)
    assert isinstance(item_of(body), Unknown)


def test_a_body_of_2022() -> None:
    item = item_of(plug_webhooks.received(instance(old_shapes=True), "3EB0A", MARIA, NOW, "oi"))
    assert isinstance(item, Inbound)
    assert (item.wa_id, item.bsuid, item.text) == (MARIA, "", "oi")


def test_a_person_whose_number_is_hidden() -> None:
    said = inbound("oi", phone="1111@lid", chatLid=None, senderLid=None)
    assert (said.wa_id, said.bsuid) == ("", "lid:1111")
    assert inbound("oi", phone=int(MARIA)).wa_id == MARIA
    nobody = item_of(envelope("oi", phone=None, chatLid=None, senderLid=None))
    assert isinstance(nobody, Broken)


@pytest.mark.parametrize("spelt", ["ReceivedCallback", "ReceivedCallBack", "receivedcallback"])
def test_two_spellings_of_one_event(spelt: str) -> None:
    assert inbound("oi", type=spelt).text == "oi"


@pytest.mark.parametrize("momment", [MILLIS, MILLIS // 1000, str(MILLIS), float(MILLIS), str(MILLIS // 1000)])
def test_a_time_in_seconds_or_milliseconds(momment: Any) -> None:
    assert inbound("oi", momment=momment).sent_at == NOW


@pytest.mark.parametrize("momment", [None, "", "ontem", 0, -1, True, 10**17, 10**30, [], {}, 1e300])
def test_without_a_usable_time_it_is_now_and_nothing_is_lost(momment: Any) -> None:
    said = inbound("oi", momment=momment)
    assert abs(datetime.now(UTC) - said.sent_at) < timedelta(minutes=1)


def test_text_that_a_database_refuses_is_made_storable() -> None:
    body = (
        json.dumps(envelope("a\x00b", chatName="x"))
        .encode()
        .replace(b'"senderName": "Maria"', b'"senderName": "\\ud800"')
    )
    ((_, item),) = parse(body).items
    assert isinstance(item, Inbound)
    assert (item.text, item.profile_name) == ("a\ufffdb", "\ufffd")
    json.dumps(item.raw, ensure_ascii=False).encode()
