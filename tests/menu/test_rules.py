from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.gateways.messages import Buttons, ChoiceList, Text
from portal.menu.rules import (
    DEFAULT_OPTIONS,
    MAX_ROWS,
    SYNONYMS,
    MenuAction,
    Option,
    as_content,
    check_label,
    means,
    moved,
    plain,
    presentation,
    too_long_for_a_button,
    why,
)

BARCODE, PIX, STATEMENT, TERM, NEGOTIATE, OPERATOR, CLOSE = MenuAction
ALL = tuple(Option(action, label) for action, label, _ in DEFAULT_OPTIONS)
"""Every option."""
MENU = tuple(option for option in ALL if option.action in (BARCODE, STATEMENT, OPERATOR, CLOSE))
"""The four options that a debtor of the seed's product sees."""
WITHOUT_BARCODE = MENU[1:]
RENAMED = (Option(STATEMENT, "Boleto"), Option(BARCODE, "Pagar agora 💰"), Option(OPERATOR, "Fale conosco"))


def test_the_default_menu_is_the_one_of_the_product_in_its_order() -> None:
    assert DEFAULT_OPTIONS == (
        (BARCODE, "Código de barras", True),
        (PIX, "PIX copia e cola", False),
        (STATEMENT, "Demonstrativo de débito", True),
        (TERM, "Termo de acordo", False),
        (NEGOTIATE, "Negociar", True),
        (OPERATOR, "Falar com operador", True),
        (CLOSE, "Encerrar", True),
    )


def test_every_action_has_a_default_option_a_valid_label_and_other_names() -> None:
    labels = {action: label for action, label, _ in DEFAULT_OPTIONS}
    for action in MenuAction:
        others = [label for other, label in labels.items() if other is not action]
        assert check_label(labels[action], others) == []
        assert all(means(action, name) for name in SYNONYMS[action])


def test_no_common_name_belongs_to_two_actions() -> None:
    for action in MenuAction:
        for name in SYNONYMS[action]:
            assert [other for other in MenuAction if means(other, name)] == [action]


@pytest.mark.parametrize(
    ("index", "direction", "expected"),
    [
        (0, "down", "bacd"),
        (1, "up", "bacd"),
        (1, "down", "acbd"),
        (3, "up", "abdc"),
        (0, "up", "abcd"),
        (3, "down", "abcd"),
    ],
)
def test_moved(index, direction, expected) -> None:
    order = list("abcd")
    assert "".join(moved(order, index, direction)) == expected
    assert "".join(order) == "abcd"


@pytest.mark.parametrize("index", [-1, 4])
def test_moved_refuses_an_item_that_is_not_there(index) -> None:
    with pytest.raises(IndexError):
        moved("abcd", index, "up")


@given(st.lists(st.integers(), min_size=1), st.data())
def test_moving_down_and_up_again_restores_the_order(order, data) -> None:
    index = data.draw(st.integers(0, len(order) - 1))
    down = moved(order, index, "down")
    assert sorted(down) == sorted(order)
    if index < len(order) - 1:
        assert moved(down, index + 1, "up") == order


@pytest.mark.parametrize(
    ("labels", "interactive", "can_interact", "expected"),
    [
        (["Um"], True, True, "buttons"),
        (["Um", "Dois", "Três"], True, True, "buttons"),
        (["x" * 20, "Dois", "Três"], True, True, "buttons"),
        (["x" * 21, "Dois", "Três"], True, True, "list"),
        (["Um", "Dois", "Três", "Quatro"], True, True, "list"),
        ([f"Opção {n}" for n in range(10)], True, True, "list"),
        ([f"Opção {n}" for n in range(11)], True, True, "text"),
        (["x" * 24], True, True, "list"),
        (["x" * 25], True, True, "text"),
        (["Um"], False, True, "text"),
        (["Um"], True, False, "text"),
        (["Um"], False, False, "text"),
        ([], True, True, "text"),
    ],
)
def test_presentation(labels, interactive, can_interact, expected) -> None:
    options = [Option(BARCODE, label) for label in labels]
    assert presentation(options, interactive, can_interact) == expected


def test_the_default_menu_is_a_list_because_one_label_is_too_long_for_a_button() -> None:
    assert presentation(MENU, True, True) == "list"
    assert presentation(MENU[1:], True, True) == "list"
    assert presentation(MENU[2:], True, True) == "buttons"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["Um", "Dois"], "Botões, porque há até 3 opções ativas, de até 20 caracteres cada."),
        (["Um"] * 4, "Lista, porque há mais de 3 opções ativas."),
        (["Um", "x" * 21], f"Lista, porque “{'x' * 21}” tem 21 caracteres e um botão aceita até 20."),
        (["Um"] * 11, "Texto, porque uma lista do WhatsApp tem no máximo 10 opções de até 24 caracteres."),
    ],
)
def test_why_the_menu_takes_its_form(labels, expected) -> None:
    assert why([Option(BARCODE, label) for label in labels]) == expected


@given(st.lists(st.text(min_size=1, max_size=24), min_size=1, max_size=MAX_ROWS + 2))
def test_what_is_said_of_the_form_is_the_form(labels) -> None:
    options = [Option(BARCODE, label) for label in labels]
    shown_as = presentation(options, interactive=True, can_interact=True)
    assert why(options).startswith({"buttons": "Botões", "list": "Lista", "text": "Texto"}[shown_as])
    if len(options) <= 3:
        assert any(too_long_for_a_button(label) for label in labels) == (shown_as == "list")


def test_as_content_as_buttons() -> None:
    content = as_content("Escolha:", MENU[2:], "buttons")
    assert isinstance(content, Buttons)
    assert content.body == "Escolha:"
    assert [(c.id, c.title) for c in content.choices] == [
        ("menu:operator", "Falar com operador"),
        ("menu:close", "Encerrar"),
    ]


def test_as_content_as_a_list_within_the_limits_of_whatsapp() -> None:
    content = as_content("Escolha:", MENU, "list")
    assert isinstance(content, ChoiceList)
    assert len(content.button) <= 20
    assert [c.id for c in content.choices] == ["menu:barcode", "menu:statement", "menu:operator", "menu:close"]


def test_as_content_as_numbered_text() -> None:
    assert as_content("Escolha:", MENU, "text") == Text(
        "Escolha:\n\n1 - Código de barras\n2 - Demonstrativo de débito\n3 - Falar com operador\n4 - Encerrar"
    )
    assert as_content("Escolha:", (), "text") == Text("Escolha:")


@pytest.mark.parametrize(
    ("label", "others", "error"),
    [
        ("Código de barras", ["Encerrar"], None),
        ("x" * 24, [], None),
        ("Pix 💸", [], None),
        ("", [], "Escreva uma descrição"),
        ("   ", [], "Escreva uma descrição"),
        ("💰", [], "Escreva uma descrição"),
        ("x" * 25, [], "no máximo 24 caracteres; esta tem 25"),
        ("Um\nDois", [], "uma só linha"),
        ("Um\x00", [], "caracteres de controle"),
        ("encerrar", ["Encerrar"], "Já existe"),
        ("CODIGO DE BARRAS!", ["Código de barras"], "Já existe"),
    ],
)
def test_check_label(label, others, error) -> None:
    errors = check_label(label, others)
    assert errors == [] if error is None else any(error in found for found in errors)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Código   de BARRAS! ", "codigo de barras"),
        ("1️⃣", "1"),
        ("2ª", "2a"),
        ("ﬁm", "fim"),
        ("👍🏽", ""),
        ("Straße", "strasse"),
    ],
)
def test_plain(text, expected) -> None:
    assert plain(text) == expected
