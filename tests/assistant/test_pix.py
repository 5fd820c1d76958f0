from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.assistant.rules.facts import CreditorFact, PixFact
from portal.assistant.rules.hours import returns_at
from portal.assistant.rules.pix import MAX_CODES, MAX_TITLES, pix_text
from portal.assistant.rules.wording import MESSAGE_LIMIT
from portal.portfolio.rules.amounts import format_brl
from tests.assistant.debts import KNOWN, SCHOOL, TODAY, instalment, spaced, title

CODE = "00020126…6304ABCD"


def test_a_code_is_two_messages_and_the_code_stands_alone() -> None:
    dues = [title("2026-11-10", "1000", KNOWN, "B"), title("2026-10-10", "350.75", KNOWN, "A", fine="7.02")]
    about, code = pix_text([PixFact(KNOWN, dues, CODE)], TODAY)
    assert spaced(about) == (
        "*Escola Beta*\nCPF/CNPJ: 12.345.678/0001-95\nEndereço: Rua das Flores, 10, São Paulo/SP, CEP 01310-100\n\n"
        "Título A, vencimento 10/10/2026\nTítulo B, vencimento 10/11/2026\n"
        "Valor original: R$ 1.350,75\nMulta: R$ 7,02\nValor atualizado: R$ 1.357,77\n"
        "*Total a pagar: R$ 1.357,77*\nValor para pagamento em 22/11/2026.\n\n"
        "Copie o código da próxima mensagem e cole no aplicativo do seu banco, na opção PIX copia e cola."
    )
    assert code == CODE


def test_an_instalment_is_told_with_its_agreement() -> None:
    about, _ = pix_text([PixFact(KNOWN, [instalment()], CODE)], TODAY)
    assert "Parcela 2 de 10 do acordo nº 12\nVencimento: 10/12/2026 (a vencer)\nValor da parcela:" in about
    assert "Total a pagar" not in about


def test_only_so_many_codes_are_sent_and_the_other_creditors_are_told_of() -> None:
    codes = [PixFact(CreditorFact(f"Loja {n}"), [title()], f"{CODE}{n}") for n in range(MAX_CODES + 1)]
    messages = pix_text(codes, TODAY, without=2)
    assert len(messages) == 2 * MAX_CODES + 1
    assert messages[-1] == "Para pagar a 3 outros credores, escreva *operador*."
    assert pix_text(codes[:1], TODAY, without=1)[-1] == "Para pagar a 1 outro credor, escreva *operador*."
    assert pix_text([], TODAY, without=3) == []


@given(st.lists(st.decimals("0.01", "99999.99", places=2), min_size=1, max_size=40), st.text(max_size=3000))
def test_every_message_fits_and_the_total_is_that_of_all_titles(amounts, name) -> None:
    dues = [title(amount=str(amount), number=f"N{n}") for n, amount in enumerate(amounts)]
    about, _ = pix_text([PixFact(SCHOOL, dues, CODE)], TODAY)
    assert len(about) <= MESSAGE_LIMIT
    assert f"*Total a pagar: {format_brl(sum(amounts, Decimal(0)))}*" in about
    assert about.count("\nTítulo N") == min(len(dues), MAX_TITLES)
    long, _ = pix_text([PixFact(CreditorFact(name), dues, CODE)], TODAY)
    assert len(long) <= MESSAGE_LIMIT


SUNDAY = datetime(2026, 11, 22, 20, 30)


@pytest.mark.parametrize(
    ("opening", "expected"),
    [
        (None, ""),
        (datetime(2026, 11, 22, 21, 0), "hoje às 21:00"),
        (datetime(2026, 11, 23, 9, 0), "amanhã às 09:00"),
        (datetime(2026, 11, 24, 8, 30), "terça-feira, 24/11, às 08:30"),
        (datetime(2027, 1, 4, 9, 0), "segunda-feira, 04/01/2027, às 09:00"),
    ],
)
def test_when_operators_are_back(opening, expected) -> None:
    assert returns_at(opening, SUNDAY) == expected
