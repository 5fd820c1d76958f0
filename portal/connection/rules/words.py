"""Hours in Portuguese, as a sentence needs them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from portal.connection.rules.hours import ALL_DAY, DAY_END, Holidays, Hours, Span

DAYS = ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo")
_SHORT = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")


def hours_words(hours: Hours, verb: str = "envia") -> str:
    """The whole of it: "segunda a sexta, das 9h às 18h; não envia em feriados nacionais nem do estado SP"."""
    holidays = holidays_words(hours.holidays)
    week = week_words(hours.week)
    return f"{week}; não {verb} em {holidays}" if holidays and not hours.never_opens else week


def week_words(week: Sequence[Span | None]) -> str:
    """The days and hours alone: "segunda a sexta, das 8h às 20h, e sábado, das 8h às 14h"."""
    runs = [(span, [number for number, _ in days]) for span, days in groupby(enumerate(week), lambda each: each[1])]
    parts = [f"{_days_words(days)}, {span_words(span)}" for span, days in runs if span is not None]
    if not parts:
        return "nenhum dia"
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + f", e {parts[-1]}"


def _days_words(days: Sequence[int]) -> str:
    if len(days) == 7:
        return "todos os dias"
    first, last = _SHORT[days[0]], _SHORT[days[-1]]
    if len(days) == 1:
        return first
    return f"{first} {'e' if len(days) == 2 else 'a'} {last}"


def span_words(span: Span) -> str:
    if span == ALL_DAY:
        return "o dia inteiro"
    closing = "à meia-noite" if span.closes == DAY_END else f"{_to(span.closes)} {hour_words(span.closes)}"
    return f"{_from(span.opens)} {hour_words(span.opens)} {closing}"


def hour_words(minute: int) -> str:
    """A time of day as it is said: "9h", "9h30", "meia-noite"."""
    if minute % DAY_END == 0:
        return "meia-noite"
    return f"{minute // 60}h{minute % 60:02d}" if minute % 60 else f"{minute // 60}h"


def _from(minute: int) -> str:
    return "da" if minute < 120 else "das"


def _to(minute: int) -> str:
    return "à" if minute < 120 else "às"


def holidays_words(holidays: Holidays) -> str:
    """Which holidays count: "feriados nacionais nem do estado SP"; "" when none does."""
    parts = [
        "nacionais" if holidays.national else "",
        f"do estado {holidays.state}" if holidays.state else "",
        "próprios" if holidays.own else "",
    ]
    kept = [part for part in parts if part]
    if not kept:
        return ""
    return "feriados " + (kept[0] if len(kept) == 1 else ", ".join(kept[:-1]) + f" nem {kept[-1]}")


def moment_words(moment: datetime, now: datetime) -> str:
    """A coming moment as it is said today: "hoje às 14h", "amanhã", "segunda-feira às 9h", "segunda-feira, 04/01, às 9h".

    Midnight is not told: a day that begins with it is the day alone.
    """
    days = (moment.date() - now.date()).days
    day = {0: "hoje", 1: "amanhã"}.get(days, DAYS[moment.weekday()])
    if days >= 7:
        day = f"{day}, {moment:%d/%m/%Y}" if moment.year != now.year else f"{day}, {moment:%d/%m}"
    minute = moment.hour * 60 + moment.minute
    comma = "," if days >= 7 else ""
    return f"{day}{comma} {_to(minute)} {hour_words(minute)}" if minute else day
