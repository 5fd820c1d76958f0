"""What every gateway promises, said once and held against each of them."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.gateways import http
from portal.gateways.base import Delivery, Gateway, Inbound, Line, Recipient, SendError, StatusUpdate, Uncertain
from portal.gateways.evolution_webhooks import SECRET_HEADER
from portal.gateways.messages import Buttons, Choice, ChoiceList, Content, Template, Text
from portal.gateways.registry import build, explain, stops
from portal.gateways.simulator import SIGNATURE_HEADER, inbound_body, sign, status_body
from portal.gateways.simulator import provider_id_of as simulated
from tests.gateways.conftest import Station
from tests.gateways.shapes import FILES, MARIA, NOW

YES, NO = Choice("yes", "Sim"), Choice("no", "Não", "Falar depois")
CONTENTS: dict[str, Content] = {
    "text": Text("Olá, Maria ✅"),
    "buttons": Buttons("Confirma?", (YES, NO)),
    "list": ChoiceList("Escolha uma opção", "Ver opções", (YES, NO)),
    **FILES,
    "template": Template("inicio_contato", "pt_BR", ("Maria", "Escola Azul"), "Olá Maria, aqui é da Escola Azul."),
}
CONFIG = {
    "GRAPH_API_URL": "http://127.0.0.1:9",
    "GRAPH_API_VERSION": "v26.0",
    "PLUGMESSAGE_API_URL": "http://127.0.0.1:9",
    "FILE_ROOT": "/tmp",
}
HI = Text("oi")
GATEWAYS = build(CONFIG)
KINDS = sorted(GATEWAYS)


@pytest.mark.parametrize("kind", CONTENTS)
def test_each_content_is_accepted(gateway: Gateway, line: Line, to: Recipient, kind: str) -> None:
    accepted = gateway.send(line, to, CONTENTS[kind], "attempt-1")
    assert 0 < len(accepted.provider_id) <= 255
    assert accepted.wa_id in {"", MARIA}


def test_two_attempts_have_two_ids(gateway: Gateway, line: Line, to: Recipient) -> None:
    first = gateway.send(line, to, HI, "attempt-1")
    assert gateway.send(line, to, HI, "attempt-2").provider_id != first.provider_id


@pytest.mark.parametrize(
    "content",
    [
        Text("x" * 4097),
        Text("  "),
        Buttons("oi", ()),
        Buttons("oi", (YES, YES)),
        ChoiceList("oi", "Ver", tuple(Choice(str(number), "x") for number in range(11))),
        replace(FILES["document"], caption="x" * 1025),
        replace(FILES["image"], caption="x" * 1025),
        replace(FILES["video"], caption="x" * 1025),
        replace(FILES["audio"], caption="x"),
        replace(FILES["document"], filename=" "),
    ],
)
def test_what_breaks_a_limit_is_surely_not_sent(gateway: Gateway, line: Line, to: Recipient, content: Content) -> None:
    with pytest.raises(SendError) as error:
        gateway.send(line, to, content, "attempt-1")
    assert (error.value.code, error.value.retry, error.value.stop) == ("limit", False, False)


def test_nobody_to_send_to(gateway: Gateway, line: Line) -> None:
    with pytest.raises(SendError) as error:
        gateway.send(line, Recipient(e164="11 98765-4321"), HI, "attempt-1")
    assert error.value.code == "recipient"


@pytest.mark.parametrize(
    "mode",
    [
        "drop",
        "reset",
        "html_502",
        "redirect",
        "accept_then_drop",
        "accept_then_502",
        "truncated_json",
        "truncated_body",
        "oversized",
        "no_id",
    ],
)
def test_an_answer_that_settles_nothing_is_uncertain_and_nothing_is_sent_twice(
    station: Station, line: Line, to: Recipient, mode: str
) -> None:
    station.answer_next(mode)
    with pytest.raises(Uncertain):
        station.gateway.send(line, to, HI, "a1")
    assert station.taken() <= 1
    before = station.taken()
    assert station.gateway.send(line, to, HI, "a2").provider_id
    assert station.taken() == before + 1


def test_a_refusal_is_surely_not_sent(station: Station, line: Line, to: Recipient) -> None:
    station.refuse_next()
    with pytest.raises(SendError) as error:
        station.gateway.send(line, to, HI, "a1")
    assert (error.value.retry, error.value.stop, station.taken()) == (False, False, 0)
    assert "telefone" in explain(station.gateway.kind, error.value.code)


def test_too_many_calls_are_tried_again_later(station: Station, line: Line, to: Recipient) -> None:
    station.limit_next()
    with pytest.raises(SendError) as error:
        station.gateway.send(line, to, HI, "a1")
    assert (error.value.retry, error.value.stop, station.taken()) == (True, False, 0)


def test_a_refused_connection_has_sent_nothing(station: Station, line: Line, to: Recipient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    with pytest.raises(SendError) as error:
        station.elsewhere(f"http://127.0.0.1:{closed}").send(line, to, HI, "a1")
    assert (error.value.code, error.value.retry, error.value.stop) == ("unreachable", True, False)


def test_a_receipt_that_fails_is_a_plain_error(station: Station, line: Line, to: Recipient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    with pytest.raises(SendError) as error:
        station.elsewhere(f"http://127.0.0.1:{closed}").mark_read(line, "3EB0", to)
    assert (error.value.code, error.value.retry) == ("unreachable", True)
    with pytest.raises(SendError) as error:
        station.gateway.mark_read(replace(line, access_token="other"), "3EB0", to)
    assert error.value.stop
    assert station.taken() == 0


def test_silence_is_uncertain(station: Station, line: Line, to: Recipient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    station.answer_next("hold")
    with pytest.raises(Uncertain):
        station.gateway.send(line, to, HI, "a1")
    station.release()
    assert station.taken() == 1


def test_a_slow_answer_meets_the_deadline(
    station: Station, line: Line, to: Recipient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.05)
    station.answer_next("slow", seconds=0.1)
    with pytest.raises(Uncertain, match="took longer"):
        station.gateway.send(line, to, HI, "a1")


@pytest.mark.parametrize("field", ["phone_number_id", "access_token"])
def test_credentials_that_cannot_travel_stop_the_line(station: Station, line: Line, to: Recipient, field: str) -> None:
    for unusable in ("", "two words", "../1065", "token\r\nX: y"):
        with pytest.raises(SendError) as error:
            station.gateway.send(replace(line, **{field: unusable}), to, HI, "a1")
        assert error.value.stop
    assert station.taken() == 0


def test_wrong_credentials_stop_the_line(station: Station, line: Line, to: Recipient) -> None:
    for wrong in (replace(line, access_token="other"), replace(line, phone_number_id="7777")):
        with pytest.raises(SendError) as error:
            station.gateway.send(wrong, to, HI, "a1")
        assert error.value.stop
        assert stops(station.gateway.kind, error.value.code)
    assert station.taken() == 0


def _inbound(kind: str, line: Line) -> tuple[bytes, Mapping[str, str]]:
    """The body of a message from Maria, and the headers that prove it."""
    if kind == "evolution":
        key = {"remoteJid": f"{MARIA}@s.whatsapp.net", "fromMe": False, "id": "wamid.1"}
        said = {"message": {"conversation": "oi"}, "pushName": "Maria", "messageTimestamp": int(NOW.timestamp())}
        event = {"event": "messages.upsert", "instance": line.phone_number_id, "data": {"key": key, **said}}
        return json.dumps(event).encode(), {SECRET_HEADER: line.verify_token}
    if kind != "plugmessage":
        body = inbound_body(line, MARIA, "Maria", "oi", "wamid.1", NOW)
        return body, {SIGNATURE_HEADER: sign(body, line.app_secret)}
    named: dict[str, Any] = {"type": "ReceivedCallback", "instanceId": line.phone_number_id, "messageId": "wamid.1"}
    written = {"phone": MARIA, "senderName": "Maria", "momment": int(NOW.timestamp() * 1000), "text": {"message": "oi"}}
    return json.dumps(named | written).encode(), {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_is_read_back(kind: str, line: Line) -> None:
    body, headers = _inbound(kind, line)
    ((number, item),) = GATEWAYS[kind].parse(body).items
    assert isinstance(item, Inbound)
    assert (number, item.provider_id, item.kind, item.text) == ("1065", "wamid.1", "text", "oi")
    assert (item.wa_id, item.profile_name, item.sent_at) == (MARIA, "Maria", NOW)
    assert GATEWAYS[kind].authentic(line, body, headers)


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_configured_secret_nothing_is_authentic(kind: str, line: Line) -> None:
    body, headers = _inbound(kind, line)
    unset = replace(line, phone_number_id="", access_token="", app_secret="", verify_token="")
    assert not GATEWAYS[kind].authentic(unset, body, headers)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if GATEWAYS[kind].capabilities.signed_webhooks])
def test_own_signature_is_authentic_and_another_is_not(kind: str, line: Line) -> None:
    body, headers = _inbound(kind, line)
    assert not GATEWAYS[kind].authentic(line, body, {SIGNATURE_HEADER: sign(body, "another")})
    assert not GATEWAYS[kind].authentic(line, body, {})
    assert not GATEWAYS[kind].authentic(line, body + b" ", headers)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if GATEWAYS[kind].capabilities.signed_webhooks])
def test_status_bodies_are_read_back(kind: str, line: Line) -> None:
    body = status_body(line, "wamid.1", "failed", "attempt-1", MARIA, NOW, "131047")
    ((number, item),) = GATEWAYS[kind].parse(body).items
    assert number == "1065"
    assert isinstance(item, StatusUpdate)
    assert (item.state, item.attempt_id, item.error_code, item.at) == ("failed", "attempt-1", "131047", NOW)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=60) | st.text(max_size=40).map(str.encode))
def test_any_bytes_raise_nothing_but_value_error(kind: str, body: bytes) -> None:
    try:
        read = GATEWAYS[kind].parse(body)
    except ValueError:
        read = Delivery(())
    assert isinstance(read, Delivery)
    assert not GATEWAYS[kind].authentic(Line(1), body, {})


def test_the_capabilities_and_kinds_of_the_registry() -> None:
    assert all(kind == gateway.kind for kind, gateway in GATEWAYS.items())
    assert {"cloud_api", "simulator", "plugmessage", "evolution"} == set(GATEWAYS)
    official = GATEWAYS["cloud_api"].capabilities
    assert (official.interactive, official.templates, official.reply_window, official.linked_by_qr) == (
        True,
        True,
        True,
        False,
    )
    for unofficial in (GATEWAYS[kind].capabilities for kind in ("plugmessage", "evolution")):
        assert unofficial.linked_by_qr
        assert not (unofficial.interactive or unofficial.templates)
        assert not (unofficial.signed_webhooks or unofficial.reply_window)


@pytest.mark.parametrize("kind", KINDS)
def test_explanations_are_portuguese_and_name_unknown_codes(kind: str) -> None:
    assert "987654" in explain(kind, "987654")
    assert not stops(kind, "987654")
    assert explain(kind, "") == ""
    assert "Tente de novo" in explain(kind, "unreachable")


def test_each_provider_has_its_own_words() -> None:
    assert "24 horas" in explain("cloud_api", "131047")
    assert "token" in explain("simulator", "190")
    assert "assinatura" in explain("plugmessage", "suspended")
    assert "provedor" in explain("another", "1")


def test_the_simulators_id_hides_the_attempt() -> None:
    assert simulated("a") == simulated("a") != simulated("b")
