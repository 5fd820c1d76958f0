from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.portfolio.rules import boleto
from portal.portfolio.rules.boleto import BoletoError

TODAY = date(2026, 11, 22)

BANK = [
    (
        "23793.38128 60007.827136 95000.063305 9 75520000370000",
        "23799755200003700003381260007827139500006330",
        "3700.00",
        date(2018, 6, 11),
    ),
    (
        "23791.23454 67890.123457 67890.123457 4 16920000123456",
        "23794169200001234561234567890123456789012345",
        "1234.56",
        date(2027, 1, 15),
    ),
    ("00190.00009 01234.567004 00123.456170 6 16560000035075", None, "350.75", date(2026, 12, 10)),
]

COLLECTION = [
    ("83620000000-5 66780048100-0 18097565731-3 00158963608-1", "66.78"),
    ("82610000000-7 98400048202-1 61210000000-1 12345670000-4", "98.40"),
    ("84840000000-3 98400048202-0 61210000000-4 12345670000-0", "98.40"),
]


@pytest.mark.parametrize(("line", "barcode", "amount", "due"), BANK)
def test_reads_a_bank_boleto(line: str, barcode: str | None, amount: str, due: date) -> None:
    read = boleto.parse_line(line, date(2018, 6, 1) if due.year == 2018 else TODAY)
    assert (read.kind, read.amount, read.due) == ("bank", Decimal(amount), due)
    assert barcode in (None, read.barcode)
    assert boleto.formatted(read.line) == line
    assert boleto.line_from_barcode(read.barcode) == read.line
    assert boleto.parse_line(read.barcode, TODAY).line == read.line


@pytest.mark.parametrize(("line", "amount"), COLLECTION)
def test_reads_an_arrecadacao(line: str, amount: str) -> None:
    read = boleto.parse_line(line, TODAY)
    assert (read.kind, read.amount, read.due) == ("collection", Decimal(amount), None)
    assert boleto.formatted(read.line) == line
    assert len(read.barcode) == 44
    assert boleto.line_from_barcode(read.barcode) == read.line
    assert boleto.parse_line(read.barcode, TODAY) == read


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "Informe"),
        ("2,37934E+46", "só pode ter números"),
        ("23793.38128", "aqui há 10"),
        ("1" * 48, "aqui há 48"),
        ("23793.38129 60007.827136 95000.063305 9 75520000370000", "1º campo"),
        ("23793.38128 60007.827137 95000.063305 9 75520000370000", "2º campo"),
        ("23793.38128 60007.827136 95000.063306 9 75520000370000", "3º campo"),
        ("23793.38128 60007.827136 95000.063305 8 75520000370000", "geral"),
        ("23793.38128 60007.827136 95000.063305 9 75520000370001", "geral"),
        ("83620000000-6 66780048100-0 18097565731-3 00158963608-1", "1º bloco"),
        ("83620000000-5 66780048100-0 18097565731-3 00158963608-2", "4º bloco"),
        ("85520000000-0 66780048100-0 18097565731-3 00158963608-1", "bloco|3º dígito"),
        ("83120000000-0 66780048100-0 18097565731-3 00158963608-1", "3º dígito"),
    ],
)
def test_refuses_with_the_place(line: str, reason: str) -> None:
    with pytest.raises(BoletoError, match=reason):
        boleto.parse_line(line, TODAY)


def test_the_general_digit_of_an_arrecadacao_is_checked_beside_its_blocks() -> None:
    block = "83630000000"
    line = f"{block}{boleto.mod10(block)} 66780048100-0 18097565731-3 00158963608-1"
    with pytest.raises(BoletoError, match="geral"):
        boleto.parse_line(line, TODAY)


@pytest.mark.parametrize("barcode", ["", "1" * 43, "A" * 44, "23790" + "0" * 39, "0" * 44])
def test_refuses_a_wrong_barcode(barcode: str) -> None:
    with pytest.raises(BoletoError):
        boleto.line_from_barcode(barcode)


def _barcode(factor: int, cents: int, free: str) -> str:
    rest = f"2379{factor:04}{cents:010}{free}"
    total = sum(int(digit) * (2 + i % 8) for i, digit in enumerate(reversed(rest)))
    digit = 11 - total % 11
    return f"{rest[:4]}{1 if digit > 9 else digit}{rest[4:]}"


def _due(factor: int, today: date) -> date | None:
    return boleto.parse_line(_barcode(factor, 100, "0" * 25), today).due


@pytest.mark.parametrize(
    ("factor", "today", "due"),
    [
        (0, TODAY, None),
        (1000, date(2000, 7, 1), date(2000, 7, 3)),
        (9999, TODAY, date(2025, 2, 21)),
        (1000, TODAY, date(2025, 2, 22)),
        (1638, TODAY, TODAY),
        (1000, date(2049, 10, 1), date(2049, 10, 14)),
    ],
)
def test_due_date_takes_the_nearest_cycle(factor: int, today: date, due: date | None) -> None:
    assert _due(factor, today) == due


def test_a_factor_below_1000_is_refused() -> None:
    with pytest.raises(BoletoError, match="fator"):
        _due(999, TODAY)


def test_an_amount_of_zero_is_none() -> None:
    assert boleto.parse_line(_barcode(0, 0, "1" * 25), TODAY).amount is None


@given(
    st.integers(min_value=-4000, max_value=4000),
    st.integers(min_value=1, max_value=9_999_999_999),
    st.from_regex(r"[0-9]{25}", fullmatch=True),
)
def test_what_a_bank_prints_is_read_back(days: int, cents: int, free: str) -> None:
    due = TODAY + timedelta(days=days)
    factor = ((due - date(1997, 10, 7)).days - 1000) % 9000 + 1000
    barcode = _barcode(factor, cents, free)
    read = boleto.parse_line(boleto.formatted(boleto.line_from_barcode(barcode)), TODAY)
    assert (read.barcode, read.amount, read.due) == (barcode, Decimal(cents) / 100, due)


@given(st.integers(min_value=0, max_value=46), st.integers(min_value=1, max_value=9))
def test_one_wrong_digit_is_seen(position: int, shift: int) -> None:
    line = boleto.parse_line(BANK[1][0], TODAY).line
    wrong = line[:position] + str((int(line[position]) + shift) % 10) + line[position + 1 :]
    with pytest.raises(BoletoError):
        boleto.parse_line(wrong, TODAY)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        boleto.parse_line(text, TODAY)
    except BoletoError as error:
        assert str(error)
