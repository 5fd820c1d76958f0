"""Whom the sending agent leaves out, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.inbox.rules import window

BLOCKED_CATEGORIES = ("falecido", "cobranca arquivada")
"""Categories of the portfolio under which nobody is contacted (real values of Cedrus users)."""


class Reason(StrEnum):
    CATEGORY = "Categoria que não permite contato"
    NO_MOBILE = "Sem telefone celular"
    SAME_NUMBER = "Mesmo número de outro devedor deste envio"
    TALKING = "Conversa em andamento"
    RECENT = "Recebeu um modelo há menos de 24 h"
    EMPTY_VALUE = "Falta um valor para o coringa"


@dataclass(frozen=True)
class Situation:
    """What is known of somebody at the moment of the decision."""

    category_key: str
    has_mobile: bool
    number_taken: bool
    talking: bool
    last_starter_at: datetime | None
    values_complete: bool


def reason_against(situation: Situation, now: datetime) -> Reason | None:
    """The first reason not to start a chat; None when it may be started."""
    if situation.category_key in BLOCKED_CATEGORIES:
        return Reason.CATEGORY
    if not situation.has_mobile:
        return Reason.NO_MOBILE
    if situation.number_taken:
        return Reason.SAME_NUMBER
    if situation.talking:
        return Reason.TALKING
    if not window.may_start(situation.last_starter_at, now):
        return Reason.RECENT
    if not situation.values_complete:
        return Reason.EMPTY_VALUE
    return None
