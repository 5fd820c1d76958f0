"""The closed list of wildcards, what a text may hold, and that a value is put in exactly once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.documents.models import DocumentKind
from portal.documents.rules.content import Column, Table
from portal.documents.rules.examples import examples
from portal.documents.rules.wildcards import (
    AGREEMENT_STATEMENT,
    AGREEMENT_TERM,
    ALL,
    INSTALMENTS_TABLE,
    ITEMISED,
    ORIGINAL_STATEMENT,
    WILDCARDS,
    by_group,
    check,
    clean,
    fill,
    used,
)
from portal.portfolio.rules import boleto, pix
from portal.portfolio.rules.words import amount_in_words

TABLE = "\n#TABELA_TITULOS#\n"


def test_the_kinds_are_those_of_the_documents() -> None:
    assert set(ALL) == {kind.value for kind in DocumentKind}
    assert AGREEMENT_TERM == DocumentKind.AGREEMENT_TERM
    assert ORIGINAL_STATEMENT == DocumentKind.ORIGINAL_STATEMENT
    assert AGREEMENT_STATEMENT == DocumentKind.AGREEMENT_STATEMENT


def test_every_wildcard_is_explained_and_has_an_example() -> None:
    content = examples()
    for wildcard in WILDCARDS.values():
        assert wildcard.meaning and wildcard.group and wildcard.kinds
        assert wildcard.name in (content.tables if wildcard.is_table else content.values)
    assert all(content.values.values())


def test_the_list_of_the_company_and_of_the_debt_is_whole() -> None:
    assert len(WILDCARDS) == 38
    assert {"#NOME_DEVEDOR#", "#CPF_CNPJ_CREDOR#", "#ENDERECO_CREDOR#", "#NOME_USUARIO#", *ITEMISED} <= set(WILDCARDS)


def test_the_agreement_has_its_wildcards_only_in_its_documents() -> None:
    assert "Acordo" in by_group(AGREEMENT_TERM) and "Acordo" in by_group(AGREEMENT_STATEMENT)
    assert "Acordo" not in by_group(ORIGINAL_STATEMENT)
    assert next(wildcard.name for wildcard in by_group(ORIGINAL_STATEMENT)["Credor"]) == "#NOME_CREDOR#"


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize(
    "body",
    [
        TABLE,
        "Olá, *#PRIMEIRO_NOME#*!" + TABLE,
        "\r\n  #TABELA_TITULOS#  \r\n",
        " ".join(ITEMISED),
        "Item #1/#2, nota #3, R$ 10,00 # fim" + TABLE,
        "x" * 19_000 + TABLE,
        "{{7*7}} #{7*7} ${x} {% if %}" + TABLE,
    ],
)
def test_what_can_be_saved(kind: str, body: str) -> None:
    assert check(kind, body) == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", "Escreva o texto do documento. Ele não pode ficar em branco."),
        (" \n\t\u200b", "Escreva o texto do documento. Ele não pode ficar em branco."),
        ("x" * 20_001, "O texto pode ter no máximo 20.000 caracteres; este tem 20.001."),
        ("#NOME_DEVEDO#", "O coringa #NOME_DEVEDO# não existe. Você quis dizer #NOME_DEVEDOR#?"),
        ("#nome_devedor#", "O coringa #nome_devedor# não existe. Você quis dizer #NOME_DEVEDOR#?"),
        ("#NOME-DEVEDOR#", "O coringa #NOME-DEVEDOR# não existe. Você quis dizer #NOME_DEVEDOR#?"),
        ("#ZZZ#", "O coringa #ZZZ# não existe. Use um dos coringas da lista."),
        ("#NOME DEVEDOR#", "O coringa #NOME DEVEDOR# está escrito com espaço. Escreva #NOME_DEVEDOR#."),
        (
            "Olá #NOME_DEVEDOR, tudo bem?",
            "O coringa #NOME_DEVEDOR está incompleto. Escreva #NOME_DEVEDOR#, com # no começo e no fim.",
        ),
        ("#NOME DEVEDOR# " * 500, "O coringa #NOME DEVEDOR# está escrito com espaço. Escreva #NOME_DEVEDOR#."),
        (f"#{'Z' * 19_000}#", f"O coringa #{'Z' * 38}… não existe. Use um dos coringas da lista."),
        ("Veja #TABELA_TITULOS#", "A tabela #TABELA_TITULOS# precisa ficar sozinha em uma linha."),
        ("- #TABELA_TITULOS#", "A tabela #TABELA_TITULOS# precisa ficar sozinha em uma linha."),
        (TABLE * 2, "A tabela #TABELA_TITULOS# aparece mais de uma vez. Deixe só uma."),
        (
            "um\x00dois",
            "O texto tem caracteres invisíveis que não podem ser impressos. Apague o trecho e digite novamente.",
        ),
        (
            "um\u202edois",
            "O texto tem caracteres invisíveis que não podem ser impressos. Apague o trecho e digite novamente.",
        ),
    ],
)
def test_what_cannot_be_saved(body: str, error: str) -> None:
    assert check(AGREEMENT_TERM, body) == [error]


def test_a_wildcard_of_an_agreement_is_refused_elsewhere() -> None:
    body = "#VALOR_ACORDO#" + TABLE
    assert check(AGREEMENT_TERM, body) == check(AGREEMENT_STATEMENT, body) == []
    assert check(ORIGINAL_STATEMENT, body) == [
        "O coringa #VALOR_ACORDO# só existe nos documentos de acordo. Retire-o deste texto."
    ]


@pytest.mark.parametrize("kind", [ORIGINAL_STATEMENT, AGREEMENT_STATEMENT])
def test_a_statement_itemises_every_value(kind: str) -> None:
    (error,) = check(kind, "Você deve #TOTAL#, com #JUROS#.")
    assert "a tabela #TABELA_TITULOS# ou os coringas que faltam" in error
    assert "#VALOR_ORIGINAL#, #MULTA#, #HONORARIOS#, #DESCONTO#." in error
    assert check(AGREEMENT_TERM, "Você deve #TOTAL#, com #JUROS#.") == []


def test_many_mistakes_are_not_all_told() -> None:
    errors = check(AGREEMENT_TERM, " ".join(f"#ERRO_{number}#" for number in range(1_500)))
    assert len(errors) == 6
    assert errors[-1] == "Outros coringas do texto também não existem (1495). Use os da lista."


def test_a_value_is_put_in_once() -> None:
    values = {"#NOME_DEVEDOR#": "#TOTAL# *x*", "#TOTAL#": "R$\xa01,00"}
    assert fill("#NOME_DEVEDOR#: #TOTAL#", values) == "#TOTAL# *x*: R$\xa01,00"


def test_without_a_value_the_wildcard_stays_visible() -> None:
    assert fill("#NOME_DEVEDOR# #OUTRO#", {"#OUTRO#": "x"}) == "#NOME_DEVEDOR# #OUTRO#"


def test_the_used_ones_come_once_and_in_order() -> None:
    assert used("#TOTAL# #MULTA# #TOTAL# #NADA#") == ("#TOTAL#", "#MULTA#")


@given(st.text())
def test_a_value_is_printed_on_one_line_and_without_controls(value: str) -> None:
    assert not set(clean(value)) & set("\n\r\t\v\f\0\u2028\u2029\u202e\ud800")
    assert clean(clean(value)) == clean(value)


@given(st.sampled_from(ALL), st.text(alphabet=st.sampled_from("#_ABNOMEDVR*- \n1.")))
def test_every_text_gets_an_answer(kind: str, body: str) -> None:
    for error in check(kind, body):
        assert error.endswith((".", "?"))


@pytest.mark.parametrize("rows", [(("um",),), (("um", "dois", "três"),)])
def test_a_table_has_a_cell_for_each_column(rows: tuple[tuple[str, ...], ...]) -> None:
    with pytest.raises(ValueError, match="cell"):
        Table((Column("A"), Column("B", "right")), rows)


def test_the_invented_figures_add_up() -> None:
    """The text's, the tables' and the codes': a preview without a debtor is looked at as closely as one with."""
    found = examples()
    values = {name: _number(text) for name, text in found.values.items() if text.startswith("R$")}
    parts = ("#VALOR_ORIGINAL#", "#MULTA#", "#JUROS#", "#HONORARIOS#")
    assert sum(values[name] for name in parts) - values["#DESCONTO#"] == values["#TOTAL#"] == values["#VALOR_ACORDO#"]
    assert (
        amount_in_words(values["#TOTAL#"]) == found.values["#TOTAL_EXTENSO#"] == found.values["#VALOR_ACORDO_EXTENSO#"]
    )
    instalments = found.tables[INSTALMENTS_TABLE]
    assert sum(_number(row[2]) for row in instalments.rows) == _number(instalments.footer[2]) == values["#TOTAL#"]
    assert _number(instalments.rows[0][2]) == values["#ENTRADA#"]
    assert len(instalments.rows) - 1 == int(found.values["#QTD_PARCELAS#"])
    code, line = pix.parse(found.values["#PIX_COPIA_COLA#"]), found.values["#CODIGO_BARRAS#"]
    assert code.amount == boleto.parse_line(line, date(2026, 11, 22)).amount == values["#ENTRADA#"]


def _number(text: str) -> Decimal:
    return Decimal(text.removeprefix("R$").strip().replace(".", "").replace(",", "."))
