"""Sheets for the tests of documents, and what can be read back from their PDFs."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2 as pdfium

from portal.documents.render import Sheet
from portal.documents.rules.content import Column, Filled, Table
from portal.documents.rules.examples import examples
from portal.documents.rules.wildcards import INSTALMENTS_TABLE, TITLES_TABLE

LETTERHEAD = (
    "Cobrança Exemplo Ltda.",
    "CNPJ 12.ABC.345/01DE-35",
    "Rua 10, 250, Setor Oeste, Goiânia/GO, CEP 74000-200",
    "",
    "Credor: Loja Modelo Ltda.",
    "CNPJ 11.222.333/0001-81",
    "Av. Brasil, 1000, Goiânia/GO, CEP 74000-100",
)

AMOUNTS = ("Original (R$)", "Multa", "Juros", "Honorários", "Desconto", "Total (R$)")


def titles(count: int) -> Table:
    """A table of `count` titles, each row with a number of its own."""
    columns = (Column("Título"), Column("Vencimento"), *(Column(title, "right") for title in AMOUNTS))
    rows = tuple(
        (
            f"NF {1001 + n}",
            f"{n % 28 + 1:02}/05/2026",
            "1.000,00",
            "20,00",
            "65,33",
            "108,53",
            "0,00",
            _figure(1193 + n),
        )
        for n in range(count)
    )
    return Table(columns, rows, ("Total", "", "1.000,00", "20,00", "65,33", "108,53", "0,00", "9.999,99"))


def _figure(reais: int) -> str:
    return f"{reais:,}".replace(",", ".") + ",86"


def sheet(body: str, filled: Filled | None = None) -> Sheet:
    """A sheet of this text, with the example values unless others are given."""
    return Sheet(
        title="Demonstrativo de débito",
        body=body,
        filled=filled or examples(),
        letterhead=LETTERHEAD,
        number="2026/000123",
        issued_at="22/11/2026 às 14:30",
        author="Cobrança Exemplo Ltda.",
    )


STATEMENT = """\
Olá, #PRIMEIRO_NOME#. Estes são os seus títulos em aberto com *#NOME_CREDOR#* em #DATA_ATUAL#.

*Devedor:* #NOME_DEVEDOR#, CPF/CNPJ #CPF_CNPJ_MASCARADO#

# Títulos em aberto

#TABELA_TITULOS#

*Total: #TOTAL#* (#TOTAL_EXTENSO#)

## Como pagar

1. Boleto: #CODIGO_BARRAS#
2. PIX copia e cola: #PIX_COPIA_COLA#
"""

TERM = """\
*Acordo nº #NUMERO_ACORDO#*, de #DATA_ACORDO#
Credor: #NOME_CREDOR#, CPF/CNPJ #CPF_CNPJ_CREDOR#

# 1. A dívida

#TABELA_TITULOS#

# 2. O pagamento

- Total: *#VALOR_ACORDO#* (#VALOR_ACORDO_EXTENSO#)
- Entrada: #ENTRADA#, e mais #QTD_PARCELAS# parcelas

#TABELA_PARCELAS#

Goiânia, #DATA_EXTENSO#



______________________________
#NOME_USUARIO#
"""


def statement(count: int = 12) -> Sheet:
    return sheet(STATEMENT, Filled(examples().values, {TITLES_TABLE: titles(count)}))


def term() -> Sheet:
    tables = {TITLES_TABLE: titles(40), INSTALMENTS_TABLE: examples().tables[INSTALMENTS_TABLE]}
    return replace(sheet(TERM, Filled(examples().values, tables)), title="Termo de acordo")


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, as it is copied from it."""
    with pdfium.PdfDocument(pdf) as document:
        return [_text(document, number) for number in range(len(document))]


def _text(document: pdfium.PdfDocument, number: int) -> str:
    page = document[number]
    words = page.get_textpage()
    text: str = words.get_text_range()
    words.close()
    page.close()
    return text.replace("\x02", "-")  # how PDFium marks a hyphen at the end of a line


def ink(text: str) -> str:
    """A text without its spaces and line breaks: what a comparison with the page can hold it to."""
    return "".join(text.split())


def ink_of(pdf: bytes) -> str:
    return ink("".join(pages_of(pdf)))
