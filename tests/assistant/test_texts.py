from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.assistant.texts import MESSAGE_LIMIT, TitleFact, barcode_text, statement_text
from portal.portfolio.rules.amounts import format_brl
from portal.portfolio.rules.boleto import formatted

TODAY = date(2026, 11, 22)
LINE = "00190000090123456700400123456170616560000035075"  # R$ 350,75, due 2026-12-10
LINE_OF_1234 = "23791234546789012345767890123457416920000123456"  # R$ 1.234,56, due 2027-01-15
COLLECTION_LINE = "826100000007984000482021612100000001123456700004"  # R$ 98,40


def title(due: str = "2026-10-10", amount: str = "350.75", **fields: str) -> TitleFact:
    return TitleFact(
        **{"creditor": "Escola Beta", "number": "123", **fields},
        due_date=date.fromisoformat(due),
        amount=Decimal(amount),
    )


def spaced(message: str) -> str:
    return message.replace("\xa0", " ")


def test_a_barcode_is_two_messages_and_the_line_stands_alone() -> None:
    about, line = barcode_text([title("2026-12-10", boleto_line=LINE)], TODAY)
    assert spaced(about) == ("*Escola Beta*\nTítulo 123\nVencimento: 10/12/2026 (a vencer)\nValor original: R$ 350,75")
    assert line == "00190.00009 01234.567004 00123.456170 6 16560000035075"


def test_a_boleto_that_differs_from_its_title_says_so() -> None:
    about, line = barcode_text([title(boleto_line=LINE_OF_1234)], TODAY)
    assert spaced(about).endswith(
        "Valor original: R$ 350,75\nValor do boleto: R$ 1.234,56\nVencimento do boleto: 15/01/2027"
    )
    assert line == formatted(LINE_OF_1234)
    about, line = barcode_text([title(amount="98.40", boleto_line=COLLECTION_LINE)], TODAY)
    assert "boleto" not in about
    assert line == "82610000000-7 98400048202-1 61210000000-1 12345670000-4"


@pytest.mark.parametrize("line", [None, "", "123", LINE[:-1] + "6", "0" * 47, "abc"])
def test_no_line_that_can_be_paid_gives_no_message(line) -> None:
    assert barcode_text([title(boleto_line=line)], TODAY) == []
    assert barcode_text([], TODAY) == []


def test_the_oldest_five_are_sent_and_the_others_are_told_of() -> None:
    titles = [title(f"2026-{month:02}-10", number=f"N{month}", boleto_line=LINE) for month in range(9, 2, -1)]
    messages = barcode_text([*titles, title(number="sem"), title(number="sem 2")], TODAY)
    assert [message.split("\n")[1] for message in messages[:-1:2]] == [f"Título N{month}" for month in range(3, 8)]
    assert messages[-1] == (
        "Há mais 2 títulos com código de barras. "
        "2 títulos em aberto não têm código de barras disponível por aqui. Para tratar dos demais, escreva *operador*."
    )


def test_one_title_without_a_line_is_told_of_in_the_singular() -> None:
    assert barcode_text([title(boleto_line=LINE), title()], TODAY)[-1] == (
        "1 título em aberto não tem código de barras disponível por aqui. Para tratar dos demais, escreva *operador*."
    )
    assert len(barcode_text([title(boleto_line=LINE)], TODAY)) == 2


def test_the_statement_is_itemised_by_creditor_with_its_totals() -> None:
    titles = [
        title("2026-11-21", "10.00", creditor="Loja Ômega", number=""),
        title("2026-11-22", "1000", number="B"),
        title("2026-10-10", "350.75", number="A"),
    ]
    (message,) = statement_text(titles, TODAY)
    assert spaced(message) == (
        "*Demonstrativo de débito*\nTítulo Original, posição em 22/11/2026\n\n"
        "*Escola Beta*\n"
        "Título A\nVencimento: 10/10/2026 (43 dias em atraso)\nValor original: R$ 350,75\n\n"
        "Título B\nVencimento: 22/11/2026 (vence hoje)\nValor original: R$ 1.000,00\n\n"
        "Total Escola Beta (2 títulos): R$ 1.350,75\n\n"
        "*Loja Ômega*\n"
        "Título sem número\nVencimento: 21/11/2026 (1 dia em atraso)\nValor original: R$ 10,00\n\n"
        "Total Loja Ômega (1 título): R$ 10,00\n\n"
        "*Total geral (3 títulos): R$ 1.360,75*\n"
        "Valores originais dos títulos, sem juros, multa, honorários ou outros acréscimos."
    )


def test_creditors_whose_names_differ_in_case_alone_keep_their_own_totals() -> None:
    titles = [title(f"2026-10-0{day}", creditor=("Loja", "LOJA")[day % 2]) for day in range(1, 5)]
    (message,) = statement_text(titles, TODAY)
    assert message.count("Total Loja (2 títulos)") == message.count("Total LOJA (2 títulos)") == 1


def test_no_open_title_gives_no_statement() -> None:
    assert statement_text([], TODAY) == []


def test_a_creditor_s_name_cannot_break_the_bold_text() -> None:
    (message,) = statement_text([title(creditor="*Loja*\n\nX ")], TODAY)
    assert "\n*Loja X*\n" in message


def test_a_long_statement_is_cut_between_titles() -> None:
    titles = [title(amount="1.10", number=f"N{n:03}") for n in range(200)]
    messages = statement_text(titles, TODAY)
    assert len(messages) > 1
    assert all(message.startswith(("*Demonstrativo", "Título N")) for message in messages)
    assert [line for message in messages for line in message.split("\n") if line.startswith("Título N")] == [
        f"Título N{n:03}" for n in range(200)
    ]
    assert spaced(messages[-1]).count("R$ 220,00") == 2


FACTS = st.builds(
    TitleFact,
    creditor=st.text(max_size=5000),
    due_date=st.integers(-4000, 4000).map(lambda days: TODAY + timedelta(days=days)),
    amount=st.decimals("0.01", "999999999.99", places=2),
    number=st.text(max_size=60),
    boleto_line=st.none() | st.sampled_from(["", LINE, COLLECTION_LINE]) | st.text(max_size=50),
)


@given(st.lists(FACTS, max_size=8))
def test_every_message_fits_and_no_order_of_the_titles_matters(titles) -> None:
    for render in (barcode_text, statement_text):
        messages = render(titles, TODAY)
        assert all(0 < len(message) <= MESSAGE_LIMIT for message in messages)
        assert render(titles[::-1], TODAY) == messages
    if titles:
        assert format_brl(sum((fact.amount for fact in titles), Decimal(0))) in statement_text(titles, TODAY)[-1]
