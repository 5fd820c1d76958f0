from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.portfolio.files import reading
from portal.portfolio.files.reading import Cell, FileError, Table, read_table
from portal.portfolio.files.writing import refused_csv

HEADER = "CREDOR;COD_DEVEDOR;NOME_DEVEDOR;CNPJ_CPF;CATEGORIA;EMAIL;DT_VENCIMENTO;SALDO;FONE_1"
LINE = "Padaria Pão Quente;7;João Ávila;11144477735;;;03/04/2026;1.234,56;(11) 98765-4321"


def csv_bytes(*lines: str, encoding: str = "cp1252", end: str = "\r\n") -> bytes:
    return end.join((*lines, "")).encode(encoding)


def xlsx_bytes(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def all_rows(table: Table) -> list[tuple[int, list[Cell]]]:
    return list(table.rows)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_reads_every_csv_dialect(encoding: str, delimiter: str, end: str) -> None:
    cells = [f'"{cell}"' if "," in cell else cell for cell in LINE.split(";")]
    header = HEADER.replace(";", delimiter)
    table = read_table(csv_bytes(header, delimiter.join(cells), encoding=encoding, end=end), "carteira.csv")
    assert (table.header, table.delimiter) == (HEADER.split(";"), delimiter)
    assert all_rows(table) == [(2, LINE.split(";"))]


def test_header_names_lose_case_accents_and_spaces() -> None:
    header = "Credor;Nome Devedor;cnpj/cpf;Dt. Vencimento;saldo;Número Título;Observação"
    table = read_table(csv_bytes(header, "a;b;c;d;e;f;g"), "c.csv")
    expected = {"CREDOR": 0, "NOME_DEVEDOR": 1, "CNPJ_CPF": 2, "DT_VENCIMENTO": 3, "SALDO": 4, "NUMERO_TITULO": 5}
    assert table.columns == expected


def test_lines_above_the_header_and_empty_lines_are_passed_over() -> None:
    table = read_table(csv_bytes("sep=;", "Carteira de teste", "", HEADER, ";;;;;;;;", "", LINE), "c.csv")
    assert [line for line, _ in all_rows(table)] == [7]


def test_a_quoted_line_break_keeps_the_line_numbers() -> None:
    table = read_table(csv_bytes(HEADER, LINE.replace("João Ávila", '"João\r\nÁvila"'), LINE), "c.csv")
    assert [line for line, _ in all_rows(table)] == [2, 4]


def test_reads_xlsx_with_numbers_as_text_and_dates_as_dates() -> None:
    row = ["Credor", 7, "João", 1815908327.0, None, None, datetime(2026, 4, 3), 1234.5, 5511987654321]
    table = read_table(xlsx_bytes(list(HEADER.split(";")), row), "carteira.xlsx")
    ((line, cells),) = all_rows(table)
    assert line == 2
    assert cells[:6] == ["Credor", "7", "João", "1815908327", "", ""]
    assert isinstance(cells[6], date)
    assert cells[6].isoformat()[:10] == "2026-04-03"
    assert cells[7:] == [1234.5, "5511987654321"]


def _zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "está vazio"),
        (b" \r\n\t ", "está vazio"),
        (b"%PDF-1.7 rest", "um PDF"),
        (b"\x89PNG\r\n\x1a\n....", "uma imagem"),
        (b"\xff\xd8\xff\xe0....", "uma imagem"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel antigo"),
        (b"a\x00b\x00c", "não é um texto CSV"),
        (bytes(range(256)) * 4, "não é um texto CSV"),
        (_zip(texto=b"nada"), "arquivo compactado"),
        (b"PK\x03\x04 rubbish", "danificado"),
        (xlsx_bytes(list(HEADER.split(";")))[:-200], "danificado"),
        (_zip(xl__workbook=b"", **{"xl/workbook.xml": b"<no"}), "danificado"),
        (b"so um texto qualquer", "CREDOR, NOME_DEVEDOR, CNPJ_CPF, DT_VENCIMENTO, SALDO"),
        (csv_bytes("CREDOR;NOME_DEVEDOR;CNPJ_CPF;EMAIL"), "DT_VENCIMENTO, SALDO"),
        (xlsx_bytes(["CREDOR", "SALDO"]), "NOME_DEVEDOR, CNPJ_CPF, DT_VENCIMENTO"),
        (xlsx_bytes(), "Falta no cabeçalho"),
    ],
)
def test_refuses_what_is_not_a_portfolio(content: bytes, reason: str) -> None:
    with pytest.raises(FileError, match=reason):
        read_table(content, "arquivo")


def test_the_content_decides_and_not_the_name() -> None:
    assert read_table(csv_bytes(HEADER, LINE), "carteira.xlsx").delimiter == ";"
    assert read_table(xlsx_bytes(list(HEADER.split(";"))), "carteira.csv").encoding == "xlsx"


def test_a_quote_never_closed_names_its_line() -> None:
    lost = LINE.replace("João", '"João')
    with pytest.raises(FileError, match="a partir da linha 3"):
        all_rows(read_table(csv_bytes(HEADER, LINE, lost, *[LINE] * 50), "c.csv"))


def test_a_huge_cell_is_refused_and_not_a_crash() -> None:
    with pytest.raises(FileError, match="linha 2"):
        all_rows(read_table(csv_bytes(HEADER, LINE.replace("João", "João" * 50_000)), "c.csv"))


def test_the_row_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 3)
    assert len(all_rows(read_table(csv_bytes(HEADER, *[LINE] * 3), "c.csv"))) == 3
    with pytest.raises(FileError, match=r"mais de 200\.000 linhas"):
        all_rows(read_table(csv_bytes(HEADER, *[LINE] * 4), "c.csv"))


def test_a_zip_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_UNZIPPED", 1 << 20)
    size = (2 << 20) + 12_345
    bomb = _zip(**{"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b" " * size})
    with pytest.raises(FileError, match="300 MB"):
        read_table(bomb, "c.xlsx")
    liar = bomb.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert liar != bomb
    with pytest.raises(FileError, match="300 MB"):
        read_table(liar, "c.xlsx")


@pytest.mark.parametrize("address", ["XFD1048576", "A1048576", "A300000", "BA1", "AAA1"])
def test_a_stray_cell_far_away_is_refused(address: str) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADER.split(";"))
    book.active[address] = "perdida"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(FileError, match="longe da tabela"):
        read_table(out.getvalue(), "c.xlsx")


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        all_rows(read_table(content, "arquivo"))
    except FileError as error:
        assert str(error)


@given(st.binary(max_size=300))
def test_any_bytes_below_a_header_are_read_or_refused(content: bytes) -> None:
    try:
        all_rows(read_table(HEADER.encode() + b"\r\n" + content, "arquivo"))
    except FileError as error:
        assert str(error)


def test_refused_rows_are_written_to_be_read_back() -> None:
    header = ["CREDOR", "NOME_DEVEDOR", "CNPJ_CPF", "DT_VENCIMENTO", "SALDO", "FONE_1"]
    cells: list[Cell] = ["Açaí; Cia", "=1+cmd|'x'!A0", "@id", date(2026, 4, 3), 1234.5, "+55 51 95211-0478"]
    content = refused_csv(
        header, [(cells, ["Um motivo.", "Outro."]), (["só um"], ["-curta"]), ([*cells, "a mais"], [])]
    )
    assert content.startswith(b"\xef\xbb\xbf")
    table = read_table(content, "recusadas.csv")
    written = ["Açaí; Cia", "'=1+cmd|'x'!A0", "'@id", "03/04/2026", "1234,5", "+55 51 95211-0478"]
    assert table.header == [*header, "MOTIVO"]
    assert [cells for _, cells in all_rows(table)] == [
        [*written, "Um motivo. Outro."],
        ["só um", "", "", "", "", "", "'-curta"],
        [*written, "", "a mais"],
    ]


def test_the_reason_of_a_former_round_is_replaced() -> None:
    content = refused_csv(["CREDOR", "Motivo", "SALDO"], [(["a", "antigo", "1"], ["novo"])])
    assert content.decode("utf-8-sig") == "CREDOR;SALDO;MOTIVO\r\na;1;novo\r\n"
