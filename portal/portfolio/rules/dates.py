"""Calendar dates as people and spreadsheets write them."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache

_BRAZILIAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?", re.ASCII)
_SHORT_YEAR = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{2}", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1990, 2100


class DateError(ValueError):
    """The value is not a date; the message is in Portuguese and says why."""


def parse_date(raw: str | date) -> date:
    """The date, from dd/mm/aaaa, aaaa-mm-dd (a time of day is dropped) or a spreadsheet's date cell.

    Years from 1990 to 2100; two-digit years are refused, since 26 could be either century. Raises DateError.
    """
    if isinstance(raw, datetime):
        return _in_range(raw.date())
    if isinstance(raw, date):
        return _in_range(raw)
    return _from_text(raw.strip())


def days_overdue(due: date, today: date) -> int:
    """Calendar days since the due date, 0 when it has not passed. Weekends and holidays are not taken into account."""
    return max(0, (today - due).days)


@lru_cache(maxsize=16384)
def _from_text(text: str) -> date:
    if not text:
        raise DateError("Informe a data.")
    brazilian = _BRAZILIAN.fullmatch(text)
    if brazilian:
        day, month, year = brazilian.groups()
    elif iso := _ISO.fullmatch(text):
        year, month, day = iso.groups()
    elif _SHORT_YEAR.fullmatch(text):
        raise DateError("Escreva o ano com quatro dígitos, como em 31/12/2026.")
    else:
        raise DateError("A data não está no formato dd/mm/aaaa.")
    try:
        day_read = date(int(year), int(month), int(day))
    except ValueError as error:
        raise DateError("A data não existe no calendário.") from error
    return _in_range(day_read)


def _in_range(day: date) -> date:
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise DateError(f"O ano {day.year} está fora do intervalo de {_FIRST_YEAR} a {_LAST_YEAR}.")
    return day
