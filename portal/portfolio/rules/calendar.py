"""Working days: public holidays of the country and of its states, and the days on which banks serve nobody.

Cities' holidays are not known here: a company names its own. Beyond the year 2100 only weekends are told apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

import holidays

STATES = (
    *("AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA"),
    *("PB", "PE", "PI", "PR", "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO"),
)

# Resolução CMN 4.880/2020: besides the public holidays, banks close on Carnival's Monday and Tuesday and on Corpus Christi.
_BANKS_CLOSE_TOO = ("Carnaval", "Corpus Christi")
_NONE: Mapping[date, str] = MappingProxyType({})
_SATURDAY = 5


def holiday_name(day: date, *, national: bool = True, state: str = "", own: Mapping[date, str] = _NONE) -> str | None:
    """The name of the public holiday that a day is, None when it is none.

    `national` takes the country's holidays into account, `state` (a UF such as "SP", "" for none) that state's own,
    `own` a company's. Carnival and Corpus Christi are optional by federal law: only the states that decreed them count.
    """
    return (
        own.get(day)
        or (_national(day.year).get(day) if national else None)
        or (_of_state(day.year, state).get(day) if state in STATES else None)
    )


def is_bank_day(day: date) -> bool:
    """Whether banks serve the public: no weekend, no national or bank holiday, not the last working day of the year."""
    return _is_working(day) and day != _last_working_day(day.year)


def next_bank_day(day: date) -> date:
    """The first day of bank service from a day on; the day itself when it is one."""
    while not is_bank_day(day):
        day += timedelta(days=1)
    return day


def is_overdue(due: date, on: date) -> bool:
    """Whether what was due has been missed. What falls due without bank service is still in time on the next bank day.

    Lei 7.089/1983, art. 1, and Código Civil, art. 132, § 1.
    """
    return on > due and on > next_bank_day(due)


def _is_working(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in _bank_holidays(day.year)


@lru_cache(maxsize=256)
def _last_working_day(year: int) -> date:
    day = date(year, 12, 31)
    while not _is_working(day):
        day -= timedelta(days=1)
    return day


@lru_cache(maxsize=256)
def _national(year: int) -> Mapping[date, str]:
    return dict(holidays.country_holidays("BR", years=year, language="pt_BR").items())


@lru_cache(maxsize=1024)
def _of_state(year: int, state: str) -> Mapping[date, str]:
    """What a state adds to the country's holidays."""
    found = holidays.country_holidays("BR", subdiv=state, years=year, language="pt_BR").items()
    return {day: name for day, name in found if day not in _national(year)}


@lru_cache(maxsize=256)
def _bank_holidays(year: int) -> Mapping[date, str]:
    optional = holidays.country_holidays("BR", years=year, language="pt_BR", categories=("optional",))
    return {day: name for day, name in optional.items() if name in _BANKS_CLOSE_TOO} | dict(_national(year))
