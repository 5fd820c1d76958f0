"""The Cloud API's JSON, and its limits, each at its edge and one past it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.gateways.base import Recipient, SendError
from portal.gateways.cloud_api_payloads import clean_parameter, payload
from portal.gateways.messages import Buttons, Choice, ChoiceList, Content, Document, Template, Text
from tests.fakes.graph_rules import Refused, check_message, check_parameters
from tests.gateways.shapes import MARIA

TO = Recipient(wa_id=MARIA)


def buttons(count: int = 2, title: int = 5, id_length: int = 5) -> Buttons:
    choices = (Choice(f"{n}".rjust(id_length, "i"), f"{n}".rjust(title, "t")) for n in range(count))
    return Buttons("Escolha", tuple(choices))


def rows(count: int = 2, title: int = 5, id_length: int = 5, description: int = 0) -> ChoiceList:
    made = (Choice(f"{n}".rjust(id_length, "i"), f"{n}".rjust(title, "t"), "d" * description) for n in range(count))
    return ChoiceList("Escolha", "Ver opções", tuple(made))


def template(parameters: tuple[str, ...] = ("Maria",), body: str = "Olá Maria.") -> Template:
    return Template("inicio_contato", "pt_BR", parameters, body)


# What is being limited, its maximum, and a message with n of it.
LIMITS: dict[str, tuple[int, Callable[[int], Content]]] = {
    "text": (4096, lambda n: Text("é" * n)),
    "buttons body": (1024, lambda n: Buttons("b" * n, (Choice("1", "Um"),))),
    "buttons": (3, lambda n: buttons(count=n)),
    "button title": (20, lambda n: buttons(title=n)),
    "button id": (256, lambda n: buttons(id_length=n)),
    "list body": (1024, lambda n: ChoiceList("b" * n, "Ver", (Choice("1", "Um"),))),
    "list label": (20, lambda n: ChoiceList("Escolha", "v" * n, (Choice("1", "Um"),))),
    "rows": (10, lambda n: rows(count=n)),
    "row title": (24, lambda n: rows(title=n)),
    "row id": (200, lambda n: rows(id_length=n)),
    "row description": (72, lambda n: rows(description=n)),
    "caption": (1024, lambda n: Document("a.pdf", "a.pdf", "application/pdf", "c" * n)),
    "template body": (1024, lambda n: template(body="b" * n)),
    "template name": (512, lambda n: Template("n" * n, "pt_BR", (), "Olá.")),
}


@pytest.mark.parametrize("what", LIMITS)
def test_a_limit_holds_at_its_edge(what: str) -> None:
    maximum, message = LIMITS[what]
    check_message(payload(TO, message(maximum), "a1", "m1"))
    with pytest.raises(SendError) as error:
        payload(TO, message(maximum + 1), "a1", "m1")
    assert (error.value.code, error.value.retry, error.value.stop) == ("limit", False, False)


@pytest.mark.parametrize(
    "content",
    [
        Text(""),
        Text(" \n"),
        buttons(count=0),
        rows(count=0),
        Buttons("Escolha", (Choice("1", "Sim"), Choice("1", "Não"))),
        Buttons("Escolha", (Choice("1", "Sim"), Choice("2", "Sim"))),
        Buttons("Escolha", (Choice(" 1", "Sim"),)),
        Buttons("Escolha", (Choice("1", ""),)),
        Buttons("", (Choice("1", "Sim"),)),
        ChoiceList("Escolha", "", (Choice("1", "Sim"),)),
        ChoiceList("Escolha", "Ver", (Choice("1", "Sim"), Choice("1", "Não"))),
        Document("a.pdf", "", "application/pdf"),
        template(parameters=("",)),
        template(parameters=("Maria", "\n\t ")),
        Template("Início", "pt_BR", (), "Olá."),
        Template("inicio", "Português", (), "Olá."),
    ],
)
def test_what_meta_would_refuse_is_refused_here(content: Content) -> None:
    with pytest.raises(SendError) as error:
        payload(TO, content, "a1", "m1")
    assert error.value.code == "limit"


@pytest.mark.parametrize("attempt_id", ["", "a" * 513])
def test_an_attempt_without_a_usable_id_is_not_sent(attempt_id: str) -> None:
    with pytest.raises(SendError):
        payload(TO, Text("oi"), attempt_id)


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        (Recipient(wa_id="553188887777", e164="+5531988887777", bsuid="BR.1"), {"to": "+553188887777"}),
        (Recipient(e164="+5531988887777", bsuid="BR.1"), {"to": "+5531988887777"}),
        (Recipient(bsuid="BR.1349"), {"recipient": "BR.1349"}),
    ],
)
def test_the_address(to: Recipient, expected: dict[str, str]) -> None:
    data = payload(to, Text("oi"), "a1")
    assert {key: data[key] for key in ("to", "recipient") if key in data} == expected


def test_the_whole_of_a_text_and_of_a_template() -> None:
    envelope = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": "+" + MARIA}
    assert payload(TO, Text("oi"), "a1") == {
        **envelope,
        "type": "text",
        "text": {"body": "oi", "preview_url": False},
        "biz_opaque_callback_data": "a1",
    }
    body = {"type": "body", "parameters": [{"type": "text", "text": "Maria"}, {"type": "text", "text": "R$ 10,00"}]}
    assert payload(TO, template(("Maria\n", "R$ 10,00")), "a1") == {
        **envelope,
        "type": "template",
        "template": {"name": "inicio_contato", "language": {"code": "pt_BR"}, "components": [body]},
        "biz_opaque_callback_data": "a1",
    }
    assert "components" not in payload(TO, template(()), "a1")["template"]


def test_the_whole_of_buttons_a_list_and_a_document() -> None:
    def part(content: Content, media_id: str = "") -> Any:
        data = payload(TO, content, "a1", media_id)
        return data[data["type"]]

    assert part(Buttons("Confirma?", (Choice("yes", "Sim"),))) == {
        "type": "button",
        "body": {"text": "Confirma?"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Sim"}}]},
    }
    assert part(ChoiceList("Menu", "Ver", (Choice("1", "Um", "O primeiro"), Choice("2", "Dois")))) == {
        "type": "list",
        "body": {"text": "Menu"},
        "action": {
            "button": "Ver",
            "sections": [
                {"rows": [{"id": "1", "title": "Um", "description": "O primeiro"}, {"id": "2", "title": "Dois"}]}
            ],
        },
    }
    assert part(Document("t.pdf", "termo.pdf", "application/pdf"), "m1") == {"id": "m1", "filename": "termo.pdf"}


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        ("Maria", "Maria"),
        ("Rua A\nCasa 2", "Rua A Casa 2"),
        ("a\r\n\t b", "a b"),
        ("a    b", "a b"),
        ("a   b", "a   b"),
        (" a \u2028 b ", "a b"),
        ("\n\n", ""),
    ],
)
def test_values_are_cleaned(value: str, cleaned: str) -> None:
    assert clean_parameter(value) == cleaned


@given(st.text(max_size=60))
def test_a_cleaned_value_always_passes_metas_check(value: str) -> None:
    cleaned = clean_parameter(value)
    assert clean_parameter(cleaned) == cleaned
    if cleaned:
        check_parameters([{"type": "text", "text": cleaned}], 1, "Olá {{1}}.")


choices = st.builds(Choice, st.text(max_size=260), st.text(max_size=26), st.one_of(st.just(""), st.text(max_size=75)))
contents = st.one_of(
    st.builds(Text, st.text(max_size=50)),
    st.builds(Buttons, st.text(max_size=9), st.lists(choices, max_size=5).map(tuple)),
    st.builds(ChoiceList, st.text(max_size=9), st.text(max_size=23), st.lists(choices, max_size=12).map(tuple)),
    st.builds(Document, st.text(), st.text(max_size=9), st.just("application/pdf"), st.text(max_size=9)),
    st.builds(Template, st.text(max_size=9), st.text(max_size=9), st.lists(st.text()).map(tuple), st.text()),
)


@given(contents)
def test_what_is_let_through_passes_the_fakes_own_checks(content: Content) -> None:
    """Two readings of Meta's limits, written apart: ours may never be the laxer one."""
    try:
        data = payload(TO, content, "a1", "m1")
    except SendError:
        return
    try:
        check_message(data)
    except Refused as refusal:
        pytest.fail(f"{refusal.code} {refusal.details}")
