"""Evolution API's webhooks: who may post them, what is kept of them, and every shape that a person's words come in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.gateways.base import Broken, Echo, Inbound, Item, Line, LinkUpdate, Media, StatusUpdate, Unknown
from portal.gateways.evolution import Evolution
from portal.gateways.evolution_webhooks import SECRET_HEADER
from tests.fakes.evolution_api import EvolutionApi
from tests.gateways.shapes import MARIA

LINE = Line(1, "1065", access_token="canary-apikey-7f3", verify_token="canary-secret-91c")
EVOLUTION = Evolution("", Path("/nowhere"))
AT = 1_772_452_800
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EvolutionApi]:
    with EvolutionApi() as fake:
        fake.add_instance("1065", LINE.access_token)
        Evolution(fake.url, tmp_path).link.configure_webhooks(LINE, f"https://portal.example/w/{LINE.verify_token}")
        yield fake


def read(event: str, data: Any) -> list[Item]:
    body = json.dumps({"event": event, "instance": "1065", "data": data}).encode()
    parsed = EVOLUTION.parse(body).items
    assert {number for number, _ in parsed} <= {"1065"}
    return [item for _, item in parsed]


def said(message: Any, **more: Any) -> Item:
    key = {"remoteJid": f"{MARIA}@s.whatsapp.net", "fromMe": False, "id": "3A01", **more.pop("key", {})}
    (item,) = read("messages.upsert", {"key": key, "message": message, "messageTimestamp": AT, **more})
    return item


def test_a_real_body_is_authentic_read_and_kept_without_its_secrets(server: EvolutionApi) -> None:
    message_id = server.says("1065", MARIA, {"conversation": "oi"})
    (posted,) = server.take()
    assert posted.headers == {SECRET_HEADER: LINE.verify_token}
    assert EVOLUTION.authentic(LINE, posted.body, posted.headers)
    assert LINE.access_token.encode() in posted.body
    kept = EVOLUTION.cleaned(LINE, posted.body)
    assert LINE.access_token.encode() not in kept
    assert LINE.verify_token.encode() not in kept
    for body in (posted.body, kept):
        ((instance, item),) = EVOLUTION.parse(body).items
        assert isinstance(item, Inbound)
        assert (instance, item.provider_id, item.text, item.wa_id) == ("1065", message_id, "oi", MARIA)


def test_an_apikey_that_is_not_the_lines_is_not_kept_either() -> None:
    body = b'{"event":"x","ApiKey" : "it\\"s another","instance":"1065"}'
    assert json.loads(EVOLUTION.cleaned(LINE, body)) == {"event": "x", "ApiKey": None, "instance": "1065"}


@pytest.mark.parametrize(
    ("line", "headers", "instance"),
    [
        (LINE, {}, "1065"),
        (LINE, {SECRET_HEADER: ""}, "1065"),
        (LINE, {SECRET_HEADER: "canary-secret-91d"}, "1065"),
        (LINE, {SECRET_HEADER: "lixo é lixo"}, "1065"),
        (LINE, {SECRET_HEADER: LINE.access_token}, "1065"),
        (LINE, {SECRET_HEADER: LINE.verify_token}, "1066"),
        (LINE, {SECRET_HEADER: LINE.verify_token}, None),
        (LINE, {SECRET_HEADER: LINE.verify_token}, {"x": 1}),
        (replace(LINE, verify_token=""), {SECRET_HEADER: ""}, "1065"),
        (replace(LINE, phone_number_id=""), {SECRET_HEADER: LINE.verify_token}, ""),
    ],
)
def test_without_secret_and_instance_nothing_is_authentic(line: Line, headers: dict[str, str], instance: Any) -> None:
    assert not EVOLUTION.authentic(line, json.dumps({"instance": instance}).encode(), headers)


def test_the_headers_spelling_does_not_matter_and_the_body_must_be_json() -> None:
    headers = {SECRET_HEADER.lower(): LINE.verify_token}
    assert EVOLUTION.authentic(LINE, b'{"instance": "1065"}', headers)
    assert not EVOLUTION.authentic(LINE, b"1065", headers)


@pytest.mark.parametrize(
    ("message", "kind", "text", "reply_id"),
    [
        ({"conversation": "oi"}, "text", "oi", ""),
        ({"extendedTextMessage": {"text": "oi"}}, "text", "oi", ""),
        ({"ephemeralMessage": {"message": {"extendedTextMessage": {"text": "oi"}}}}, "text", "oi", ""),
        ({"imageMessage": {"caption": "meu recibo"}}, "image", "meu recibo", ""),
        ({"viewOnceMessageV2": {"message": {"imageMessage": {}}}}, "image", "[imagem]", ""),
        ({"audioMessage": {"ptt": True}}, "audio", "[áudio]", ""),
        ({"ptvMessage": {}}, "video", "[vídeo]", ""),
        ({"stickerMessage": {}}, "sticker", "[figurinha]", ""),
        ({"documentMessage": {"fileName": "recibo.pdf"}}, "document", "[documento] recibo.pdf", ""),
        (
            {"buttonsResponseMessage": {"selectedButtonId": "yes", "selectedDisplayText": "Sim"}},
            "interactive",
            "Sim",
            "yes",
        ),
        (
            {"templateButtonReplyMessage": {"selectedId": "yes", "selectedDisplayText": "Sim"}},
            "interactive",
            "Sim",
            "yes",
        ),
        (
            {"listResponseMessage": {"title": "Boleto", "singleSelectReply": {"selectedRowId": "b"}}},
            "interactive",
            "Boleto",
            "b",
        ),
        (
            {
                "interactiveResponseMessage": {
                    "body": {"text": "Sim"},
                    "nativeFlowResponseMessage": {"paramsJson": '{"id": "yes"}'},
                }
            },
            "interactive",
            "Sim",
            "yes",
        ),
        (
            {"interactiveResponseMessage": {"nativeFlowResponseMessage": {"paramsJson": "{"}}},
            "interactive",
            "[resposta]",
            "",
        ),
        ({"reactionMessage": {"text": "👍", "key": {"id": "3B"}}}, "reaction", "[reação 👍]", ""),
        ({"reactionMessage": {"text": "", "key": {"id": "3B"}}}, "reaction", "[reação removida]", ""),
        ({"locationMessage": {"name": "Casa"}}, "location", "[localização] Casa", ""),
        ({"contactMessage": {"displayName": "José"}}, "contacts", "[contato] José", ""),
        ({"pollCreationMessage": {"name": "?"}}, "unsupported", "[mensagem não suportada]", ""),
    ],
)
def test_what_people_send(message: Any, kind: str, text: str, reply_id: str) -> None:
    item = said(message, pushName="Maria")
    assert isinstance(item, Inbound)
    assert (item.kind, item.text, item.reply_id, item.profile_name) == (kind, text, reply_id, "Maria")
    assert (item.provider_id, item.wa_id, item.sent_at) == ("3A01", MARIA, datetime.fromtimestamp(AT, UTC))


def test_a_file_is_named_by_its_message_and_by_the_servers_store() -> None:
    content = {"mimetype": "application/pdf", "fileName": "recibo.pdf", "url": "https://mmg.whatsapp.net/encrypted"}
    item = said({"documentMessage": content, "mediaUrl": "https://files.example/1"})
    assert isinstance(item, Inbound)
    assert item.media == Media("3A01", "https://files.example/1", "application/pdf", "recibo.pdf")


def test_quotes_and_reactions_name_what_they_are_about() -> None:
    quoting = said({"conversation": "sim"}, contextInfo={"stanzaId": "3EB0"})
    reacting = said({"reactionMessage": {"text": "👍", "key": {"id": "3EB1"}}})
    assert [item.context_id for item in (quoting, reacting) if isinstance(item, Inbound)] == ["3EB0", "3EB1"]


@pytest.mark.parametrize(
    ("key", "more", "who"),
    [
        ({"remoteJid": "777@lid", "remoteJidAlt": f"{MARIA}@s.whatsapp.net"}, {}, (MARIA, "lid:777")),
        ({"remoteJid": "777@lid", "senderPn": f"{MARIA}@s.whatsapp.net"}, {}, (MARIA, "lid:777")),
        ({"remoteJid": "777@lid"}, {"senderPn": f"{MARIA}@s.whatsapp.net"}, (MARIA, "lid:777")),
        ({"previousRemoteJid": "777@lid"}, {}, (MARIA, "lid:777")),
        ({"remoteJid": f"{MARIA}:12@s.whatsapp.net"}, {}, (MARIA, "")),
        ({"remoteJid": "777@lid"}, {}, ("", "lid:777")),
    ],
)
def test_people_whose_number_is_hidden(key: dict[str, str], more: dict[str, Any], who: tuple[str, str]) -> None:
    item = said({"conversation": "oi"}, key=key, **more)
    assert isinstance(item, Inbound)
    assert (item.wa_id, item.bsuid) == who


def test_what_the_company_writes_on_its_phone_is_an_echo_to_the_other_side() -> None:
    own = {"fromMe": True, "remoteJid": "777@lid", "senderPn": "551130001000@s.whatsapp.net"}
    item = said({"conversation": "deixa comigo"}, key=own)
    assert isinstance(item, Echo)
    assert (item.text, item.wa_id, item.bsuid) == ("deixa comigo", "", "lid:777")


@pytest.mark.parametrize("jid", ["120363@g.us", "status@broadcast", "1@newsletter"])
def test_crowds_are_no_conversation(jid: str) -> None:
    assert isinstance(said({"conversation": "oi"}, key={"remoteJid": jid}), Unknown)


@pytest.mark.parametrize(
    "message", [None, {}, "oi", {"protocolMessage": {"type": 3}}, {"messageContextInfo": {}, "conversation": ""}]
)
def test_what_says_nothing_is_nothing(message: Any) -> None:
    assert isinstance(said(message), Unknown)


def test_messages_of_nobody_and_without_an_id_are_broken() -> None:
    assert isinstance(said({"conversation": "oi"}, key={"id": ""}), Broken)
    assert isinstance(said({"conversation": "oi"}, key={"remoteJid": "someone"}), Broken)
    (item,) = read("messages.upsert", "oi")
    assert isinstance(item, Broken)


def test_times_and_batches_of_other_versions() -> None:
    item = said({"conversation": "oi"}, messageTimestamp={"low": AT, "high": 0, "unsigned": True})
    assert isinstance(item, Inbound)
    assert item.sent_at == datetime.fromtimestamp(AT, UTC)
    one = {"key": {"remoteJid": f"{MARIA}@s.whatsapp.net", "id": "3A"}, "message": {"conversation": "oi"}}
    assert len(read("MESSAGES_UPSERT", {"messages": [one, one], "type": "notify"})) == 2
    assert len(read("messages-upsert", [one, one])) == 2


def test_an_edit_is_a_message_about_another() -> None:
    key = {"remoteJid": f"{MARIA}@s.whatsapp.net", "fromMe": False, "id": "3A01"}
    data = {"key": key, "editedMessage": {"conversation": "quis dizer dez"}, "timestampMs": AT * 1000}
    (item,) = read("messages.edited", data)
    assert isinstance(item, Inbound)
    assert (item.kind, item.text, item.context_id) == ("edit", "[mensagem editada] quis dizer dez", "3A01")
    assert item.provider_id == f"3A01:{AT}"
    assert isinstance(read("messages.edited", {**data, "editedMessage": {}})[0], Unknown)


@pytest.mark.parametrize(
    ("status", "state"),
    [("SERVER_ACK", "sent"), ("DELIVERY_ACK", "delivered"), ("READ", "read"), ("PLAYED", "read"), (3, "delivered")],
)
def test_statuses_go_by_whatsapps_id(status: Any, state: str) -> None:
    known = {"keyId": "3EB0", "messageId": "cm3", "remoteJid": f"{MARIA}:3@s.whatsapp.net", "fromMe": True}
    for data in ({**known, "status": status}, {"key": {"id": "3EB0", "fromMe": True}, "update": {"status": status}}):
        (item,) = read("messages.update", data)
        assert isinstance(item, StatusUpdate)
        assert (item.provider_id, item.state, item.error_code) == ("3EB0", state, "")


def test_a_failure_and_statuses_that_mean_nothing() -> None:
    (failed,) = read("messages.update", {"keyId": "3EB0", "status": "ERROR", "fromMe": True})
    assert isinstance(failed, StatusUpdate)
    assert (failed.state, failed.error_code) == ("failed", "not_delivered")
    for data in ({"keyId": "3EB0", "status": "PENDING"}, {"keyId": "3A01", "status": "READ", "fromMe": False}):
        assert isinstance(read("messages.update", data)[0], Unknown)
    assert isinstance(read("messages.update", {"status": "READ", "fromMe": True})[0], Broken)


def test_the_link_comes_and_goes(server: EvolutionApi) -> None:
    server.scan("1065", "551130001000")
    server.lose("1065")
    items = [item for posted in server.take() for _, item in EVOLUTION.parse(posted.body).items]
    assert [item.linked for item in items if isinstance(item, LinkUpdate)] == [True, False, False]
    assert isinstance(read("connection.update", {"state": "connecting"})[0], Unknown)
    (refused,) = read("connection.update", {"state": "refused", "statusReason": 428})
    assert isinstance(refused, LinkUpdate)
    assert (refused.linked, "QR Code" in refused.reason) == (False, True)


@pytest.mark.parametrize("event", ["qrcode.updated", "send.message", "chats.upsert", "", None, 7])
def test_other_events_are_counted_and_nothing_of_them_is_kept(event: Any) -> None:
    (item,) = read(event, {"qrcode": {"code": "2@secret", "base64": "data:image/png;base64,AAAA"}})
    assert isinstance(item, Unknown)
    assert item.raw == {}


@settings(max_examples=150, deadline=None)
@given(event=st.sampled_from(["messages.upsert", "messages.edited", "messages.update", "connection.update"]), data=JSON)
def test_any_data_gives_items(event: str, data: Any) -> None:
    assert all(isinstance(item, Item) for item in read(event, data))


@settings(max_examples=150, deadline=None)
@given(key=JSON, message=JSON, more=JSON)
def test_any_message_gives_an_item(key: Any, message: Any, more: Any) -> None:
    whole = {"key": key, "message": message, "contextInfo": more, "messageTimestamp": more, "pushName": more}
    assert len(read("messages.upsert", whole)) == 1
    assert len(read("messages.upsert", {**whole, "key": {"remoteJid": "777@lid", "id": "3A"}})) == 1
