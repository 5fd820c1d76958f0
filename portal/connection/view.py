"""What the page says of a schedule: in words, whether it is open now, its next holidays, and weeks to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from portal.connection import queries
from portal.connection.models import ScheduleKind
from portal.connection.rules import presets
from portal.connection.rules.hours import Hours
from portal.connection.rules.presets import Preset
from portal.connection.rules.words import hours_words, moment_words, week_words

AHEAD = 180
MOST = 5

SLUGS: Mapping[str, ScheduleKind] = {"envio": ScheduleKind.SENDING, "atendimento": ScheduleKind.SERVICE}


@dataclass(frozen=True)
class Texts:
    """What differs between the two schedules in their words. `verb` completes "não … em feriados"."""

    slug: str
    root: str
    title: str
    lead: str
    verb: str
    presets: Mapping[str, Preset]
    note: str = ""


TEXTS: Mapping[ScheduleKind, Texts] = {
    ScheduleKind.SENDING: Texts(
        "envio",
        "janela",
        "Janela de envio",
        "Quando o sistema pode iniciar conversas; fora dela os envios esperam e continuam sozinhos na próxima abertura.",
        "envia",
        presets.SENDING,
        "Respostas a quem escreve, da Assistente Virtual ou de operadores, não são limitadas: as leis de horário tratam "
        "da iniciativa de quem cobra.",
    ),
    ScheduleKind.SERVICE: Texts(
        "atendimento",
        "atendimento",
        "Horário de atendimento",
        "Quando os operadores respondem; fora dele a Assistente Virtual avisa o devedor.",
        "atende",
        presets.SERVICE,
    ),
}


@dataclass(frozen=True)
class ScheduleView:
    """A saved schedule as the page tells it. `risk` is "" when nothing speaks against it."""

    texts: Texts
    words: str
    open_now: bool
    status: str
    upcoming: list[tuple[date, str]]
    risk: str
    version: int


def schedule_view(account_id: int, kind: ScheduleKind, now: datetime) -> ScheduleView:
    """A company's schedule at a moment of its own clock."""
    texts, hours = TEXTS[kind], queries.hours_of(account_id, kind)
    return ScheduleView(
        texts=texts,
        words=hours_words(hours, texts.verb),
        open_now=hours.is_open(now),
        status=_status(hours, now),
        upcoming=hours.holidays.upcoming(now.date(), AHEAD, MOST),
        risk=presets.risk(hours) if kind is ScheduleKind.SENDING else "",
        version=queries.schedule_of(account_id, kind).version,
    )


def _status(hours: Hours, now: datetime) -> str:
    if hours.is_open(now):
        closes = hours.closes_at(now)
        return f"fecha {moment_words(closes, now)}" if closes else "não fecha"
    opens = hours.next_opening(now)
    return f"abre {moment_words(opens, now)}" if opens else "não abre em nenhum dia"


def preset_words(preset: Preset) -> str:
    """The hours of a preset with its holidays: "segunda a sexta, das 9h às 18h, menos feriados nacionais"."""
    holidays = "também em feriados" if not preset.national else f"menos feriados nacionais{_of_state(preset.state)}"
    return f"{week_words(preset.week)}, {holidays}"


def _of_state(state: str) -> str:
    return f" e do estado {state}" if state else ""
