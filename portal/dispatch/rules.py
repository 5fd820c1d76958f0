"""Whom the sending agent leaves out and why, when a dispatch will end, and why one stands still."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.connection.rules.hours import ALWAYS, Hours
from portal.connection.rules.hours import at as moment_at
from portal.connection.rules.words import hours_words, moment_words
from portal.inbox.rules import window
from portal.inbox.rules.start import OPT_OUT_WORDS, OptOut

BLOCKED_CATEGORIES = ("falecido", "cobranca arquivada")
"""Categories of the portfolio under which nobody is contacted (real values of Cedrus users)."""

BATCH_EVERY = 30
"""Seconds between two batches of *Máx. Envio entrada agente* chats; the seed leaves the pace open."""

_HORIZON = 3650


class Reason(StrEnum):
    CATEGORY = "Categoria que não permite contato"
    OPTED_OUT = OPT_OUT_WORDS[OptOut.ASKED]
    WRONG_PERSON = OPT_OUT_WORDS[OptOut.WRONG_PERSON]
    NO_MOBILE = "Sem telefone celular"
    SAME_NUMBER = "Mesmo número de outro devedor deste envio"
    TALKING = "Conversa em andamento"
    WAITING = "Já está na fila de outro envio"
    RECENT = "Recebeu um modelo há menos de 24 h"
    EMPTY_VALUE = "Falta um valor para o coringa"
    PAID = "Não tem mais título em aberto"
    CANCELLED = "Envio cancelado"


@dataclass(frozen=True)
class Situation:
    """What is known of somebody at the moment of the decision."""

    category_key: str = ""
    opt_out: OptOut | None = None
    has_mobile: bool = True
    number_taken: bool = False
    talking: bool = False
    waiting: bool = False
    last_starter_at: datetime | None = None
    values_complete: bool = True
    owes: bool = True


def reason_against(situation: Situation, now: datetime) -> Reason | None:
    """The first reason not to start a chat; None when it may be started."""
    checks = (
        (situation.category_key in BLOCKED_CATEGORIES, Reason.CATEGORY),
        (situation.opt_out is OptOut.ASKED, Reason.OPTED_OUT),
        (situation.opt_out is OptOut.WRONG_PERSON, Reason.WRONG_PERSON),
        (not situation.owes, Reason.PAID),
        (not situation.has_mobile, Reason.NO_MOBILE),
        (situation.number_taken, Reason.SAME_NUMBER),
        (situation.talking, Reason.TALKING),
        (situation.waiting, Reason.WAITING),
        (not window.may_start(situation.last_starter_at, now), Reason.RECENT),
        (not situation.values_complete, Reason.EMPTY_VALUE),
    )
    return next((reason for applies, reason in checks if applies), None)


@dataclass(frozen=True)
class Pace:
    """The two limits of the sending agent, how much of the day's is spent, and the hours in which it may start chats."""

    used_today: int
    daily_limit: int
    batch_size: int
    hours: Hours = ALWAYS

    @property
    def left_today(self) -> int:
        return max(0, self.daily_limit - self.used_today)


def forecast(people: int, pace: Pace, now: datetime) -> datetime | None:
    """When the last of so many chats is started if nothing fails; `now` and the answer are the company's local time.

    None when it never ends: the daily limit is zero, or the sending window never opens.
    """
    if pace.daily_limit <= 0 or pace.hours.next_opening(now) is None:
        return None
    if people <= 0:
        return now
    left, allowed, last = people, pace.left_today, now
    for number in range(_HORIZON):
        first, ticks = _ticks(pace.hours, now, now.date() + timedelta(days=number))
        possible = min(allowed, pace.batch_size * ticks)
        if possible:
            last = first + _duration(min(left, possible), pace.batch_size)
        left -= possible
        if left <= 0:
            break
        allowed = pace.daily_limit
    return last


def _ticks(hours: Hours, now: datetime, day: date) -> tuple[datetime, int]:
    """The first batch of a day from now on, and how many batches its hours have room for."""
    span = hours.span_on(day)
    if span is None:
        return now, 0
    first = max(now, moment_at(day, span.opens, now))
    seconds = (moment_at(day, span.closes, now) - first).total_seconds()
    return first, max(0, math.ceil(seconds / BATCH_EVERY))


def _duration(people: int, batch_size: int) -> timedelta:
    return timedelta(seconds=max(0, -(-people // batch_size) - 1) * BATCH_EVERY)


def pace_words(pace: Pace) -> str:
    return f"{pace.batch_size} por vez a cada {BATCH_EVERY} s e {pace.daily_limit} por dia"


def forecast_words(end: datetime | None, now: datetime) -> str:
    """When it ends, as a predicate: "termina hoje por volta de 14:20"."""
    if end is None:
        return "não termina, porque Máx. Envio por Dia é 0 ou a janela de envio não abre"
    days = (end.date() - now.date()).days
    if days == 0:
        return f"termina hoje por volta de {end:%H:%M}"
    if days == 1:
        return f"termina amanhã ({end:%d/%m/%Y})"
    return f"termina em {days} dias ({end:%d/%m/%Y})"


def goes_on(pace: Pace, now: datetime) -> datetime | None:
    """When the next chat may be started: now while the window is open and the day's limit not spent; None for never."""
    if pace.left_today > 0:
        return pace.hours.next_opening(now)
    return pace.hours.next_opening(moment_at(now.date() + timedelta(days=1), 0, now))


def room_words(pace: Pace, now: datetime) -> str:
    """What a dispatch that is started now finds: how many chats still today, or when the first leave; "" with limit 0."""
    if pace.daily_limit <= 0:
        return ""
    opens = goes_on(pace, now)
    if opens is None:
        return NEVER_OPEN
    if pace.left_today <= 0:
        cause = "O limite de hoje já foi atingido"
    elif opens > now:
        cause = "Agora está fora da janela de envio"
    else:
        return _left_words(pace.left_today)
    return f"{cause}: se você iniciar agora, as mensagens saem a partir de {moment_words(opens, now)}."


def _left_words(left: int) -> str:
    if left == 1:
        return "Hoje ainda pode ser iniciada 1 conversa."
    return f"Hoje ainda podem ser iniciadas {left:,} conversas.".replace(",", ".")


NEVER_OPEN = "A janela de envio não abre em nenhum dia. Mude os horários na aba Configurações para o envio continuar."


@dataclass(frozen=True)
class Standing:
    """What may hold a dispatch that has people left. `stopped` explains why the connection stopped, "" if it works;
    `not_sendable` why the starter may not be sent, "" if it may."""

    pace: Pace
    now: datetime
    paused: str = ""
    in_use: bool = True
    stopped: str = ""
    not_sendable: str = ""


def why_held(standing: Standing) -> str:
    """Why nothing leaves now and what happens next, in Portuguese; "" when nothing is in the way."""
    if standing.paused:
        return f"{standing.paused} Ninguém mais recebe até que alguém clique em Retomar."
    if not standing.in_use:
        return (
            "O número deste envio está desligado. O envio continua quando ele for ligado de novo na aba Configurações."
        )
    if standing.stopped:
        return f"A conexão com o WhatsApp está parada. {standing.stopped}"
    if standing.not_sendable:
        return standing.not_sendable
    return _held_by_pace(standing.pace, standing.now)


def _held_by_pace(pace: Pace, now: datetime) -> str:
    if pace.daily_limit <= 0:
        return "Máx. Envio por Dia é 0. Aumente o limite na aba Configurações para o envio continuar."
    opens = goes_on(pace, now)
    if opens is None:
        return NEVER_OPEN
    next_step = f"O envio continua {moment_words(opens, now)}."
    if pace.left_today <= 0:
        return f"O limite de hoje ({pace.daily_limit}) foi atingido. {next_step}"
    if opens > now:
        return f"Fora da janela de envio ({hours_words(pace.hours)}). {next_step}"
    return ""
