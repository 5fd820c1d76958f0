from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.portfolio.rules.calendar import STATES, holiday_name, is_bank_day, is_overdue, next_bank_day

DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))

BANK_HOLIDAYS_2026 = (
    *(date(2026, 1, 1), date(2026, 2, 16), date(2026, 2, 17), date(2026, 4, 3), date(2026, 4, 21)),
    *(date(2026, 5, 1), date(2026, 6, 4), date(2026, 9, 7), date(2026, 10, 12), date(2026, 11, 2)),
    *(date(2026, 11, 15), date(2026, 11, 20), date(2026, 12, 25)),
)


def test_the_bank_calendar_of_2026() -> None:
    """The thirteen holidays that FEBRABAN published, weekends, and the last working day of the year; no other day."""
    first = date(2026, 1, 1)
    closed = {day for day in (first + timedelta(n) for n in range(365)) if not is_bank_day(day)}
    weekends = {day for day in (first + timedelta(n) for n in range(365)) if day.weekday() > 4}
    assert closed - weekends == ({*BANK_HOLIDAYS_2026} - weekends) | {date(2026, 12, 31)}
    assert weekends <= closed


@pytest.mark.parametrize(
    ("day", "next_one"),
    [
        (date(2026, 11, 14), date(2026, 11, 16)),
        (date(2026, 11, 20), date(2026, 11, 23)),
        (date(2026, 12, 25), date(2026, 12, 28)),
        (date(2026, 12, 31), date(2027, 1, 4)),
        (date(2026, 2, 14), date(2026, 2, 18)),
        (date(2026, 2, 18), date(2026, 2, 18)),
        (date(2028, 12, 29), date(2029, 1, 2)),
        (date(2026, 12, 24), date(2026, 12, 24)),
        (date(2100, 12, 31), date(2101, 1, 3)),
    ],
)
def test_the_next_bank_day(day: date, next_one: date) -> None:
    assert next_bank_day(day) == next_one


@pytest.mark.parametrize(
    ("due", "on", "overdue"),
    [
        (date(2026, 11, 10), date(2026, 11, 10), False),
        (date(2026, 11, 10), date(2026, 11, 11), True),
        (date(2026, 11, 14), date(2026, 11, 16), False),
        (date(2026, 11, 14), date(2026, 11, 17), True),
        (date(2026, 12, 31), date(2027, 1, 4), False),
        (date(2026, 12, 31), date(2027, 1, 5), True),
        (date(2026, 11, 14), date(2026, 11, 1), False),
    ],
)
def test_overdue_is_past_the_next_bank_day(due: date, on: date, overdue: bool) -> None:
    assert is_overdue(due, on) is overdue


@given(DAYS)
def test_a_bank_day_comes_soon_and_is_no_weekend(day: date) -> None:
    found = next_bank_day(day)
    assert day <= found <= day + timedelta(days=6)
    assert found.weekday() < 5 and next_bank_day(found) == found
    assert all(not is_bank_day(day + timedelta(n)) for n in range((found - day).days))


def test_holidays_of_the_country_a_state_and_a_company() -> None:
    constitution, christmas = date(2026, 7, 9), date(2026, 12, 25)
    assert holiday_name(christmas) == "Natal"
    assert holiday_name(christmas, national=False) is None
    assert holiday_name(constitution) is None
    assert holiday_name(constitution, state="SP") == "Revolução Constitucionalista"
    assert holiday_name(constitution, state="RJ") is None
    assert holiday_name(constitution, own={constitution: "Aniversário da cidade"}) == "Aniversário da cidade"
    assert holiday_name(date(2026, 11, 20)) and holiday_name(date(2023, 11, 20)) is None


def test_a_state_alone_leaves_the_countrys_holidays_out() -> None:
    assert holiday_name(date(2026, 7, 9), national=False, state="SP") == "Revolução Constitucionalista"
    assert holiday_name(date(2026, 12, 25), national=False, state="SP") is None


def test_carnival_counts_for_banks_and_where_a_state_decreed_it() -> None:
    tuesday = date(2026, 2, 17)
    assert holiday_name(tuesday) is None and not is_bank_day(tuesday)
    assert holiday_name(tuesday, state="RJ") == "Carnaval"


@pytest.mark.parametrize("state", [*STATES, "", "XX", "São Paulo Capital"])
def test_every_state_is_known_and_others_have_no_holidays(state: str) -> None:
    assert holiday_name(date(2026, 12, 25), state=state) == "Natal"
    assert holiday_name(date(2026, 1, 25), national=False, state=state) is None
