"""Whom the sending agent leaves out and why, when a dispatch will end, and why one stands still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from portal.inbox.rules import window

BLOCKED_CATEGORIES = ("falecido", "cobranca arquivada")
"""Categories of the portfolio under which nobody is contacted (real values of Cedrus users)."""

BATCH_EVERY = 30
"""Seconds between two batches of *Máx. Envio entrada agente* chats; the seed leaves the pace open."""

_HORIZON = 3650


class Reason(StrEnum):
    CATEGORY = "Categoria que não permite contato"
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
    """The two limits of the sending agent, and how much of the day's is spent."""

    used_today: int
    daily_limit: int
    batch_size: int

    @property
    def left_today(self) -> int:
        return max(0, self.daily_limit - self.used_today)


def forecast(people: int, pace: Pace, now: datetime) -> datetime | None:
    """When the last of so many chats is started if nothing fails; `now` and the answer are the company's local time.

    None when it never ends, because the daily limit is zero.
    """
    if pace.daily_limit <= 0:
        return None
    ticks_left = 1 + int((_midnight_after(now, 1) - now).total_seconds()) // BATCH_EVERY
    today = min(pace.left_today, pace.batch_size * ticks_left)
    if people <= today:
        return now + _duration(people, pace.batch_size)
    a_day = min(pace.daily_limit, pace.batch_size * (24 * 3600 // BATCH_EVERY))
    days = min(-(-(people - today) // a_day), _HORIZON)
    last_day = max(0, people - today - (days - 1) * a_day)
    return _midnight_after(now, days) + _duration(min(last_day, a_day), pace.batch_size)


def _midnight_after(now: datetime, days: int) -> datetime:
    return datetime.combine(now.date() + timedelta(days=days), time.min, now.tzinfo)


def _duration(people: int, batch_size: int) -> timedelta:
    return timedelta(seconds=max(0, -(-people // batch_size) - 1) * BATCH_EVERY)


def pace_words(pace: Pace) -> str:
    return f"{pace.batch_size} por vez a cada {BATCH_EVERY} s e {pace.daily_limit} por dia"


def forecast_words(end: datetime | None, now: datetime) -> str:
    """When it ends, as a predicate: "termina hoje por volta de 14:20"."""
    if end is None:
        return "não termina, porque Máx. Envio por Dia é 0"
    days = (end.date() - now.date()).days
    if days == 0:
        return f"termina hoje por volta de {end:%H:%M}"
    if days == 1:
        return f"termina amanhã ({end:%d/%m/%Y})"
    return f"termina em {days} dias ({end:%d/%m/%Y})"


@dataclass(frozen=True)
class Standing:
    """What may hold a dispatch that has people left. `stopped` explains why the connection stopped, "" if it works."""

    paused: str = ""
    in_use: bool = True
    stopped: str = ""
    approved: bool = True
    left_today: int = 1
    daily_limit: int = 1


def why_held(standing: Standing) -> str:
    """Why nothing leaves now and what happens next, in Portuguese; "" when nothing is in the way."""
    if standing.paused:
        return f"{standing.paused} Ninguém mais recebe até que alguém clique em Retomar."
    if not standing.in_use:
        return "A empresa está usando outra API agora. O envio continua quando a API dele voltar a ser a escolhida."
    if standing.stopped:
        return f"A conexão com o WhatsApp está parada. {standing.stopped}"
    if not standing.approved:
        return "O modelo deixou de estar aprovado. O envio continua sozinho quando a Meta voltar a aprová-lo."
    if standing.daily_limit <= 0:
        return "Máx. Envio por Dia é 0. Aumente o limite na aba Configurações para o envio continuar."
    if standing.left_today <= 0:
        return f"O limite de hoje ({standing.daily_limit}) foi atingido. O envio continua amanhã."
    return ""
