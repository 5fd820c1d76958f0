"""What every gateway promises, said once and held against each of them."""

from __future__ import annotations

import pytest

from portal.gateways.base import Gateway, Line, Recipient, SendError, StatusUpdate
from portal.gateways.messages import Buttons, Choice, ChoiceList, Content, Document, Template, Text
from portal.gateways.registry import build, explain
from portal.gateways.simulator import SIGNATURE_HEADER, sign, status_body
from portal.gateways.simulator import provider_id_of as simulated
from tests.gateways.shapes import NOW

YES, NO = Choice("yes", "Sim"), Choice("no", "Não", "Falar depois")
CONTENTS: dict[str, Content] = {
    "text": Text("Olá, Maria ✅"),
    "buttons": Buttons("Confirma?", (YES, NO)),
    "list": ChoiceList("Escolha uma opção", "Ver opções", (YES, NO)),
    "document": Document("termo.pdf", "Termo de acordo.pdf", "application/pdf", "Seu termo"),
    "template": Template("inicio_contato", "pt_BR", ("Maria", "Escola Azul"), "Olá Maria, aqui é da Escola Azul."),
}


@pytest.mark.parametrize("kind", CONTENTS)
def test_each_content_is_accepted(gateway: Gateway, line: Line, to: Recipient, kind: str) -> None:
    accepted = gateway.send(line, to, CONTENTS[kind], "attempt-1")
    assert accepted.provider_id.startswith("wamid.")
    assert accepted.wa_id == "5511987654321"


def test_two_attempts_have_two_ids(gateway: Gateway, line: Line, to: Recipient) -> None:
    first = gateway.send(line, to, Text("oi"), "attempt-1")
    assert gateway.send(line, to, Text("oi"), "attempt-2").provider_id != first.provider_id


def test_what_breaks_a_limit_is_surely_not_sent(gateway: Gateway, line: Line, to: Recipient) -> None:
    with pytest.raises(SendError) as error:
        gateway.send(line, to, Text("x" * 4097), "attempt-1")
    assert (error.value.code, error.value.retry, error.value.stop) == ("limit", False, False)


def test_nobody_to_send_to(gateway: Gateway, line: Line) -> None:
    with pytest.raises(SendError) as error:
        gateway.send(line, Recipient(e164="11 98765-4321"), Text("oi"), "attempt-1")
    assert error.value.code == "recipient"


def test_own_signature_is_authentic_and_another_is_not(gateway: Gateway, line: Line) -> None:
    body = status_body(line, "wamid.1", "sent", "attempt-1", "5511987654321", NOW)
    assert gateway.authentic(line, body, {SIGNATURE_HEADER: sign(body, line.app_secret)})
    assert not gateway.authentic(line, body, {SIGNATURE_HEADER: sign(body, "another")})
    assert not gateway.authentic(line, body, {})


def test_status_bodies_are_read_back(gateway: Gateway, line: Line) -> None:
    body = status_body(line, "wamid.1", "failed", "attempt-1", "5511987654321", NOW, "131047")
    ((number, item),) = gateway.parse(body).items
    assert number == "1065"
    assert isinstance(item, StatusUpdate)
    assert (item.state, item.attempt_id, item.error_code, item.at) == ("failed", "attempt-1", "131047", NOW)


def test_the_capabilities_and_kinds_of_the_registry() -> None:
    config = {"GRAPH_API_URL": "http://127.0.0.1:9", "GRAPH_API_VERSION": "v26.0", "FILE_ROOT": "/tmp"}
    gateways = build(config)
    assert set(gateways) == {"cloud_api", "simulator"}
    assert all(kind == gateway.kind and gateway.capabilities.signed_webhooks for kind, gateway in gateways.items())


def test_explanations_are_portuguese_and_name_unknown_codes() -> None:
    assert "24 horas" in explain("cloud_api", "131047")
    assert "token" in explain("simulator", "190")
    assert "987654" in explain("cloud_api", "987654")
    assert explain("cloud_api", "") == ""


def test_the_simulators_id_hides_the_attempt() -> None:
    assert simulated("a") == simulated("a") != simulated("b")
