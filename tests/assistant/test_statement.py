from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from portal.assistant.rules.barcodes import barcode_text
from portal.assistant.rules.facts import CreditorFact, Figures, TitleFact, summed
from portal.assistant.rules.statement import agreements_text, statement_text
from portal.assistant.rules.wording import MESSAGE_LIMIT
from portal.portfolio.rules.amounts import format_brl
from tests.assistant.debts import COLLECTION_LINE, KNOWN, LINE, TODAY, instalment, spaced, title


def test_the_statement_is_itemised_by_creditor_with_its_totals() -> None:
    titles = [
        title("2026-11-21", "10.00", creditor="Loja Ômega", number=""),
        title("2026-11-22", "1000", number="B"),
        title("2026-10-10", "350.75", number="A"),
    ]
    (message,) = statement_text(titles, TODAY)
    assert spaced(message) == (
        "*Demonstrativo de débito*\nTítulo Original, posição em 22/11/2026\n\n"
        "*Escola Beta*\n\n"
        "Título A\nVencimento: 10/10/2026 (43 dias em atraso)\nValor original: R$ 350,75\n\n"
        "Título B\nVencimento: 22/11/2026 (vence hoje)\nValor original: R$ 1.000,00\n\n"
        "*Total Escola Beta (2 títulos)*\nValor original: R$ 1.350,75\n\n"
        "*Loja Ômega*\n\n"
        "Título sem número\nVencimento: 21/11/2026 (1 dia em atraso)\nValor original: R$ 10,00\n\n"
        "*Total Loja Ômega (1 título)*\nValor original: R$ 10,00\n\n"
        "*Total geral (3 títulos)*\nValor original: R$ 1.360,75\n"
        "Valores originais dos títulos, sem juros, multa, honorários ou outros acréscimos."
    )


def test_every_part_of_an_updated_value_is_named_with_who_asks_for_it() -> None:
    (message,) = statement_text(
        [title(creditor=KNOWN, amount="1000", fine="20", interest="14.33", fee="103.43", discount="50.76")], TODAY
    )
    parts = (
        "Valor original: R$ 1.000,00\nMulta: R$ 20,00\nJuros: R$ 14,33\nHonorários: R$ 103,43\nDesconto: -R$ 50,76\n"
        "Valor atualizado: R$ 1.087,00"
    )
    assert spaced(message) == (
        "*Demonstrativo de débito*\nTítulo Original, posição em 22/11/2026\n\n"
        "*Escola Beta*\nCPF/CNPJ: 12.345.678/0001-95\nEndereço: Rua das Flores, 10, São Paulo/SP, CEP 01310-100\n\n"
        f"Título 123\nVencimento: 10/10/2026 (43 dias em atraso)\n{parts}\n\n"
        f"*Total Escola Beta (1 título)*\n{parts}\n\n"
        f"*Total geral (1 título)*\n{parts}\nValores atualizados até 22/11/2026."
    )


def test_creditors_whose_names_differ_in_case_alone_keep_their_own_totals() -> None:
    titles = [title(f"2026-10-0{day}", creditor=("Loja", "LOJA")[day % 2]) for day in range(1, 5)]
    (message,) = statement_text(titles, TODAY)
    assert message.count("Total Loja (2 títulos)") == message.count("Total LOJA (2 títulos)") == 1


def test_no_open_title_gives_no_statement() -> None:
    assert statement_text([], TODAY) == agreements_text([], TODAY) == []


def test_an_agreement_tells_its_next_payment_and_what_it_is_made_of() -> None:
    (message,) = agreements_text([instalment(0, due="2026-11-22")], TODAY)
    assert spaced(message) == (
        "*Acordos ativos*\nPróxima parcela de cada acordo\n\n"
        "*Escola Beta*\nCPF/CNPJ: 12.345.678/0001-95\nEndereço: Rua das Flores, 10, São Paulo/SP, CEP 01310-100\n\n"
        "Entrada do acordo nº 12\nVencimento: 22/11/2026 (vence hoje)\nValor da parcela: R$ 100,00\n"
        "Valores do acordo:\nValor original: R$ 1.000,00\nMulta: R$ 20,00\nJuros: R$ 30,00\nHonorários: R$ 50,00\n"
        "Desconto: -R$ 100,00\nTotal do acordo: R$ 1.000,00"
    )


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


AMOUNT = st.decimals("0", "999999999.99", places=2)
FACTS = st.builds(
    TitleFact,
    creditor=st.builds(CreditorFact, name=st.text(max_size=5000), tax_id=st.text(max_size=20), address=st.text()),
    due_date=st.integers(-4000, 4000).map(lambda days: TODAY + timedelta(days=days)),
    figures=st.builds(Figures, AMOUNT, AMOUNT, AMOUNT, AMOUNT, AMOUNT, total=AMOUNT),
    number=st.text(max_size=60),
    boleto_line=st.sampled_from(["", LINE, COLLECTION_LINE]) | st.text(max_size=50),
)


@given(st.lists(FACTS, max_size=8))
def test_every_message_fits_and_no_order_of_the_titles_matters(titles) -> None:
    for render in (barcode_text, statement_text):
        messages = render(titles, TODAY)
        assert all(0 < len(message) <= MESSAGE_LIMIT for message in messages)
        assert render(titles[::-1], TODAY) == messages
    if titles:
        told = statement_text(titles, TODAY)[-1]
        total = summed(fact.figures for fact in titles)
        assert format_brl(total.principal) in told
        assert not total.changed or format_brl(total.total) in told


@given(st.lists(FACTS, max_size=8))
def test_the_sum_is_of_each_part(titles) -> None:
    total = summed(fact.figures for fact in titles)
    for part in ("principal", "fine", "interest", "fee", "discount", "total"):
        assert getattr(total, part) == sum((getattr(fact.figures, part) for fact in titles), Decimal(0))
