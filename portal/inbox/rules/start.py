"""Whether a person may start a chat with a chat starter by hand, and if not, why and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.connection.rules.words import moment_words
from portal.inbox.rules import window


class OptOut(StrEnum):
    """Why no chat may be started with a contact any more."""

    ASKED = "asked"
    WRONG_PERSON = "wrong_person"


OPT_OUT_WORDS: Mapping[OptOut, str] = {
    OptOut.ASKED: "Pediu para não receber mensagens",
    OptOut.WRONG_PERSON: "Número de outra pessoa",
}
OPTED_OUT: Mapping[OptOut, str] = {
    OptOut.ASKED: "Esta pessoa pediu para não receber mensagens: nenhuma conversa pode ser iniciada com este número.",
    OptOut.WRONG_PERSON: "Este número é de outra pessoa: nenhuma conversa pode ser iniciada com ele.",
}


@dataclass(frozen=True)
class Facts:
    """What is known at the moment of the decision. `opens_at` is the next opening of the sending window, None when it
    is open; times are the company's local ones."""

    connected: bool = True
    approved: bool = True
    bound: bool = True
    blocked_category: bool = False
    opt_out: OptOut | None = None
    talking_with: str = ""
    window_open: bool = False
    last_starter_at: datetime | None = None
    in_sending_window: bool = True
    opens_at: datetime | None = None
    left_today: int = 1
    missing: tuple[str, ...] = ()


def why_not(facts: Facts, now: datetime) -> str:
    """The first reason against it, in Portuguese with what to do; "" when nothing is in the way."""
    if not facts.connected:
        return "A conexão com o WhatsApp está parada. Um administrador precisa resolver na aba Configurações."
    if not facts.approved:
        return "Este modelo não está aprovado agora. Escolha outro."
    if not facts.bound:
        return "Falta associar os coringas deste modelo. Peça a um administrador, ou escolha outro."
    if facts.blocked_category:
        return "A categoria deste devedor não permite contato."
    if facts.opt_out is not None:
        return OPTED_OUT[facts.opt_out]
    if facts.talking_with:
        return f"Já há uma conversa em andamento com esta pessoa, com {facts.talking_with}."
    if facts.window_open:
        return "Esta pessoa pode receber texto livre agora: escreva normalmente, sem modelo."
    return _timing(facts, now)


def _timing(facts: Facts, now: datetime) -> str:
    if not window.may_start(facts.last_starter_at, now) and facts.last_starter_at is not None:
        free = (facts.last_starter_at + window.STARTER_INTERVAL).astimezone(now.tzinfo)
        return f"Esta pessoa recebeu um modelo há menos de 24 h. Outro só pode ser enviado a partir de {moment_words(free, now)}."
    if not facts.in_sending_window:
        when = f" Ela abre {moment_words(facts.opens_at, now)}." if facts.opens_at else ""
        return f"Fora da janela de envio: agora a empresa não inicia conversas.{when}"
    if facts.left_today <= 0:
        return "O limite de conversas iniciadas hoje foi atingido. Tente amanhã."
    if facts.missing:
        return f"Falta o valor de {' e de '.join(facts.missing)} para este devedor. Complete o cadastro."
    return ""
