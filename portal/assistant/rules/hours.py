"""When operators are back, in words."""

from __future__ import annotations

from datetime import datetime

_DAYS = ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo")


def returns_at(opening: datetime | None, now: datetime) -> str:
    """The next opening as it ends the sentence "o atendimento volta …"; both in the company's zone. "" for none."""
    if opening is None:
        return ""
    days = (opening.date() - now.date()).days
    if days in (0, 1):
        return f"{('hoje', 'amanhã')[days]} às {opening:%H:%M}"
    day = f"{opening:%d/%m}" if opening.year == now.year else f"{opening:%d/%m/%Y}"
    return f"{_DAYS[opening.weekday()]}, {day}, às {opening:%H:%M}"
