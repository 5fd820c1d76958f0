"""Evolution API v2: what is sent and how refusals are told from doubts; the link and the files."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from portal.gateways.base import Line, LinkStatus, Media, PhoneCheck, Qr, Recipient, SendError, Uncertain
from portal.gateways.evolution import Evolution
from portal.gateways.evolution_errors import explain, stops
from portal.gateways.evolution_webhooks import SECRET_HEADER
from portal.gateways.media import MediaError
from portal.gateways.messages import Choice, ChoiceList, Document, Template, Text
from tests.fakes.evolution_api import EvolutionApi
from tests.gateways.shapes import MARIA

NAME, KEY, SECRET = "cobrança sul", "canary-apikey-7f3", "canary-secret-91c"
COMPANY = "551130001000"
TO = Recipient(e164=f"+{MARIA}")


@pytest.fixture
def server() -> Iterator[EvolutionApi]:
    with EvolutionApi() as fake:
        fake.add_instance(NAME, KEY)
        fake.scan(NAME, COMPANY)
        yield fake


@pytest.fixture
def evolution(server: EvolutionApi, tmp_path: Path) -> Evolution:
    (tmp_path / "termo.pdf").write_bytes(b"%PDF-1.7 termo")
    return Evolution(server.url, tmp_path)


@pytest.fixture
def line() -> Line:
    return Line(1, NAME, access_token=KEY, verify_token=SECRET)


def test_a_message_is_accepted_with_whatsapps_spelling_of_the_number(
    server: EvolutionApi, evolution: Evolution, line: Line
) -> None:
    server.canonical[MARIA] = "551187654321"
    accepted = evolution.send(line, TO, Text("oi"), "a1")
    (sent,) = server.ledger
    assert (accepted.provider_id, accepted.wa_id) == (sent.message_id, "551187654321")
    assert sent.payload == {"number": MARIA, "text": "oi"}


def test_choices_and_starters_go_out_as_text(server: EvolutionApi, evolution: Evolution, line: Line) -> None:
    menu = ChoiceList("Escolha", "Ver", (Choice("a", "Boleto"), Choice("b", "Acordo", "Parcelar")))
    evolution.send(line, TO, menu, "a1")
    evolution.send(line, TO, Template("inicio", "pt_BR", ("Maria",), "Olá Maria"), "a2")
    assert [sent.payload["text"] for sent in server.ledger] == [
        "Escolha\n\n1 - Boleto\n2 - Acordo (Parcelar)",
        "Olá Maria",
    ]


def test_a_document_goes_out_whole(server: EvolutionApi, evolution: Evolution, line: Line) -> None:
    evolution.send(line, TO, Document("termo.pdf", "Termo de acordo.pdf", "application/pdf", "Seu termo"), "a1")
    (sent,) = server.ledger
    assert sent.document == b"%PDF-1.7 termo"
    assert {name: sent.payload[name] for name in ("mediatype", "mimetype", "fileName", "caption")} == {
        "mediatype": "document",
        "mimetype": "application/pdf",
        "fileName": "Termo de acordo.pdf",
        "caption": "Seu termo",
    }


def test_a_hidden_number_can_be_answered(server: EvolutionApi, evolution: Evolution, line: Line) -> None:
    accepted = evolution.send(line, Recipient(bsuid="lid:98765"), Text("oi"), "a1")
    assert (server.ledger[0].payload["number"], accepted.wa_id) == ("98765@lid", "")


def refused(evolution: Evolution, line: Line) -> SendError:
    with pytest.raises(SendError) as error:
        evolution.send(line, TO, Text("oi"), "a1")
    return error.value


def test_who_has_no_whatsapp_gets_nothing(server: EvolutionApi, evolution: Evolution, line: Line) -> None:
    server.without_whatsapp.add(MARIA)
    error = refused(evolution, line)
    assert (error.code, error.retry, error.stop, server.ledger) == ("no_whatsapp", False, False, [])


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"access_token": "another"}, "credentials"),
        ({"access_token": ""}, "credentials"),
        ({"access_token": "two words"}, "credentials"),
        ({"access_token": "global-key", "phone_number_id": "outra"}, "instance_unknown"),
        ({"phone_number_id": ""}, "instance_unknown"),
        ({"phone_number_id": "../create"}, "instance_unknown"),
        ({"base_url": "http://127.0.0.1:1"}, "address"),
    ],
)
def test_what_concerns_the_whole_line_stops_it(
    server: EvolutionApi, evolution: Evolution, line: Line, wrong: dict[str, str], code: str
) -> None:
    error = refused(evolution, replace(line, **wrong))  # type: ignore[arg-type]
    assert (error.code, error.stop, stops(code), server.ledger) == (code, True, True, [])


def test_without_a_link_nothing_was_sent(server: EvolutionApi, evolution: Evolution, line: Line) -> None:
    server.lose(NAME)
    error = refused(evolution, line)
    assert (error.code, error.stop) == ("not_connected", True)


@pytest.mark.parametrize(
    ("status", "told", "code"),
    [
        (400, 'instance requires property "text"', "refused"),
        (400, "Error: Connection Closed", "not_connected"),
        (403, "Forbidden", "credentials"),
        (404, "Cannot POST /message/sendText/x", "not_evolution"),
        (413, "request entity too large", "too_large"),
        (429, "slow down", "rate"),
    ],
)
def test_refusals_that_prove_themselves(
    server: EvolutionApi, evolution: Evolution, line: Line, status: int, told: str, code: str
) -> None:
    server.next("refuse", action="sendText", error=told, status=status)
    assert refused(evolution, line).code == code


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (400, "Error: Timed Out"),
        (400, "PrismaClientKnownRequestError: database is full"),  # after the message left
        (500, "Cannot read properties of undefined"),
        (503, "busy"),
    ],
)
def test_the_same_status_after_the_message_may_have_left_is_uncertain(
    server: EvolutionApi, evolution: Evolution, line: Line, status: int, told: str
) -> None:
    server.next("refuse", action="sendText", error=told, status=status)
    with pytest.raises(Uncertain):
        evolution.send(line, TO, Text("oi"), "a1")


def test_secrets_are_in_no_error_and_no_log(
    server: EvolutionApi, evolution: Evolution, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.next("refuse", action="sendText", error=f"apikey {KEY} and {SECRET}", status=403)
    error = refused(evolution, line)
    evolution.link.configure_webhooks(line, "https://portal.example/w/1")
    evolution.send(line, TO, Text("oi"), "a2")
    everything = f"{error} {error.detail} {line!r} {caplog.text}"
    assert "***" in error.detail
    assert KEY not in everything
    assert SECRET not in everything


def test_the_states_of_the_link(server: EvolutionApi, evolution: Evolution, line: Line) -> None:
    assert evolution.link.status(line) == LinkStatus("connected", COMPANY)
    server.lose(NAME)
    assert evolution.link.status(line) == LinkStatus("disconnected")
    evolution.link.restore(line)
    waiting = evolution.link.status(line)
    assert (waiting.state, "QR Code" in waiting.detail) == ("disconnected", True)
    server.next("answer", action="connectionState", status=200, data={"instance": {"instanceName": NAME}})
    assert evolution.link.status(line) == LinkStatus("unknown")
    server.next("answer", action="fetchInstances", status=200, data={"error": True})
    server.scan(NAME, COMPANY)
    assert evolution.link.status(line) == LinkStatus("connected")


def test_a_code_is_read_until_the_phone_is_linked(server: EvolutionApi, evolution: Evolution, line: Line) -> None:
    assert evolution.link.qr(line) == Qr()
    evolution.link.disconnect(line)
    first, second = evolution.link.qr(line), evolution.link.qr(line)
    assert first.png is not None
    assert first.png.startswith(b"\x89PNG")
    assert first.text != second.text
    server.scan(NAME, COMPANY)
    assert evolution.link.qr(line) == Qr()


@pytest.mark.parametrize(
    ("answer", "drawn"),
    [
        ({"pairingCode": None, "count": 0}, False),
        ({"code": "2@only-the-text-of-it", "count": 1}, True),
        ({"qrcode": {"code": "2@another-version", "base64": "no picture"}}, True),
    ],
)
def test_codes_of_other_versions(
    server: EvolutionApi, evolution: Evolution, line: Line, answer: dict[str, Any], drawn: bool
) -> None:
    server.next("answer", action="connect", status=200, data=answer)
    assert (evolution.link.qr(line).png is not None) == drawn


def test_a_pairing_code_only_before_a_qr(server: EvolutionApi, evolution: Evolution, line: Line) -> None:
    evolution.link.disconnect(line)
    assert evolution.link.pairing_code(line, f"+{COMPANY}") == "ABCD1234"
    server.lose(NAME)
    evolution.link.qr(line)
    with pytest.raises(SendError) as error:
        evolution.link.pairing_code(line, COMPANY)
    assert error.value.code == "pairing"
    assert "QR Code" in explain(error.value.code)


def test_an_error_that_arrives_as_200_is_one(server: EvolutionApi, evolution: Evolution, line: Line) -> None:
    evolution.link.restart(line)
    server.lose(NAME)
    for act in (evolution.link.restart, evolution.link.disconnect):
        with pytest.raises(SendError) as error:
            act(line)
        assert error.value.code == "refused"


def test_whether_a_number_has_whatsapp(server: EvolutionApi, evolution: Evolution, line: Line) -> None:
    server.canonical[MARIA] = "551187654321"
    server.without_whatsapp.add("5511900000000")
    assert evolution.link.phone_exists(line, f"+{MARIA}") == PhoneCheck(True, "551187654321")
    assert evolution.link.phone_exists(line, "5511900000000") == PhoneCheck(False)
    server.next("answer", action="whatsappNumbers", status=200, data=[{"jid": "77@lid", "exists": True}])
    assert evolution.link.phone_exists(line, MARIA) == PhoneCheck(True, MARIA, "lid:77")


def test_reading_is_shown(server: EvolutionApi, evolution: Evolution, line: Line) -> None:
    evolution.mark_read(line, "3A01", TO)
    assert server.read == [{"remoteJid": f"{MARIA}@s.whatsapp.net", "fromMe": False, "id": "3A01"}]


def test_webhooks_carry_the_secret_and_no_files(server: EvolutionApi, evolution: Evolution, line: Line) -> None:
    evolution.link.configure_webhooks(line, "https://portal.example/w/1")
    hook = server.instances[NAME].webhook
    assert (hook["url"], hook["headers"], hook["base64"]) == (
        "https://portal.example/w/1",
        {SECRET_HEADER: SECRET},
        False,
    )
    assert "QRCODE_UPDATED" not in hook["events"]
    with pytest.raises(SendError):
        evolution.link.configure_webhooks(replace(line, verify_token=""), "https://portal.example/w/1")


@pytest.mark.parametrize("mode", ["drop", "html_502", "truncated_body", "oversized", "redirect"])
def test_a_bad_answer_about_the_link_is_told_plainly(
    server: EvolutionApi, evolution: Evolution, line: Line, mode: str
) -> None:
    server.next(mode, action="connectionState")
    with pytest.raises(SendError) as error:
        evolution.link.status(line)
    assert error.value.code in {"unreachable", "not_evolution"}


def test_a_file_is_fetched_by_its_message(server: EvolutionApi, evolution: Evolution, line: Line) -> None:
    server.files["3A01"] = ("image/png", b"x" * 300_000)
    target = io.BytesIO()
    assert evolution.media.fetch(line, Media("3A01"), target, 1_000_000).size == len(target.getvalue()) == 300_000
    for media, limit, code in ((Media("3A01"), 1_000, "too_large"), (Media("3A02"), 1_000, "gone")):
        with pytest.raises(MediaError) as error:
            evolution.media.fetch(line, media, io.BytesIO(), limit)
        assert error.value.code == code
    with pytest.raises(MediaError) as error:  # its store is inside our network
        evolution.media.fetch(line, Media("3A02", "http://127.0.0.1:9/x"), io.BytesIO(), 1_000)
    assert error.value.code == "address"


def test_files_of_a_server_that_may_not_be_called(evolution: Evolution, line: Line) -> None:
    with pytest.raises(MediaError) as error:
        evolution.media.fetch(replace(line, base_url="https://127.0.0.1"), Media("3A01"), io.BytesIO(), 1_000)
    assert error.value.code == "refused"
