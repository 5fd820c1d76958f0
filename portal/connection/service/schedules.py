"""When the company starts conversations, when its operators answer, and its own days off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from portal import jobs
from portal.accounts.models import Account, User
from portal.audit.service import ChangedMeanwhile, note
from portal.connection import queries
from portal.connection.models import OwnHoliday, Schedule, ScheduleKind
from portal.connection.rules.hours import Span, to_json
from portal.extensions import db

MAX_HOLIDAYS = 200
HOLIDAYS = "schedule:holidays"


class HolidayRefused(Exception):
    """This day off cannot be added; the message says why in Portuguese."""


@dataclass(frozen=True)
class Wanted:
    """A schedule as it shall be."""

    week: tuple[Span | None, ...]
    national_holidays: bool
    state: str
    own_holidays: bool


def state_of(schedule: Schedule) -> dict[str, Any]:
    """The whole of a schedule, as its history keeps it."""
    return {
        "hours": schedule.hours,
        "national_holidays": schedule.national_holidays,
        "state": schedule.state,
        "own_holidays": schedule.own_holidays,
    }


def save(user: User, kind: ScheduleKind, version: int | None, wanted: Wanted) -> None:
    """Change a schedule; commits. Raises ChangedMeanwhile when `version`, the one that was seen, is no longer its own.

    None restores a past state whatever is saved now.
    """
    _take_turns(user.account_id)
    schedule = queries.schedule_of(user.account_id, kind)
    if version is not None and schedule.version != version:
        db.session.rollback()
        raise ChangedMeanwhile
    before = state_of(schedule)
    schedule.hours = to_json(wanted.week)
    schedule.national_holidays, schedule.state = wanted.national_holidays, wanted.state
    schedule.own_holidays = wanted.own_holidays
    schedule.version += 1
    db.session.add(schedule)
    after = state_of(schedule)
    if after != before:
        note(user.account_id, user.id, "connection.schedule", f"schedule:{kind.value}", before, after)
    db.session.commit()
    jobs.wake("send-batch")


def add_holiday(user: User, day: date, name: str) -> None:
    """Add a day off of the company's own; commits. Raises HolidayRefused."""
    _take_turns(user.account_id)
    before = days_of(user.account_id)
    if day.isoformat() in before:
        db.session.rollback()
        raise HolidayRefused(f"O dia {day:%d/%m/%Y} já está na lista.")
    if len(before) >= MAX_HOLIDAYS:
        db.session.rollback()
        raise HolidayRefused(f"A lista já tem {MAX_HOLIDAYS} datas. Remova as que passaram.")
    db.session.add(OwnHoliday(account_id=user.account_id, day=day, name=name))
    _holidays_noted(user, before, {**before, day.isoformat(): name})


def remove_holiday(user: User, holiday: OwnHoliday) -> None:
    """Take a day off away again; commits. One that somebody else has just removed is no error."""
    gone = holiday.day.isoformat()
    _take_turns(user.account_id)
    before = days_of(user.account_id)
    db.session.execute(
        sa.delete(OwnHoliday).where(
            OwnHoliday.account_id == user.account_id, OwnHoliday.day == date.fromisoformat(gone)
        )
    )
    _holidays_noted(user, before, {day: name for day, name in before.items() if day != gone})


def replace_holidays(user: User, days: Mapping[date, str]) -> None:
    """Make the company's own days off these; commits."""
    _take_turns(user.account_id)
    before = days_of(user.account_id)
    db.session.execute(sa.delete(OwnHoliday).where(OwnHoliday.account_id == user.account_id))
    db.session.add_all(OwnHoliday(account_id=user.account_id, day=day, name=name) for day, name in days.items())
    _holidays_noted(user, before, {day.isoformat(): name for day, name in sorted(days.items())})


def days_of(account_id: int) -> dict[str, str]:
    """The company's own days off, as their history keeps them: the ISO date and the name."""
    return {row.day.isoformat(): row.name for row in queries.own_holidays(account_id)}


def _holidays_noted(user: User, before: dict[str, str], after: dict[str, str]) -> None:
    if after != before:
        note(user.account_id, user.id, "connection.holidays", HOLIDAYS, {"days": before}, {"days": after})
    db.session.commit()
    jobs.wake("send-batch")


def _take_turns(account_id: int) -> None:
    """The company's row is locked until the transaction ends, and whatever was read before is read again: a schedule
    that has no row yet cannot be locked itself."""
    db.session.execute(sa.select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))
    db.session.expire_all()
