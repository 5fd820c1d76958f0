"""Opening hours of a company's week less its holidays, on the clock of the company's wall."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from portal.portfolio.rules.calendar import holiday_name

DAY_END = 24 * 60
"""Minutes of a day: the closing of one that is open until midnight."""

HORIZON = 400
"""Days that are looked through for an opening: what is closed for more than a year does not open."""

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")


@dataclass(frozen=True)
class Span:
    """Open from one minute of the day until before another. Raises ValueError unless 0 <= opens < closes <= DAY_END."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= DAY_END:
            raise ValueError(f"not a part of a day: {self.opens} to {self.closes}")


@dataclass(frozen=True)
class Holidays:
    """Which holidays count: the national ones, those of a state (UF, "" for none) and the company's own."""

    national: bool = False
    state: str = ""
    own: Mapping[date, str] = field(default_factory=dict)

    def name(self, day: date) -> str | None:
        """What the holiday of a day is called, None when the day is none that counts."""
        if day in self.own:
            return self.own[day]
        found = holiday_name(day, national=self.national, state=self.state)
        only_state = bool(self.state) and not self.national
        return None if only_state and holiday_name(day) else found

    def upcoming(self, today: date, days: int, most: int) -> list[tuple[date, str]]:
        """The next holidays, the first `most` of those within so many days."""
        found = [(day, name) for day in _days(today, days) if (name := self.name(day))]
        return found[:most]


@dataclass(frozen=True)
class Hours:
    """`week` has seven days, Monday first, None for a closed one; a holiday is closed all day.

    Every moment that comes in is aware and in the company's zone, and so is every moment that goes out.
    """

    week: tuple[Span | None, ...]
    holidays: Holidays = field(default_factory=Holidays)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError("a week has seven days")

    @property
    def never_opens(self) -> bool:
        return not any(self.week)

    def span_on(self, day: date) -> Span | None:
        """The hours of a day, None when it is closed."""
        span = self.week[day.weekday()]
        return None if span is None or self.holidays.name(day) is not None else span

    def is_open(self, local: datetime) -> bool:
        """Whether a moment is within the hours: the opening minute is, the closing one is not."""
        span = self.span_on(local.date())
        return span is not None and span.opens <= local.hour * 60 + local.minute < span.closes

    def next_opening(self, local: datetime) -> datetime | None:
        """The first open moment from now on: now itself while open; None when it does not open within HORIZON days."""
        if self.is_open(local):
            return local
        if self.never_opens:
            return None
        openings = (self._opening(day, local) for day in _days(local.date(), HORIZON))
        return next((moment for moment in openings if moment is not None and moment >= local), None)

    def closes_at(self, local: datetime) -> datetime | None:
        """When what is open now closes; None while it is closed, and when it stays open beyond HORIZON days."""
        if not self.is_open(local):
            return None
        for day in _days(local.date(), HORIZON):
            span = self.span_on(day)
            if span is None or (day != local.date() and span.opens > 0):
                return at(day, 0, local)
            if span.closes < DAY_END:
                return at(day, span.closes, local)
        return None

    def _opening(self, day: date, like: datetime) -> datetime | None:
        span = self.span_on(day)
        return at(day, span.opens, like) if span else None


def at(day: date, minute: int, like: datetime) -> datetime:
    """A minute of a day, DAY_END for the midnight after it, in the zone of another moment."""
    days, minute = divmod(minute, DAY_END)
    return datetime.combine(day + timedelta(days=days), time(minute // 60, minute % 60), like.tzinfo)


def _days(first: date, count: int) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range(count))


ALL_DAY = Span(0, DAY_END)
ALWAYS = Hours((ALL_DAY,) * 7)
"""Every minute of every day."""


def week_of(stored: Sequence[Any]) -> tuple[Span | None, ...]:
    """Seven days from what the database or a form holds: [from, to] in "HH:MM", or null. Raises ValueError."""
    return tuple(None if day is None else Span(minutes(day[0]), minutes(day[1], closing=True)) for day in stored)


def to_json(week: Sequence[Span | None]) -> list[list[str] | None]:
    """The inverse of `week_of`."""
    return [None if span is None else [clock_text(span.opens), clock_text(span.closes)] for span in week]


def minutes(text: str, *, closing: bool = False) -> int:
    """The minute of a day that "HH:MM" names; midnight is the end of the day when `closing`. Raises ValueError."""
    if not _TIME.fullmatch(text):
        raise ValueError(f"not a time of day: {text!r}")
    hour, minute = text.split(":")
    return (int(hour) * 60 + int(minute)) or (DAY_END if closing else 0)


def clock_text(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
