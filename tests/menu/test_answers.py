"""Which option an answer means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.gateways.messages import ChoiceList
from portal.menu.rules import DEFAULT_OPTIONS, MenuAction, Option, as_content, chosen

BARCODE, PIX, STATEMENT, TERM, NEGOTIATE, OPERATOR, CLOSE = MenuAction
ALL = tuple(Option(action, label) for action, label, _ in DEFAULT_OPTIONS)
"""Every option."""
MENU = tuple(option for option in ALL if option.action in (BARCODE, STATEMENT, OPERATOR, CLOSE))
"""The four options that a debtor of the seed's product sees."""
WITHOUT_BARCODE = MENU[1:]
RENAMED = (Option(STATEMENT, "Boleto"), Option(BARCODE, "Pagar agora 💰"), Option(OPERATOR, "Fale conosco"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", BARCODE),
        (" 1 ", BARCODE),
        ("1.", BARCODE),
        ("1)", BARCODE),
        ("*2*", STATEMENT),
        ("(2)", STATEMENT),
        ("02", STATEMENT),
        ("opção 3", OPERATOR),
        ("Opcao 3!", OPERATOR),
        ("número 4", CLOSE),
        ("1️⃣", BARCODE),
        ("4⃣", CLOSE),
        ("１", BARCODE),
        ("1 - Código de barras", BARCODE),
        ("2 - demonstrativo de debito", STATEMENT),
        ("0", None),
        ("5", None),
        ("12", None),
        ("1 e 2", None),
        ("R$ 1,00", None),
        ("1 - Encerrar", None),
        ("Código de barras", BARCODE),
        ("CODIGO DE BARRAS", BARCODE),
        ("codigodebarras", BARCODE),
        ("Falar com operador", OPERATOR),
        ("encerrar", CLOSE),
        ("boleto", BARCODE),
        ("Quero o boleto, por favor", BARCODE),
        ("me manda a 2ª via do boleto", BARCODE),
        ("segunda via", BARCODE),
        ("linha digitável", BARCODE),
        ("extrato", STATEMENT),
        ("débito", STATEMENT),
        ("Demonstrativo", STATEMENT),
        ("atendente", OPERATOR),
        ("humano", OPERATOR),
        ("pix", None),
        ("meu acordo", None),
        ("quero negociar", None),
        ("tchau!", CLOSE),
        ("fim", CLOSE),
        ("SAIR", CLOSE),
        ("já paguei o boleto", None),
        ("pago no fim do mês", None),
        ("não quero sair", None),
        ("bom dia", None),
        ("oi", None),
        ("por favor", None),
        ("", None),
        ("   ", None),
        ("👍", None),
        ("?", None),
    ],
)
def test_chosen_by_words(text, expected) -> None:
    assert chosen(MENU, text, None) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", PIX),
        ("pix", PIX),
        ("Qual a chave PIX?", None),
        ("me manda a chave pix por favor", PIX),
        ("PIX copia-e-cola", PIX),
        ("quero pagar com pix", PIX),
        ("QR code", PIX),
        ("4", TERM),
        ("termo", TERM),
        ("quero ver o meu acordo", TERM),
        ("2ª via do acordo", TERM),
        ("5", NEGOTIATE),
        ("negociação", NEGOTIATE),
        ("Gostaria de negociar", NEGOTIATE),
        ("quero fazer um acordo", NEGOTIATE),
        ("queria um desconto", NEGOTIATE),
        ("PARCELAR", NEGOTIATE),
        ("proposta", NEGOTIATE),
        ("já paguei no pix", None),
        ("não quero negociar", None),
        ("quebrei o acordo", None),
    ],
)
def test_chosen_by_words_among_all_options(text, expected) -> None:
    assert chosen(ALL, text, None) is expected


@pytest.mark.parametrize(
    ("options", "text", "reply_id", "expected"),
    [
        (MENU, "", "menu:barcode", BARCODE),
        (MENU, "Encerrar", "menu:close", CLOSE),
        (MENU, "Encerrar", "menu:barcode", BARCODE),
        (MENU, "Código de barras", "menu:", None),
        (MENU, "Código de barras", "menu:pix", None),
        (MENU, "Código de barras", "Código de barras", BARCODE),
        (MENU, "boleto", "", BARCODE),
        (WITHOUT_BARCODE, "Código de barras", "menu:barcode", None),
        (WITHOUT_BARCODE, "Código de barras", None, None),
        (WITHOUT_BARCODE, "boleto", None, None),
        (WITHOUT_BARCODE, "1", None, STATEMENT),
        (WITHOUT_BARCODE, "4", None, None),
        (RENAMED, "boleto", None, STATEMENT),
        (RENAMED, "pagar agora", None, BARCODE),
        (RENAMED, "linha digitável", None, BARCODE),
        (RENAMED, "fale conosco", None, OPERATOR),
        ((Option(CLOSE, "👍"),), "🙏", None, None),
        ((), "1", None, None),
        ((), "boleto", "menu:barcode", None),
    ],
)
def test_chosen_by_tap_and_only_among_the_active_options(options, text, reply_id, expected) -> None:
    assert chosen(options, text, reply_id) is expected


@given(st.text(), st.none() | st.text(), st.sets(st.sampled_from(MENU)))
def test_chosen_never_raises_and_never_leaves_the_options(text, reply_id, options) -> None:
    menu = tuple(options)
    action = chosen(menu, text, reply_id)
    assert action is None or action in {option.action for option in menu}


@given(st.permutations(MENU), st.integers(0, 3))
def test_what_is_shown_can_be_chosen(menu, index) -> None:
    option = menu[index]
    assert chosen(menu, str(index + 1)) is option.action
    assert chosen(menu, option.label) is option.action
    content = as_content("Escolha:", menu, "list")
    assert isinstance(content, ChoiceList)
    assert chosen(menu, content.choices[index].title, content.choices[index].id) is option.action
