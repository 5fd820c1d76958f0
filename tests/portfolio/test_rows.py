from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.portfolio.files.reading import read_table
from portal.portfolio.files.rows import Checked, Row, check_rows
from portal.portfolio.files.writing import refused_csv

TODAY = date(2026, 11, 22)
GOOD = {
    "CREDOR": "Padaria Pão Quente",
    "COD_DEVEDOR": "1000",
    "NOME_DEVEDOR": "João Ávila",
    "CNPJ_CPF": "1815908327",
    "CATEGORIA": "",
    "EMAIL": "Joao@exemplo.com.br",
    "DT_VENCIMENTO": "03/04/2026",
    "SALDO": "6.647,59",
    "FONE_1": "(31) 94230-1241",
    "FONE_2": "",
    "NUMERO_TITULO": "",
    "LINHA_DIGITAVEL": "",
}
LINE = "23791.23454 67890.123457 67890.123457 4 16920000123456"


def check(*rows: dict[str, str]) -> list[Checked]:
    lines = [";".join(GOOD), *(";".join({**GOOD, **row}.values()) for row in rows)]
    return list(check_rows(read_table("\n".join(lines).encode("cp1252"), "c.csv"), TODAY))


def good_row(**changes: str) -> Row:
    (checked,) = check(changes)
    assert checked.refusals == ()
    assert checked.row is not None
    return checked.row


def test_a_good_row() -> None:
    row = good_row()
    assert (row.line, row.creditor, row.debtor_code, row.name) == (2, "Padaria Pão Quente", "1000", "João Ávila")
    assert (row.tax_id, row.category, row.emails) == ("01815908327", "", ("joao@exemplo.com.br",))
    assert (row.due_date, row.amount) == (date(2026, 4, 3), Decimal("6647.59"))
    assert [phone.e164 for phone in row.phones] == ["+5531942301241"]
    assert (row.title_number, row.boleto_line, row.sequence) == ("", None, 1)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("CREDOR", "", "obrigatória"),
        ("NOME_DEVEDOR", "  ", "obrigatória"),
        ("NOME_DEVEDOR", "J" * 151, "150 caracteres"),
        ("NOME_DEVEDOR", "½" * 60, "150 caracteres"),
        ("CATEGORIA", "C" * 81, "80 caracteres"),
        ("CNPJ_CPF", "", "Informe"),
        ("CNPJ_CPF", "111.111.111-11", "iguais"),
        ("CNPJ_CPF", "12345678900", "verificadores"),
        ("DT_VENCIMENTO", "", "Informe"),
        ("DT_VENCIMENTO", "31/02/2026", "calendário"),
        ("SALDO", "", "Informe"),
        ("SALDO", "abc", "não é um número"),
        ("SALDO", "0,00", "zero"),
        ("LINHA_DIGITAVEL", LINE.replace("4 1692", "5 1692"), "geral"),
    ],
)
def test_a_bad_cell_refuses_the_row_at_its_place(column: str, value: str, reason: str) -> None:
    (checked,) = check({column: value})
    (refusal,) = checked.refusals
    assert checked.row is None
    assert (refusal.line, refusal.column, refusal.value) == (2, column, value.strip()[:120])
    assert reason in refusal.reason


def test_every_bad_cell_of_a_row_is_told() -> None:
    (checked,) = check({"CREDOR": "", "SALDO": "abc", "DT_VENCIMENTO": "31/02/2026", "FONE_1": "6,30E+11"})
    assert [refusal.column for refusal in checked.refusals] == ["CREDOR", "DT_VENCIMENTO", "SALDO"]
    assert [warning.column for warning in checked.warnings] == ["FONE_1"]


@pytest.mark.parametrize("line", ["Padaria;1;João", ";".join([*GOOD.values(), "a mais"])])
def test_a_row_of_the_wrong_width_is_refused(line: str) -> None:
    content = "\n".join([";".join(GOOD), line, ";".join(GOOD.values())]).encode()
    bad, good = check_rows(read_table(content, "c.csv"), TODAY)
    assert f"{len(line.split(';'))} células e o cabeçalho tem 12" in bad.refusals[0].reason
    assert good.row is not None


def test_empty_cells_beyond_the_header_are_no_harm() -> None:
    content = "\n".join([";".join(GOOD), ";".join(GOOD.values()) + ";;"]).encode()
    assert [checked.row is not None for checked in check_rows(read_table(content, "c.csv"), TODAY)] == [True]


def test_a_bad_phone_is_left_out_with_a_warning() -> None:
    (checked,) = check({"FONE_1": "6,30E+11", "FONE_2": "8134274007"})
    assert checked.row is not None
    assert [phone.e164 for phone in checked.row.phones] == ["+558134274007"]
    (warning,) = checked.warnings
    assert (warning.line, warning.column, warning.value) == (2, "FONE_1", "6,30E+11")


def test_two_spellings_of_a_phone_are_one() -> None:
    assert len(good_row(FONE_1="(31) 8230-1241", FONE_2="+55 31 98230-1241").phones) == 1


def test_several_emails_in_a_cell() -> None:
    (checked,) = check({"EMAIL": '"a@exemplo.com.br; B@exemplo.com, a@exemplo.com.br sem-arroba x@y <z@exemplo.com>"'})
    assert checked.row is not None
    assert checked.row.emails == ("a@exemplo.com.br", "b@exemplo.com")
    assert [warning.value for warning in checked.warnings] == ["sem-arroba", "x@y", "<z@exemplo.com>"]


def test_a_title_with_its_number_and_line() -> None:
    row = good_row(NUMERO_TITULO="NF 12", LINHA_DIGITAVEL=LINE)
    assert (row.title_number, row.boleto_line) == ("NF 12", LINE.replace(" ", "").replace(".", ""))


def test_texts_are_put_on_one_line_and_lose_the_formula_guard() -> None:
    assert good_row(NOME_DEVEDOR="'=Ana   \u00a0 d’Ávila").name == "=Ana d’Ávila"


def test_the_sequence_counts_twins_and_not_others() -> None:
    rows: tuple[dict[str, str], ...] = (
        {},
        {"CREDOR": "PADARIA  PAO QUENTE"},
        {"NUMERO_TITULO": "2"},
        {"SALDO": "abc"},
        {"SALDO": "1,00"},
    )
    assert [checked.row and checked.row.sequence for checked in check(*rows)] == [1, 2, 1, None, 4]


def test_the_same_file_twice_gives_the_same_rows() -> None:
    rows: tuple[dict[str, str], ...] = ({}, {}, {"CREDOR": "Outro"}, {"FONE_1": "x"})
    assert check(*rows) == check(*rows)


def test_xlsx_gives_the_row_that_csv_gives() -> None:
    book = openpyxl.Workbook()
    book.active.append(list(GOOD))
    typed: dict[str, object] = {"CNPJ_CPF": 1815908327, "DT_VENCIMENTO": datetime(2026, 4, 3), "SALDO": 6647.59}
    book.active.append(list({**GOOD, **typed}.values()))
    out = io.BytesIO()
    book.save(out)
    (checked,) = check_rows(read_table(out.getvalue(), "c.xlsx"), TODAY)
    assert checked.row == good_row()


def test_refused_rows_corrected_and_sent_again_are_accepted() -> None:
    refused = [checked for checked in check({}, {"SALDO": "abc"}, {"CREDOR": "=Cia"}) if checked.refusals]
    reasons = [(checked.cells, [problem.reason for problem in checked.refusals]) for checked in refused]
    content = refused_csv(list(GOOD), reasons)
    (again,) = check_rows(read_table(content, "r.csv"), TODAY)
    assert [refusal.column for refusal in again.refusals] == ["SALDO"]
    (corrected,) = check_rows(read_table(content.replace(b"abc", b"5,00"), "r.csv"), TODAY)
    assert corrected.row is not None
    assert (corrected.row.amount, corrected.row.name) == (Decimal("5.00"), "João Ávila")


cells = st.text(st.characters(codec="utf-8"), max_size=20)


@given(st.lists(st.lists(cells, min_size=12, max_size=12), max_size=4))
def test_any_cells_are_a_row_or_reasons_and_can_be_sent_again(rows: list[list[str]]) -> None:
    header = list(GOOD)
    table = read_table(";".join(header).encode() + b"\n", "c.csv")
    table = type(table)(header, iter([(n, list(row)) for n, row in enumerate(rows, 2)]), table.columns, "", ";")
    for checked in check_rows(table, TODAY):
        assert (checked.row is None) == bool(checked.refusals)
        assert all(problem.reason for problem in (*checked.refusals, *checked.warnings))
        assert refused_csv(header, [(checked.cells, ["motivo"])])
