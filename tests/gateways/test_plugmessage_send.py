"""What PlugMessage is asked to send, and the one thing that may be concluded from each of its answers."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from portal.gateways.base import Line, Recipient, SendError, Uncertain
from portal.gateways.messages import Buttons, Choice, ChoiceList, Document, Template, Text
from portal.gateways.plugmessage import PlugMessage
from portal.gateways.registry import explain, stops
from tests.fakes.plug_api import PlugApi
from tests.gateways.shapes import MARIA

HI = Text("oi")
TERM = Document("termo.pdf", "Termo de acordo.PDF", "application/pdf", "Seu termo")
YES, NO = Choice("yes", "Sim"), Choice("no", "Não", "Falar depois")
LAPSED = "To continue sending a message, you must subscribe to this instance again"


def test_text_and_template_go_out_as_text(plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient) -> None:
    accepted = plugmessage.send(line, to, Text("Olá\nMaria ✅"), "a1")
    plugmessage.send(line, to, Template("inicio", "pt_BR", ("Maria",), "Olá Maria"), "a2")
    assert [sent.payload for sent in plug.ledger] == [
        {"phone": MARIA, "message": "Olá\nMaria ✅"},
        {"phone": MARIA, "message": "Olá Maria"},
    ]
    assert accepted.provider_id == plug.ledger[0].message_id != plug.ledger[0].zaap_id


def test_choices_are_numbered_text(plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient) -> None:
    plugmessage.send(line, to, Buttons("Confirma?", (YES, NO)), "a1")
    plugmessage.send(line, to, ChoiceList("Escolha", "Ver opções", (YES, NO)), "a2")
    assert {sent.action for sent in plug.ledger} == {"send-text"}
    assert plug.ledger[0].payload["message"] == "Confirma?\n\n1 - Sim\n2 - Não (Falar depois)"
    assert plug.ledger[1].payload["message"] == "Escolha\n\n1 - Sim\n2 - Não (Falar depois)"


def test_choices_can_be_tapped_where_the_terms_were_accepted(
    plug: PlugApi, line: Line, to: Recipient, tmp_path: Path
) -> None:
    plug.instances["1065"].switches.button_terms = True
    gateway = PlugMessage(plug.url, tmp_path, interactive=True)
    assert gateway.capabilities.interactive
    gateway.send(line, to, Buttons("Confirma?", (YES, NO)), "a1")
    gateway.send(line, to, ChoiceList("Escolha", "Ver opções", (YES, NO)), "a2")
    buttons, listed = (sent.payload for sent in plug.ledger)
    assert buttons["buttonList"] == {"buttons": [{"id": "yes", "label": "Sim"}, {"id": "no", "label": "Não"}]}
    assert listed["optionList"]["options"][1] == {"id": "no", "title": "Não", "description": "Falar depois"}
    plug.drain("1065")
    assert all(sent.sent for sent in plug.ledger)


def test_the_very_bytes_of_a_document_go_out(
    plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient, tmp_path: Path
) -> None:
    content = b"%PDF-1.7\r\n\x00\xff" + bytes(range(256))
    (tmp_path / "termo.pdf").write_bytes(content)
    plugmessage.send(line, to, TERM, "a1")
    (sent,) = plug.ledger
    assert (sent.action, sent.document, sent.later_error) == ("send-document/pdf", content, "")
    assert sent.payload["document"] == "data:application/pdf;base64," + base64.b64encode(content).decode()
    assert (sent.payload["fileName"], sent.payload["caption"]) == ("Termo de acordo.PDF", "Seu termo")


@pytest.mark.parametrize("path", ["absent.pdf", "../secret.pdf", "/etc/hostname", "", "empty.pdf"])
def test_only_files_of_the_store_go_out(plug: PlugApi, line: Line, to: Recipient, tmp_path: Path, path: str) -> None:
    store = tmp_path / "store"
    store.mkdir()
    (store / "empty.pdf").touch()
    (tmp_path / "secret.pdf").write_bytes(b"%PDF")
    with pytest.raises(SendError) as error:
        PlugMessage(plug.url, store).send(line, to, replace(TERM, path=path), "a1")
    assert error.value.code == "file"
    assert not plug.calls


def test_the_route_has_the_extension_of_the_name_else_of_the_type(
    plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient, tmp_path: Path
) -> None:
    (tmp_path / "termo.pdf").write_bytes(b"%PDF")
    for name in ("termo", "termo.", "termo.p/../x", "termo.çã", "termo.PDF", "termo.v2"):
        plugmessage.send(line, to, replace(TERM, filename=name), "a1")
    assert [sent.action.partition("/")[2] for sent in plug.ledger] == ["pdf"] * 5 + ["v2"]


@pytest.mark.parametrize(
    ("to", "phone"),
    [
        (Recipient(wa_id="551187654321", e164=f"+{MARIA}"), "551187654321"),
        (Recipient(e164=f"+{MARIA}"), MARIA),
        (Recipient(bsuid="lid:1111"), "1111@lid"),
        (Recipient(wa_id="", e164=f"+{MARIA}", bsuid="lid:1111"), MARIA),
    ],
)
def test_how_the_person_is_named(
    plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient, phone: str
) -> None:
    plugmessage.send(line, to, HI, "a1")
    assert plug.ledger[0].phone == phone


@pytest.mark.parametrize("to", [Recipient(), Recipient(bsuid="BR.123"), Recipient(wa_id="55-group"), Recipient("1/2")])
def test_nobody_that_the_provider_knows(plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient) -> None:
    with pytest.raises(SendError) as error:
        plugmessage.send(line, to, HI, "a1")
    assert error.value.code == "recipient"
    assert not plug.calls


REFUSALS = [
    (400, LAPSED, "suspended", False, True),
    (200, LAPSED, "suspended", False, True),
    (403, "Client-Token abc not allowed", "client_token", False, True),
    (403, "null not allowed", "client_token", False, True),
    (403, "203.0.113.9 not allowed", "address_refused", False, True),
    (404, "Instance not found", "instance_unknown", False, True),
    (200, "NOT_FOUND", "instance_unknown", False, True),
    (404, "whatever", "instance_unknown", False, True),
    (400, "You are not connected.", "not_connected", False, True),
    (200, "You need to restore the session.", "not_connected", False, True),
    (400, "SHADOW_BAN", "restricted", False, True),
    (400, "The queue is full", "queue_full", True, False),
    (429, "slow down", "rate", True, False),
    (200, "Phone number does not exist", "no_whatsapp", False, False),
    (400, "Message has not been sent because it got invalid phone number", "no_whatsapp", False, False),
    (400, "Message not send caused by invalid media url", "media", False, False),
    (400, "Did not have permission to send this message.", "rejected", False, False),
    (200, "You must accept buttons message terms in panel to send this message.", "button_terms", False, False),
    (413, "Payload Too Large", "too_large", False, False),
    (415, "Unsupported Media Type", "refused", False, False),
    (400, "nobody has seen this sentence", "refused", False, False),
]


@pytest.mark.parametrize(("status", "told", "code", "retry", "stop"), REFUSALS)
def test_a_refusal_whatever_its_http_status(
    plug: PlugApi,
    plugmessage: PlugMessage,
    line: Line,
    to: Recipient,
    status: int,
    told: str,
    code: str,
    retry: bool,
    stop: bool,
) -> None:
    plug.next("refuse", error=told, status=status)
    with pytest.raises(SendError) as error:
        plugmessage.send(line, to, HI, "a1")
    assert (error.value.code, error.value.retry, error.value.stop) == (code, retry, stop)
    assert stops("plugmessage", code) is stop
    assert explain("plugmessage", code).endswith(".")
    assert not plug.ledger


@pytest.mark.parametrize(
    ("status", "data"),
    [
        (200, {}),
        (200, {"value": True}),
        (200, []),
        (200, None),
        (200, "ok"),
        (200, {"messageId": ""}),
        (200, {"messageId": 17}),
        (200, {"messageId": " "}),
        (200, {"messageId": "3EB0", "error": "strange"}),
        (200, {"zaapId": "3F", "error": "strange"}),
        (201, {"zaapId": "3F"}),
        (400, {"messageId": "3EB0", "error": "strange"}),
        (400, ["strange"]),
        (408, {"error": "timeout"}),
        (400, {"error": "Timeout on send message"}),
        (200, {"error": "Error on send message"}),
        (500, {"error": "Phone number does not exist"}),
        (503, {"error": LAPSED}),
        (304, {"error": "strange"}),
    ],
)
def test_neither_an_acceptance_nor_a_refusal(
    plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient, status: int, data: object
) -> None:
    plug.next("answer", data=data, status=status)
    with pytest.raises(Uncertain):
        plugmessage.send(line, to, HI, "a1")
    assert plug.posts["send-text"] == 1


@pytest.mark.parametrize("mode", ["html_502", "html_429"])
def test_a_page_of_a_server_in_between_proves_nothing(
    plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient, mode: str
) -> None:
    plug.next(mode)
    with pytest.raises(Uncertain):
        plugmessage.send(line, to, HI, "a1")


def test_value_false_is_not_sent(plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient) -> None:
    plug.instances["1065"].switches.value_false = True
    with pytest.raises(SendError) as error:
        plugmessage.send(line, to, HI, "a1")
    assert (error.value.code, error.value.retry, error.value.stop) == ("not_sent", False, False)


@pytest.mark.parametrize("empty", [None, "", False])
def test_an_error_that_is_none_is_no_error(
    plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient, empty: object
) -> None:
    plug.next("answer", data={"messageId": "3EB0", "error": empty}, status=200)
    assert plugmessage.send(line, to, HI, "a1").provider_id == "3EB0"


def test_what_the_provider_says_can_be_stored(
    plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient
) -> None:
    plug.next("answer", data={"error": "a\x00b\ud800"}, status=400)
    with pytest.raises(SendError, match="a\ufffdb\ufffd"):
        plugmessage.send(line, to, HI, "a1")
    plug.next("answer", data={"messageId": "3EB0\x00"}, status=200)
    assert "\x00" not in plugmessage.send(line, to, HI, "a2").provider_id


def test_a_right_token_that_is_overlooked_once_is_given_once_more(
    plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient
) -> None:
    plug.instances["1065"].switches.token_hiccup = 1
    assert plugmessage.send(line, to, HI, "a1").provider_id
    plug.instances["1065"].switches.token_hiccup = 2
    with pytest.raises(SendError) as error:
        plugmessage.send(line, to, HI, "a2")
    assert (error.value.code, error.value.stop) == ("client_token", True)
    assert (plug.posts["send-text"], len(plug.ledger)) == (4, 1)


def test_nothing_else_is_asked_twice(plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient) -> None:
    plug.next("refuse", error="Client-Token abc not allowed", status=403)
    with pytest.raises(SendError):
        plugmessage.send(line, to, HI, "a1")
    assert plug.posts["send-text"] == 1


def test_a_second_try_that_is_cut_leaves_a_doubt(
    plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient
) -> None:
    plug.next("refuse", error="your client-token is not configured")
    plug.next("accept_then_drop")
    with pytest.raises(Uncertain):
        plugmessage.send(line, to, HI, "a1")
    assert len(plug.ledger) == 1


def test_an_account_without_a_client_token(plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient) -> None:
    plug.instances["1065"].client_token = ""
    assert plugmessage.send(replace(line, app_secret=""), to, HI, "a1").provider_id


def test_states_of_the_instance(plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient) -> None:
    instance = plug.instances["1065"]
    for arrange, code in (
        ({"suspended": True}, "suspended"),
        ({"suspended": False, "link": "disconnected"}, ""),
        ({"deleted": True}, "instance_unknown"),
    ):
        for name, value in arrange.items():
            setattr(instance, name, value)
        if not code:
            assert plugmessage.send(line, to, HI, "a1").provider_id  # it waits at the provider
            instance.switches.disable_enqueue, code = True, "not_connected"
        with pytest.raises(SendError) as error:
            plugmessage.send(line, to, HI, "a1")
        assert (error.value.code, error.value.stop) == (code, True)


def test_the_line_may_have_its_own_address(plug: PlugApi, line: Line, to: Recipient, tmp_path: Path) -> None:
    gateway = PlugMessage("http://127.0.0.1:9", tmp_path)
    assert gateway.send(replace(line, base_url=f"{plug.url}/"), to, HI, "a1").provider_id
    for odd in ("ftp://x", "https://user@x", "https://x/?a", "http://x y"):
        with pytest.raises(SendError) as error:
            gateway.send(replace(line, base_url=odd), to, HI, "a1")
        assert (error.value.code, error.value.stop) == ("credentials", True)


def test_a_message_is_shown_as_read(plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient) -> None:
    plugmessage.mark_read(line, "3EB0", to)
    assert plug.calls == [("POST", "read-message")]
    plug.next("refuse", error="You are not connected.", status=200)
    with pytest.raises(SendError):
        plugmessage.mark_read(line, "3EB0", to)
    plug.next("html_502")
    with pytest.raises(SendError) as error:
        plugmessage.mark_read(line, "3EB0", to)
    assert (error.value.code, error.value.retry) == ("unreachable", True)
