"""Opening hours as a pure thing: what is open, when it opens and closes, and how it reads."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.connection.rules import presets
from portal.connection.rules.hours import (
    ALL_DAY,
    ALWAYS,
    DAY_END,
    HORIZON,
    Holidays,
    Hours,
    Span,
    minutes,
    to_json,
    week_of,
)
from portal.connection.rules.words import hour_words, hours_words, moment_words, week_words

ZONE = ZoneInfo("America/Sao_Paulo")
OFFICE = Hours(presets.DEFAULT_WEEK, Holidays(national=True))
SP = Hours(presets.SENDING["sp"].week, Holidays(national=True, state="SP"))
NEVER = Hours((None,) * 7)
NIGHT = Hours((ALL_DAY,) * 5 + (Span(0, 120), None))


def local(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("hours", "now", "is_open", "opens", "closes"),
    [
        (OFFICE, "2026-11-23 09:00", True, "2026-11-23 09:00", "2026-11-23 18:00"),
        (OFFICE, "2026-11-23 17:59", True, "2026-11-23 17:59", "2026-11-23 18:00"),
        (OFFICE, "2026-11-23 18:00", False, "2026-11-24 09:00", ""),
        (OFFICE, "2026-11-23 08:59", False, "2026-11-23 09:00", ""),
        (OFFICE, "2026-11-22 12:00", False, "2026-11-23 09:00", ""),  # a Sunday
        (OFFICE, "2026-12-24 18:00", False, "2026-12-28 09:00", ""),  # Christmas is a Friday
        (OFFICE, "2026-07-09 10:00", True, "2026-07-09 10:00", "2026-07-09 18:00"),
        (SP, "2026-07-09 10:00", False, "2026-07-10 08:00", ""),  # São Paulo's own holiday
        (SP, "2026-11-28 13:59", True, "2026-11-28 13:59", "2026-11-28 14:00"),
        (SP, "2026-11-28 14:00", False, "2026-11-30 08:00", ""),
        (ALWAYS, "2026-11-22 03:00", True, "2026-11-22 03:00", ""),
        (NEVER, "2026-11-23 12:00", False, "", ""),
        (NIGHT, "2026-11-27 23:59", True, "2026-11-27 23:59", "2026-11-28 02:00"),
        (NIGHT, "2026-11-28 02:00", False, "2026-11-30 00:00", ""),
    ],
)
def test_when_it_is_open(hours: Hours, now: str, is_open: bool, opens: str, closes: str) -> None:
    at = local(now)
    assert hours.is_open(at) is is_open
    assert hours.next_opening(at) == (local(opens) if opens else None)
    assert hours.closes_at(at) == (local(closes) if closes else None)


def test_a_day_off_of_the_company_s_own() -> None:
    hours = Hours(presets.DEFAULT_WEEK, Holidays(own={date(2026, 11, 23): "Aniversário da cidade"}))
    assert hours.next_opening(local("2026-11-23 10:00")) == local("2026-11-24 09:00")
    assert hours.holidays.name(date(2026, 11, 23)) == "Aniversário da cidade"
    assert hours.is_open(local("2026-12-25 10:00")), "no other holiday counts here"


def test_a_state_s_holidays_without_the_national_ones() -> None:
    only = Holidays(state="SP")
    assert only.name(date(2026, 7, 9)) and only.name(date(2026, 12, 25)) is None


def test_closed_all_year_never_opens() -> None:
    first = date(2026, 1, 1)
    own = {first + timedelta(days=number): "Recesso" for number in range(HORIZON + 1)}
    assert Hours((ALL_DAY,) * 7, Holidays(own=own)).next_opening(local("2026-01-01 00:00")) is None
    assert NEVER.never_opens and not OFFICE.never_opens


def test_the_coming_holidays() -> None:
    found = OFFICE.holidays.upcoming(date(2026, 11, 22), 60, 2)
    assert found == [(date(2026, 12, 25), "Natal"), (date(2027, 1, 1), found[1][1])]


spans = st.one_of(
    st.none(),
    st.tuples(st.integers(0, DAY_END), st.integers(0, DAY_END))
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: Span(min(pair), max(pair))),
)
weeks = st.tuples(*[spans] * 7)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(lambda moment: moment.replace(tzinfo=ZONE))


@given(weeks, st.booleans(), moments, st.integers(0, 10_000))
def test_it_opens_then_and_not_before(week: tuple[Span | None, ...], national: bool, at: datetime, part: int) -> None:
    hours = Hours(week, Holidays(national=national))
    opens = hours.next_opening(at)
    if opens is None:
        assert not any(week)
        return
    assert opens >= at and hours.is_open(opens) and opens.tzinfo is ZONE
    between = at + (opens - at) * part / 10_001
    assert between == opens or not hours.is_open(between)


@given(weeks, moments, st.integers(0, 10_000))
def test_it_stays_open_until_it_closes(week: tuple[Span | None, ...], at: datetime, part: int) -> None:
    hours = Hours(week)
    closes = hours.closes_at(at)
    if closes is None:
        assert not hours.is_open(at) or week == (ALL_DAY,) * 7
        return
    assert closes > at and not hours.is_open(closes)
    assert hours.is_open(at + (closes - at) * part / 10_001)


@given(weeks)
def test_a_week_survives_the_database(week: tuple[Span | None, ...]) -> None:
    assert week_of(to_json(week)) == week
    assert week_words(week)


@pytest.mark.parametrize("wrong", ["", "9:00", "24:01", "25:00", "09:60", "09h00", "９:00", "09:00\n"])
def test_what_is_no_time_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        minutes(wrong)


def test_midnight_begins_or_ends_a_day() -> None:
    assert (minutes("00:00"), minutes("00:00", closing=True), minutes("24:00", closing=True)) == (0, DAY_END, DAY_END)
    for pair in ((540, 540), (600, 540), (-1, 5), (0, DAY_END + 1)):
        with pytest.raises(ValueError):
            Span(*pair)
    with pytest.raises(ValueError):
        Hours((None,) * 6)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (OFFICE, "segunda a sexta, das 9h às 18h; não envia em feriados nacionais"),
        (
            SP,
            "segunda a sexta, das 8h às 20h, e sábado, das 8h às 14h; não envia em feriados nacionais nem do estado SP",
        ),
        (ALWAYS, "todos os dias, o dia inteiro"),
        (NEVER, "nenhum dia"),
        (
            Hours((Span(60, 750), None, Span(510, 1440), Span(510, 1440), None, None, None)),
            "segunda, da 1h às 12h30, e quarta e quinta, das 8h30 à meia-noite",
        ),
        (
            Hours(presets.DEFAULT_WEEK, Holidays(True, "RJ", {date(2026, 12, 1): "x"})),
            "segunda a sexta, das 9h às 18h; não envia em feriados nacionais, do estado RJ nem próprios",
        ),
    ],
)
def test_hours_in_words(hours: Hours, words: str) -> None:
    assert hours_words(hours) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-22 14:30", "hoje às 14h30"),
        ("2026-11-23 09:00", "amanhã às 9h"),
        ("2026-11-23 00:00", "amanhã"),
        ("2026-11-23 01:00", "amanhã à 1h"),
        ("2026-11-25 09:00", "quarta-feira às 9h"),
        ("2026-11-30 09:00", "segunda-feira, 30/11, às 9h"),
        ("2027-01-04 09:00", "segunda-feira, 04/01/2027, às 9h"),
        ("2026-12-05 00:00", "sábado, 05/12"),
    ],
)
def test_a_coming_moment_in_words(moment: str, words: str) -> None:
    assert moment_words(local(moment), local("2026-11-22 12:00")) == words


def test_midnight_has_a_name() -> None:
    assert (hour_words(0), hour_words(DAY_END), hour_words(725)) == ("meia-noite", "meia-noite", "12h05")


def test_the_strictest_preset_is_what_every_state_s_law_allows() -> None:
    laws = [presets.SENDING[key].week for key in ("sp", "al", "rj", "es", "am")]
    for number, span in enumerate(presets.SENDING["restritiva"].week):
        days = [week[number] for week in laws]
        if not all(days):
            assert span is None
            continue
        assert span == Span(max(day.opens for day in days if day), min(day.closes for day in days if day))


@pytest.mark.parametrize("key", [key for key in presets.SENDING if key != "livre"])
def test_a_preset_that_follows_a_law_carries_no_risk(key: str) -> None:
    preset = presets.SENDING[key]
    assert presets.risk(Hours(preset.week, Holidays(preset.national, preset.state))) == ""


@pytest.mark.parametrize(
    "hours",
    [ALWAYS, Hours(presets.DEFAULT_WEEK), Hours((None,) * 6 + (Span(600, 660),), Holidays(True))],
)
def test_hours_beyond_every_law_are_told_with_the_code(hours: Hours) -> None:
    assert "arts. 42 e 71" in presets.risk(hours)
