from __future__ import annotations

from dataclasses import replace

import pytest

from portal.assistant.rules.machine import MAX_FAILURES, asks_for_operator, step
from portal.assistant.rules.turns import (
    Found,
    NoAgreement,
    NoBarcode,
    NoDocument,
    NoOpenTitles,
    NoPix,
    NotFound,
    Say,
    SendStatement,
    Sent,
    Settings,
)
from portal.bot_messages.rules import DEFAULT_TEXTS, MessageKind
from portal.gateways.messages import Buttons, ChoiceList, Text
from portal.menu.rules import MenuAction, Option
from tests.assistant.examples import (
    CLOSED_NOW,
    CPF,
    DONE,
    IDENTIFY,
    IDENTIFY_1,
    IDENTIFY_2,
    IN_MENU,
    IN_MENU_1,
    IN_MENU_2,
    KNOWN,
    MENU,
    NO_BARCODE_OPTION,
    NO_CLOSE_OPTION,
    NO_MENU,
    OFF,
    PLAIN_MENU,
    SETTINGS,
    START,
    said,
    words,
)

TO_OPERATOR = "transfer, HANDOVER requested"
LOCKED_OUT = "transfer, HANDOVER identification_locked"
WRONG = "FAILURE, identification_not_found"
ALMOST_LOCKED = replace(SETTINGS, failures=MAX_FAILURES - 1)
LOCKED = replace(SETTINGS, failures=MAX_FAILURES)
GAVE_UP = "transfer, HANDOVER too_many_attempts"

TABLE = [
    # The first message
    (START, said("oi"), SETTINGS, IDENTIFY, "welcome, ask_identification"),
    (DONE, said("oi"), SETTINGS, IDENTIFY, "welcome, ask_identification"),
    (START, said(kind="audio"), SETTINGS, IDENTIFY, "welcome, ask_identification"),
    (START, said("1"), SETTINGS, IDENTIFY, "welcome, ask_identification"),
    (START, said("boleto"), SETTINGS, IDENTIFY, "welcome, ask_identification"),
    (START, said("", reply_id="menu:barcode"), SETTINGS, IDENTIFY, "welcome, ask_identification"),
    (START, said(f"oi, {CPF}", tax_id=CPF), SETTINGS, IDENTIFY, f"welcome, LOOKUP {CPF}"),
    (START, said(CPF, tax_id=CPF, kind="image"), SETTINGS, IDENTIFY, "welcome, ask_identification"),
    (START, said("quero falar com um atendente"), SETTINGS, DONE, f"welcome, {TO_OPERATOR}"),
    (START, said("tchau"), SETTINGS, DONE, "closed_by_bot, CLOSE"),
    (KNOWN, said("oi"), SETTINGS, IN_MENU, "welcome, menu_intro+"),
    (KNOWN, said("oi"), NO_MENU, DONE, "welcome, transfer, HANDOVER no_options"),
    # The switch "Assistente Virtual" off
    (START, said("oi"), OFF, DONE, "welcome, transfer, HANDOVER assistant_off"),
    (DONE, said("oi"), OFF, DONE, "welcome, transfer, HANDOVER assistant_off"),
    (START, said(CPF, tax_id=CPF), OFF, DONE, "welcome, transfer, HANDOVER assistant_off"),
    (START, said(kind="audio"), OFF, DONE, "welcome, transfer, HANDOVER assistant_off"),
    (IDENTIFY, said(CPF, tax_id=CPF), OFF, DONE, "transfer, HANDOVER assistant_off"),
    (IN_MENU, said("1"), OFF, DONE, "transfer, HANDOVER assistant_off"),
    (START, said("👍", kind="reaction"), OFF, START, ""),
    # Identification
    (IDENTIFY, said(CPF, tax_id=CPF), SETTINGS, IDENTIFY, f"LOOKUP {CPF}"),
    (IDENTIFY_2, said(CPF, tax_id=CPF), SETTINGS, IDENTIFY_2, f"LOOKUP {CPF}"),
    (IDENTIFY, said("12345678900"), SETTINGS, IDENTIFY_1, WRONG),
    (IDENTIFY, NotFound(), SETTINGS, IDENTIFY_1, WRONG),
    (IDENTIFY_1, said("não sei"), SETTINGS, IDENTIFY_2, WRONG),
    (IDENTIFY_1, NotFound(), SETTINGS, IDENTIFY_2, WRONG),
    (IDENTIFY_2, said("não sei"), SETTINGS, DONE, f"FAILURE, {GAVE_UP}"),
    (IDENTIFY_2, NotFound(), SETTINGS, DONE, f"FAILURE, {GAVE_UP}"),
    # Wrong identifications of before, in this conversation or others
    (IDENTIFY, NotFound(), ALMOST_LOCKED, DONE, f"FAILURE, {GAVE_UP}"),
    (IDENTIFY, said("123"), ALMOST_LOCKED, DONE, f"FAILURE, {GAVE_UP}"),
    (IDENTIFY, said(CPF, tax_id=CPF), ALMOST_LOCKED, IDENTIFY, f"LOOKUP {CPF}"),
    (IDENTIFY, Found("Ana"), ALMOST_LOCKED, IN_MENU, "menu_intro+"),
    (START, said("oi"), LOCKED, DONE, f"welcome, {LOCKED_OUT}"),
    (START, said(CPF, tax_id=CPF), LOCKED, DONE, f"welcome, {LOCKED_OUT}"),
    (IDENTIFY, said(CPF, tax_id=CPF), LOCKED, DONE, LOCKED_OUT),
    (START, said("tchau"), LOCKED, DONE, "closed_by_bot, CLOSE"),
    (START, said("atendente"), LOCKED, DONE, f"welcome, {TO_OPERATOR}"),
    (START, said("👍", kind="reaction"), LOCKED, START, ""),
    (IN_MENU, said("1"), LOCKED, IN_MENU, "BARCODES"),
    (IDENTIFY, said("", kind="audio"), SETTINGS, IDENTIFY_1, WRONG),
    (IDENTIFY, said(CPF, kind="image", tax_id=CPF), SETTINGS, IDENTIFY_1, WRONG),
    (IDENTIFY, said("1"), SETTINGS, IDENTIFY_1, WRONG),
    (IDENTIFY, said("", reply_id="menu:statement"), SETTINGS, IDENTIFY_1, WRONG),
    (IDENTIFY_1, said("Falar com operador"), SETTINGS, DONE, TO_OPERATOR),
    (IDENTIFY, said("não consigo, quero um humano"), SETTINGS, DONE, TO_OPERATOR),
    (IDENTIFY_2, said("sair"), SETTINGS, DONE, "closed_by_bot, CLOSE"),
    (IDENTIFY_1, said("❤️", kind="reaction"), SETTINGS, IDENTIFY_1, ""),
    (IDENTIFY_1, said(kind="unsupported"), SETTINGS, IDENTIFY_1, ""),
    (IDENTIFY_1, said("mudou de número", kind="system"), SETTINGS, IDENTIFY_1, ""),
    # Identified
    (IDENTIFY_2, Found("Ana"), SETTINGS, IN_MENU, "menu_intro+"),
    (IDENTIFY, Found("Ana"), PLAIN_MENU, IN_MENU, "menu_intro+"),
    (IDENTIFY, Found("Ana", has_open_titles=False), SETTINGS, IN_MENU, "no_open_titles, menu_intro+"),
    (IDENTIFY, Found("Ana"), NO_MENU, DONE, "transfer, HANDOVER no_options"),
    (IDENTIFY, Found("Ana", has_open_titles=False), NO_MENU, DONE, "no_open_titles, transfer, HANDOVER no_options"),
    # The menu
    (IN_MENU, said("1"), SETTINGS, IN_MENU, "BARCODES"),
    (IN_MENU_2, said("boleto"), SETTINGS, IN_MENU, "BARCODES"),
    (IN_MENU, said("Código de barras", reply_id="menu:barcode", kind="interactive"), SETTINGS, IN_MENU, "BARCODES"),
    (IN_MENU, said("extrato", kind="button"), SETTINGS, IN_MENU, "STATEMENT"),
    (IN_MENU_1, said("2️⃣"), SETTINGS, IN_MENU, "PIX"),
    (IN_MENU, said("manda a chave pix"), SETTINGS, IN_MENU, "PIX"),
    (IN_MENU, said("3"), SETTINGS, IN_MENU, "STATEMENT"),
    (IN_MENU, said("4"), SETTINGS, IN_MENU, "TERM"),
    (IN_MENU, said("meu acordo"), SETTINGS, IN_MENU, "TERM"),
    (IN_MENU, said("5"), SETTINGS, DONE, "transfer, HANDOVER negotiate"),
    (IN_MENU, said("quero parcelar"), SETTINGS, DONE, "transfer, HANDOVER negotiate"),
    (IN_MENU, said("6"), SETTINGS, DONE, TO_OPERATOR),
    (IN_MENU, said("me passa para um atendente"), SETTINGS, DONE, TO_OPERATOR),
    (IN_MENU, said("7"), SETTINGS, DONE, "closed_by_bot, CLOSE"),
    (IN_MENU, said("tchau"), NO_CLOSE_OPTION, DONE, "closed_by_bot, CLOSE"),
    (IN_MENU, said("8"), SETTINGS, IN_MENU_1, "invalid_option+"),
    (IN_MENU_1, said("já paguei"), SETTINGS, IN_MENU_2, "invalid_option+"),
    (IN_MENU_2, said("quê?"), SETTINGS, DONE, GAVE_UP),
    (IN_MENU, said(kind="sticker"), SETTINGS, IN_MENU_1, "invalid_option+"),
    (IN_MENU, said("1", kind="image"), SETTINGS, IN_MENU_1, "invalid_option+"),
    (IN_MENU, said(CPF, tax_id=CPF), SETTINGS, IN_MENU_1, "invalid_option+"),
    (IN_MENU, said("boleto"), NO_BARCODE_OPTION, IN_MENU_1, "invalid_option+"),
    (IN_MENU, said("", reply_id="menu:barcode"), NO_BARCODE_OPTION, IN_MENU_1, "invalid_option+"),
    (IN_MENU, said("1"), NO_BARCODE_OPTION, IN_MENU, "PIX"),
    (IN_MENU_2, said("👍", kind="reaction"), SETTINGS, IN_MENU_2, ""),
    (IN_MENU, said("1"), NO_MENU, DONE, "transfer, HANDOVER no_options"),
    # After what the menu gave
    (IN_MENU, Sent(), SETTINGS, IN_MENU, "again+"),
    (IN_MENU, Sent(), PLAIN_MENU, IN_MENU, "again+"),
    (IN_MENU, NoBarcode(), SETTINGS, IN_MENU, "no_barcode+"),
    (IN_MENU, NoPix(), SETTINGS, IN_MENU, "no_pix+"),
    (IN_MENU, NoAgreement(), SETTINGS, IN_MENU, "no_agreement+"),
    (IN_MENU, NoDocument(), SETTINGS, DONE, "transfer, HANDOVER no_document"),
    (IN_MENU, NoOpenTitles(), SETTINGS, IN_MENU, "no_open_titles+"),
    (IN_MENU, Sent(), NO_MENU, DONE, "transfer, HANDOVER no_options"),
    # Outside the service hours
    (IN_MENU, said("6"), CLOSED_NOW, DONE, "outside_hours, HANDOVER requested"),
    (IN_MENU, said("5"), CLOSED_NOW, DONE, "outside_hours, HANDOVER negotiate"),
    (IDENTIFY_2, NotFound(), CLOSED_NOW, DONE, "FAILURE, outside_hours, HANDOVER too_many_attempts"),
    (START, said("oi"), replace(CLOSED_NOW, assistant_enabled=False), DONE,
     "welcome, outside_hours, HANDOVER assistant_off"),
    (START, said("oi"), CLOSED_NOW, IDENTIFY, "welcome, ask_identification"),
    # What does not fit the step is ignored
    (START, Found("Ana"), SETTINGS, START, ""),
    (START, Sent(), SETTINGS, START, ""),
    (IDENTIFY, Sent(), SETTINGS, IDENTIFY, ""),
    (IDENTIFY, NoBarcode(), SETTINGS, IDENTIFY, ""),
    (IN_MENU_1, NotFound(), SETTINGS, IN_MENU_1, ""),
    (DONE, NoOpenTitles(), SETTINGS, DONE, ""),
    (IDENTIFY, NoPix(), SETTINGS, IDENTIFY, ""),
    (DONE, NoDocument(), SETTINGS, DONE, ""),
]  # fmt: skip


@pytest.mark.parametrize(("state", "event", "settings", "after", "expected"), TABLE)
def test_step(state, event, settings, after, expected) -> None:
    turn = step(state, event, settings)
    assert ", ".join(words(action) for action in turn.actions) == expected
    assert turn.state == after


def test_the_menu_takes_the_shape_that_the_company_and_the_gateway_allow() -> None:
    def shape(settings: Settings) -> object:
        (action,) = step(IDENTIFY, Found("Ana"), settings).actions
        assert isinstance(action, Say)
        return action.content

    few = replace(SETTINGS, options=MENU[5:])
    assert isinstance(shape(SETTINGS), ChoiceList)
    assert isinstance(shape(few), Buttons)
    assert shape(replace(few, interactive=False)) == Text("<menu_intro>\n\n1 - Falar com operador\n2 - Encerrar")


@pytest.mark.parametrize(
    ("first_name", "expected"),
    [
        ("Ana", "Oi Ana, da Cobrança Beta"),
        ("", "Oi cliente, da Cobrança Beta"),
        ("#NOME_EMPRESA#", "Oi #NOME_EMPRESA#, da Cobrança Beta"),
    ],
)
def test_texts_are_filled_once(first_name, expected) -> None:
    settings = replace(SETTINGS, texts={MessageKind.MENU_INTRO: "Oi #PRIMEIRO_NOME#, da #NOME_EMPRESA#"})
    (action,) = step(IDENTIFY, Found(first_name), settings).actions
    assert isinstance(action, Say)
    assert isinstance(action.content, ChoiceList)
    assert action.content.body == expected


def test_a_text_that_the_company_never_wrote_is_the_default_one() -> None:
    turn = step(IDENTIFY, NotFound(), replace(SETTINGS, texts={}))
    assert turn.actions[-1] == Say(Text(DEFAULT_TEXTS[MessageKind.IDENTIFICATION_NOT_FOUND]))


@pytest.mark.parametrize(
    ("returns_at", "expected"),
    [("amanhã às 09:00", "Voltamos amanhã às 09:00."), ("", "Voltamos no próximo horário de atendimento.")],
)
def test_outside_the_service_hours_the_text_says_when_operators_are_back(returns_at, expected) -> None:
    texts = {MessageKind.OUTSIDE_HOURS: "Voltamos #HORARIO_RETORNO#."}
    turn = step(IN_MENU, said("6"), replace(CLOSED_NOW, texts=texts, returns_at=returns_at))
    assert turn.actions[0] == Say(Text(expected))


def test_an_unknown_and_an_invalid_number_get_the_same_answer() -> None:
    for settings in (SETTINGS, ALMOST_LOCKED):
        for state in (IDENTIFY, IDENTIFY_1, IDENTIFY_2):
            assert step(state, NotFound(), settings) == step(state, said("000"), settings)


def test_an_option_named_after_an_operator_is_still_that_option() -> None:
    settings = replace(SETTINGS, options=(Option(MenuAction.STATEMENT, "Extrato do operador"),))
    assert step(IN_MENU, said("Extrato do operador"), settings).actions == (SendStatement(),)


@pytest.mark.parametrize(
    "text", ["Atendente", "quero falar com uma pessoa!", "FALAR COM OPERADOR", "tem alguém pra falar?"]
)
def test_asks_for_operator(text) -> None:
    assert asks_for_operator(text)


@pytest.mark.parametrize("text", ["", "oi", "minha operadora mudou", "sou outra pessoa", "atendimento", "humanas"])
def test_does_not_ask_for_operator(text) -> None:
    assert not asks_for_operator(text)
