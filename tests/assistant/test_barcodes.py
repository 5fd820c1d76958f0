from __future__ import annotations

import pytest

from portal.assistant.rules.barcodes import barcode_text
from portal.portfolio.rules.boleto import formatted
from tests.assistant.debts import COLLECTION_LINE, KNOWN, LINE, LINE_OF_1234, TODAY, instalment, spaced, title


def test_a_barcode_is_two_messages_and_the_line_stands_alone() -> None:
    about, line = barcode_text([title("2026-12-10", line=LINE)], TODAY)
    assert spaced(about) == "*Escola Beta*\n\nTítulo 123\nVencimento: 10/12/2026 (a vencer)\nValor original: R$ 350,75"
    assert line == "00190.00009 01234.567004 00123.456170 6 16560000035075"


def test_a_boleto_that_differs_from_its_title_says_so() -> None:
    about, line = barcode_text([title(line=LINE_OF_1234)], TODAY)
    assert spaced(about).endswith(
        "Valor original: R$ 350,75\nValor do boleto: R$ 1.234,56\nVencimento do boleto: 15/01/2027"
    )
    assert line == formatted(LINE_OF_1234)
    about, line = barcode_text([title(amount="98.40", line=COLLECTION_LINE)], TODAY)
    assert "boleto" not in about
    assert line == "82610000000-7 98400048202-1 61210000000-1 12345670000-4"


def test_who_the_creditor_is_and_what_was_added_stand_with_the_line() -> None:
    about, _ = barcode_text([title(creditor=KNOWN, fine="7.02", interest="5.03", line=LINE)], TODAY)
    assert spaced(about) == (
        "*Escola Beta*\nCPF/CNPJ: 12.345.678/0001-95\nEndereço: Rua das Flores, 10, São Paulo/SP, CEP 01310-100\n\n"
        "Título 123\nVencimento: 10/10/2026 (43 dias em atraso)\n"
        "Valor original: R$ 350,75\nMulta: R$ 7,02\nJuros: R$ 5,03\nValor atualizado: R$ 362,80\n"
        "Valor do boleto: R$ 350,75\nVencimento do boleto: 10/12/2026"
    )


def test_the_next_instalment_of_an_agreement_has_its_line_too() -> None:
    about, line = barcode_text([instalment(amount="350.75", line=LINE)], TODAY)
    assert "Parcela 2 de 10 do acordo nº 12\nVencimento: 10/12/2026 (a vencer)" in about
    assert line == formatted(LINE)


@pytest.mark.parametrize("line", ["", "123", LINE[:-1] + "6", "0" * 47, "abc"])
def test_no_line_that_can_be_paid_gives_no_message(line) -> None:
    assert barcode_text([title(line=line)], TODAY) == []
    assert barcode_text([], TODAY) == []


def test_the_oldest_five_are_sent_and_the_others_are_told_of() -> None:
    titles = [title(f"2026-{month:02}-10", number=f"N{month}", line=LINE) for month in range(9, 2, -1)]
    messages = barcode_text([*titles, title(number="sem"), title(number="sem 2")], TODAY)
    assert [message.split("\n")[2] for message in messages[:-1:2]] == [f"Título N{month}" for month in range(3, 8)]
    assert messages[-1] == (
        "Há mais 2 pagamentos com código de barras. "
        "2 pagamentos em aberto não têm código de barras disponível por aqui. Para tratar dos demais, escreva *operador*."
    )


def test_one_title_without_a_line_is_told_of_in_the_singular() -> None:
    assert barcode_text([title(line=LINE), title()], TODAY)[-1] == (
        "1 pagamento em aberto não tem código de barras disponível por aqui. Para tratar dos demais, escreva *operador*."
    )
    assert len(barcode_text([title(line=LINE)], TODAY)) == 2
