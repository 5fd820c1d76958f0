from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.portfolio.rules import amounts, dates
from portal.portfolio.rules.amounts import AmountError
from portal.portfolio.rules.dates import DateError

READ: list[tuple[str | float | Decimal, str]] = [
    ("1.234,56", "1234.56"),
    ("1234,56", "1234.56"),
    ("1234.56", "1234.56"),
    ("1,234.56", "1234.56"),
    ("R$ 1.234,56", "1234.56"),
    ("R$\u00a01.234,56", "1234.56"),
    ("1.234", "1234.00"),
    ("1.234.567", "1234567.00"),
    ("350,7", "350.70"),
    ("12.5", "12.50"),
    ("0,01", "0.01"),
    ("100", "100.00"),
    ("999.999.999,99", "999999999.99"),
    (1234.5, "1234.50"),
    (0.1 + 0.2, "0.30"),
    (1234.56, "1234.56"),
    (999999999.99, "999999999.99"),
    (Decimal("3.1"), "3.10"),
    (7, "7.00"),
]

REFUSED: list[tuple[str | float | Decimal, str]] = [
    ("", "Informe"),
    ("R$", "Informe"),
    ("abc", "não é um número"),
    ("1e5", "não é um número"),
    ("１２", "não é um número"),
    ("1.23.456", "não é um número"),
    ("-5,00", "negativo"),
    ("(5,00)", "negativo"),
    ("5,00-", "negativo"),
    (-5.0, "negativo"),
    ("0", "zero"),
    ("0,00", "zero"),
    (0.0, "zero"),
    ("1,234", "mais de duas casas"),
    ("0.123", "mais de duas casas"),
    ("1234.567", "mais de duas casas"),
    ("1.234,567", "mais de duas casas"),
    (1.005, "mais de duas casas"),
    (Decimal("1.005"), "mais de duas casas"),
    ("1.000.000.000,00", "999.999.999,99"),
    (1e300, "999.999.999,99"),
    (Decimal("1e26"), "999.999.999,99"),
    (Decimal("-1e26"), "negativo"),
    (Decimal("999999999.991"), "999.999.999,99"),
    (Decimal("1e-9999"), "mais de duas casas"),
    (float("nan"), "não é um número"),
    (float("inf"), "não é um número"),
    (Decimal("NaN"), "não é um número"),
    (True, "não é um número"),
]


@pytest.mark.parametrize(("raw", "expected"), READ)
def test_reads_amounts(raw: str | float | Decimal, expected: str) -> None:
    assert str(amounts.parse_amount(raw)) == expected


@pytest.mark.parametrize(("raw", "reason"), REFUSED)
def test_refuses_amounts_with_the_reason(raw: str | float | Decimal, reason: str) -> None:
    with pytest.raises(AmountError, match=reason):
        amounts.parse_amount(raw)


def test_formats_with_a_no_break_space() -> None:
    assert amounts.format_brl(Decimal("1234.5")) == "R$\u00a01.234,50"


cents = st.integers(min_value=1, max_value=99_999_999_999).map(lambda value: Decimal(value).scaleb(-2))


@given(cents)
def test_an_amount_survives_every_way_of_writing_it(amount: Decimal) -> None:
    plain = f"{amount:.2f}"
    ways = (plain, plain.replace(".", ","), amounts.format_brl(amount), float(amount), amount)
    assert [amounts.parse_amount(way) for way in ways] == [amount] * len(ways)


@given(st.one_of(st.text(max_size=30), st.floats(), st.decimals()))
def test_anything_is_read_or_refused(raw: str | float | Decimal) -> None:
    try:
        amount = amounts.parse_amount(raw)
    except AmountError as error:
        assert str(error)
    else:
        assert 0 < amount <= amounts.MAXIMUM
        assert amount.as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("03/04/2026", date(2026, 4, 3)),
        ("3/4/2026", date(2026, 4, 3)),
        (" 2026-04-03 ", date(2026, 4, 3)),
        ("2026-04-03 00:00:00", date(2026, 4, 3)),
        ("29/02/2024", date(2024, 2, 29)),
        (date(2026, 4, 3), date(2026, 4, 3)),
        (datetime(2026, 4, 3, 23, 59), date(2026, 4, 3)),
    ],
)
def test_reads_dates(raw: str | date, expected: date) -> None:
    read = dates.parse_date(raw)
    assert (read, type(read)) == (expected, date)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "Informe"),
        ("31/02/2026", "não existe"),
        ("29/02/2026", "não existe"),
        ("2026-13-01", "não existe"),
        ("00/00/0000", "não existe"),
        ("03/04/26", "quatro dígitos"),
        ("46115", "dd/mm/aaaa"),
        ("ontem", "dd/mm/aaaa"),
        ("31/12/1989", "1989"),
        ("01/01/2101", "2101"),
        (date(1900, 1, 1), "1900"),
    ],
)
def test_refuses_dates_with_the_reason(raw: str | date, reason: str) -> None:
    with pytest.raises(DateError, match=reason):
        dates.parse_date(raw)


@pytest.mark.parametrize(
    ("due", "days"),
    [(date(2026, 11, 21), 1), (date(2026, 11, 22), 0), (date(2026, 12, 1), 0), (date(2025, 11, 22), 365)],
)
def test_days_overdue(due: date, days: int) -> None:
    assert dates.days_overdue(due, date(2026, 11, 22)) == days


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31)))
def test_a_date_survives_both_ways_of_writing_it(day: date) -> None:
    assert dates.parse_date(day.strftime("%d/%m/%Y")) == dates.parse_date(day.isoformat()) == day
