"""How a number is doing, in a tag and a few words: the list of numbers and the top bar say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.connection import linked
from portal.connection.fields import is_configured
from portal.connection.models import Connection, ConnectionKind
from portal.connection.queries import title_of
from portal.connection.rules.health import standing

_OF_AN_API = {"parado": "parada"}
"""The top bar names the API, or the number by its own name."""

_RANK = {"danger": 0, "warning": 1, "info": 3, "success": 3, "neutral": 4}


@dataclass(frozen=True)
class State:
    """`tag` stands beside a number's name, `text` is the whole of what the top bar says."""

    tag: str
    text: str
    tone: str


def state_of(connection: Connection, now: datetime) -> State:
    """How a number is doing at a moment of the company's local time."""
    words, tone = _words(connection)
    name = title_of(connection)
    if words:
        return State(words[0].upper() + words[1:], f"{name} — {_OF_AN_API.get(words, words)}", tone)
    days_left = linked.days_left(connection, now) if linked.by_qr(connection.kind) else None
    if days_left is None:
        return State("Ligado", name, tone)
    days = "reconectar hoje" if days_left <= 0 else f"{days_left} {'dia' if days_left == 1 else 'dias'}"
    return State(f"Conectado · {days}", f"{name} · {days}", "warning" if days_left <= 3 else tone)


def worst(states: Sequence[State]) -> State | None:
    """The state that needs attention most; the first one while none does. None without any."""
    return min(states, key=lambda state: _RANK[state.tone], default=None)


def _words(connection: Connection) -> tuple[str, str]:
    """What is wrong, "" when nothing is, with its tone."""
    if not connection.enabled:
        return "desligado", "neutral"
    if connection.stopped_code:
        return "parado", "danger"
    if connection.kind is ConnectionKind.SIMULATOR:
        return "", "info"
    if not is_configured(connection):
        return "falta configurar", "warning"
    if linked.by_qr(connection.kind):
        words, tone = linked.state_words(connection)
        return ("", tone) if linked.is_fit(connection) else (words[0].lower() + words[1:], tone)
    found = standing(connection.health or {})
    return (found.text, found.tone) if found else ("", "success")
