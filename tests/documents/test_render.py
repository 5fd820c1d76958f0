"""PDFs read back: every wildcard filled, tables whole over pages, and no text of anybody evaluated."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal import clock
from portal.documents import render
from portal.documents.render import RenderError, pdf, pictures
from portal.documents.rules.content import Column, Filled, Table
from portal.documents.rules.examples import examples
from portal.documents.rules.wildcards import TITLES_TABLE, WILDCARDS
from tests.documents.sheets import LETTERHEAD, ink, ink_of, pages_of, sheet, statement, term, titles

INJECTIONS = [
    "{{7*7}}",
    "{% for x in y %}x{% endfor %}",
    "#{7*7}",
    "${7*7}",
    '#read("/etc/passwd")',
    '#import "/etc/passwd": *',
    '#include "document.typ"',
    "#let x = 1; #x",
    "#panic()",
    "#sys.inputs",
    "$x^2$",
    r"\u{41}",
    "<label>",
    "@ref",
    "`raw` ```typ #1```",
    "http://exemplo.com // nada /* nada */",
    "2 * 3 * 4",
    "__init__ e _x_",
    "= Título",
    "+ item",
    "/ termo: x",
    "~ -- --- ... 'a' \"b\"",
    r"\ \\ \n",
    "]) } #[x] [#1",
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
]


def test_every_wildcard_is_filled() -> None:
    names = "\n".join(f"{name[1:-1]}: {name}" for name, each in WILDCARDS.items() if not each.is_table)
    text = ink_of(pdf(sheet(f"{names}\n\n#TABELA_TITULOS#\n\n#TABELA_PARCELAS#")))
    assert not re.findall(r"#\w+#", text)
    content = examples()
    for name, value in content.values.items():
        assert ink(f"{name[1:-1]}: {value}") in text
    for table in content.tables.values():
        for row in (tuple(column.title for column in table.columns), *table.rows, table.footer):
            assert ink("".join(row)) in text


def test_the_letterhead_title_number_and_pages_are_printed() -> None:
    first, second = pages_of(pdf(term()))
    for line in LETTERHEAD:
        assert line in first
    assert "Termo de acordo" in first and "Termo de acordo" in second
    for number, text in enumerate((first, second), start=1):
        assert f"Página {number} de 2" in text
        assert "Documento nº 2026/000123, emitido em 22/11/2026 às 14:30" in text


def test_a_table_over_pages_is_whole_and_repeats_its_header() -> None:
    texts = pages_of(pdf(statement(200)))
    assert len(texts) > 3
    for number in range(200):
        assert sum(f"NF {1001 + number} " in text for text in texts) == 1
    for text in (text for text in texts if "NF 1" in text):
        assert "Honorários" in text
    with_totals = [text for text in texts if "9.999,99" in text]
    assert len(with_totals) == 1 and "NF 1200 " in with_totals[0], "the totals never stand alone"


@pytest.mark.parametrize("count", range(28, 44))
def test_the_totals_go_with_the_last_row(count: int) -> None:
    (page,) = [
        text
        for text in pages_of(pdf(sheet("#TABELA_TITULOS#", Filled({}, {TITLES_TABLE: titles(count)}))))
        if "9.999,99" in text
    ]
    assert f"NF {1000 + count} " in page


@pytest.mark.parametrize("text", INJECTIONS)
def test_the_text_of_the_company_is_literal(text: str) -> None:
    assert ink(text) in ink_of(pdf(sheet(f"Antes {text} depois")))


@pytest.mark.parametrize("text", INJECTIONS)
def test_the_data_of_the_debtor_is_literal(text: str) -> None:
    table = Table((Column(text), Column("Valor", "right")), ((text, "A"), (text, "B")), (text, "C"))
    filled = Filled({"#NOME_DEVEDOR#": text, "#TOTAL#": text}, {TITLES_TABLE: table})
    made = replace(sheet("# De #NOME_DEVEDOR#\n- *#TOTAL#*\n#TABELA_TITULOS#", filled), title=text, letterhead=(text,))
    found = ink_of(pdf(made))
    assert ink(f"De {text}") in found
    assert found.count(ink(text)) >= 8


def test_a_value_is_never_markup_nor_a_wildcard() -> None:
    filled = Filled({"#NOME_DEVEDOR#": "# *Ana* #TOTAL#\n#TABELA_TITULOS#", "#TOTAL#": "9"}, examples().tables)
    assert "# *Ana* #TOTAL# #TABELA_TITULOS# fim" in pages_of(pdf(sheet("#NOME_DEVEDOR# fim", filled)))[0]


def test_without_its_content_a_wildcard_stays_visible() -> None:
    text = ink_of(pdf(sheet("#NOME_DEVEDOR#\n\n#TABELA_TITULOS#", Filled())))
    assert "#NOME_DEVEDOR##TABELA_TITULOS#" in text


def test_a_long_code_stays_on_the_page_and_is_copied_whole() -> None:
    code = "".join(chr(ord("A") + number % 26) for number in range(400))
    table = Table((Column("Título"), Column("Valor", "right")), ((code, "1,00"),))
    made = pdf(sheet(f"Código: {code}\n\n#TABELA_TITULOS#", Filled({}, {TITLES_TABLE: table})))
    assert ink_of(made).count(code) == 2
    with pdfium.PdfDocument(made) as document:
        page = document[0]
        right = max(each.get_bounds()[2] for each in page.get_objects())
        assert right < page.get_width() - 50
        page.close()


def test_the_pdf_is_tagged_for_archives_and_for_screen_readers() -> None:
    made = pdf(statement())
    assert b"/StructTreeRoot" in made and b"/MarkInfo" in made
    assert b"<pdfuaid:part>1</pdfuaid:part>" in made and b"<pdfaid:part>2</pdfaid:part>" in made
    assert b"/Lang(pt-BR)" in made
    assert len(re.findall(rb"/S/TH\b", made)) == len(titles(1).columns), (
        "the header of the table is one for a screen reader"
    )


def test_the_pdf_says_what_it_is_and_when_it_was_made() -> None:
    with clock.at(datetime(2026, 11, 22, 17, 30, 0, 999, tzinfo=UTC)):
        made, again = pdf(statement()), pdf(statement())
    with pdfium.PdfDocument(made) as document:
        facts = document.get_metadata_dict()
    assert (facts["Title"], facts["Author"]) == ("Demonstrativo de débito", "Cobrança Exemplo Ltda.")
    assert facts["CreationDate"].startswith("D:20261122173000")
    assert made == again, "the same sheet of the same moment is the same file"


@pytest.mark.parametrize(
    "body", ["## Sub\n# Um\n## Dois\n## Três", "# #NOME_DEVEDOR#", "## Só um", "- \n1. x\n\n\n\n\nfim", "", "#\n##\n*"]
)
def test_every_order_of_blocks_keeps_to_the_standards(body: str) -> None:
    assert b"<pdfuaid:part>" in pdf(sheet(body))


@pytest.mark.parametrize("name", ["Ana 😀", "中文", "عربي", "\ue000"])
def test_a_name_that_the_font_cannot_write_is_no_failure(name: str) -> None:
    made = pdf(sheet("Olá, #NOME_DEVEDOR#.", Filled({"#NOME_DEVEDOR#": name})))
    assert "Olá," in pages_of(made)[0]


ANYTHING = st.text(max_size=60)


@settings(max_examples=60, deadline=None)
@given(ANYTHING, ANYTHING, st.lists(ANYTHING, max_size=4))
def test_no_content_is_refused(body: str, value: str, lines: list[str]) -> None:
    table = Table((Column(value), Column(body, "right")), ((value, body),), (body, value))
    filled = Filled({"#NOME_DEVEDOR#": value}, {TITLES_TABLE: table})
    made = replace(sheet(f"{body}\n#NOME_DEVEDOR#\n#TABELA_TITULOS#", filled), title=value, letterhead=tuple(lines))
    assert pdf(made).startswith(b"%PDF")


def test_the_pictures_are_the_pages() -> None:
    made = pictures(term())
    assert len(made) == len(pages_of(pdf(term()))) == 2
    assert all(picture.startswith(b"\x89PNG") for picture in made)
    assert len(pictures(sheet("uma página"))) == 1


def test_threads_do_not_disturb_each_other() -> None:
    made: dict[int, bytes] = {}

    def work(number: int) -> None:
        for _ in range(3):
            made[number] = pdf(sheet(f"Folha {number}"))

    threads = [Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f"Folha{number}" in ink_of(made[number]) for number in range(4))


def test_a_failure_names_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for wrong in (tmp_path / "nada.typ", tmp_path / "wrong.typ"):
        (tmp_path / "wrong.typ").write_text('#read("/etc/passwd")')
        monkeypatch.setattr(render, "LAYOUT", wrong)
        with pytest.raises(RenderError) as raised:
            pdf(sheet("x"))
        assert str(raised.value) == "Não foi possível gerar o documento. Tente novamente."


def test_the_bundled_font_is_the_reviewed_one_and_the_only_one() -> None:
    assert {(font.family, font.weight) for font in render._fonts().fonts()} == {
        ("Source Sans 3", 400),
        ("Source Sans 3", 600),
    }
    assert (render.FONTS / "OFL.txt").read_text().count("SIL OPEN FONT LICENSE")


def test_columns_and_letterhead_keep_apart_however_large_their_contents() -> None:
    """Amounts of hundreds of millions once pushed the first column into the second."""
    titles = ("Título", "Vencimento", "Atraso (dias)", "Original (R$)", "Já pago em acordo", "Multa", "Juros", "Total")
    columns = tuple(Column(title, "left" if place < 2 else "right") for place, title in enumerate(titles))
    table = Table(columns, (("NF-100100", "10/05/2026", "1096", *["999.999.999,99"] * 5),))
    made = sheet("#TABELA_TITULOS#", Filled({}, {TITLES_TABLE: table}))
    made = replace(made, letterhead=("Empresa" * 22, "", "Credor" + "w" * 150, "Rua" + "x" * 197))
    with pdfium.PdfDocument(pdf(made)) as document:
        page, text = document[0], document[0].get_textpage()
        boxes = [text.get_charbox(place) for place in range(text.count_chars())]
        words = text.get_text_range()
        assert boxes[words.index("NF-100100") + 8][2] <= boxes[words.index("10/05/2026")][0]
        assert max(box[2] for box in boxes) <= page.get_width() - 60, "nothing leaves the page"
        company = boxes[words.index("Empresa") : words.index("Credor")]
        assert max(box[2] for box in company) < page.get_width() / 2, "nor runs into the creditor"
