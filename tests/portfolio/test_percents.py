from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.portfolio.rules import addresses, percents


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("2", "2.00"),
        ("1,5", "1.50"),
        ("1.50", "1.50"),
        ("2 %", "2.00"),
        ("0,33%", "0.33"),
        ("", "0.00"),
        ("100", "100"),
    ],
)
def test_percentages_as_people_write_them(text: str, percent: str) -> None:
    assert percents.parse_percent(text) == Decimal(percent)


@pytest.mark.parametrize(
    "text", ["-1", "−2", "101", "100,01", "1,234", "1e1", "dois", "1,,5", "٢", "%", "1 5", "999999"]
)
def test_what_is_no_percentage(text: str) -> None:
    if text == "%":
        assert percents.parse_percent(text) == 0
        return
    with pytest.raises(percents.PercentError):
        percents.parse_percent(text)


@given(st.decimals(0, 100, places=2))
def test_a_percentage_is_read_as_it_is_shown(percent: Decimal) -> None:
    assert percents.parse_percent(percents.format_percent(percent)) == percent


@given(st.text(max_size=12))
def test_any_text_is_a_percentage_or_refused_in_words(text: str) -> None:
    try:
        assert 0 <= percents.parse_percent(text) <= 100
    except percents.PercentError as error:
        assert str(error)


def test_consumers_are_fined_two_percent_at_most() -> None:
    assert not percents.fine_problem(Decimal("2.00"), consumer=True)
    assert "2 %" in percents.fine_problem(Decimal("2.01"), consumer=True)
    assert not percents.fine_problem(Decimal(10), consumer=False)


def test_fees_need_a_clause() -> None:
    assert percents.fee_problem(Decimal("0.01"), "  ")
    assert not percents.fee_problem(Decimal(10), "Cláusula 8ª") and not percents.fee_problem(Decimal(0), "")


@pytest.mark.parametrize("text", ["01310-100", "01310100", "01.310-100", " 01310 100 "])
def test_a_cep_as_people_write_it(text: str) -> None:
    assert addresses.parse_zip(text) == "01310100"


@pytest.mark.parametrize(
    "text", ["1310100", "013101000", "00000-000", "00999-999", "99999-999", "0131a-100", "٠١٣١٠-١٠٠"]
)
def test_what_is_no_cep(text: str) -> None:
    with pytest.raises(addresses.ZipError):
        addresses.parse_zip(text)


def test_a_cep_is_shown_with_its_hyphen() -> None:
    assert (addresses.format_zip("01310100"), addresses.format_zip("")) == ("01310-100", "")
    assert len(addresses.STATES) == 27
