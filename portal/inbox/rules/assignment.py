"""Who gets a conversation that leaves the assistant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Candidate:
    """An operator whose "Operador Disponível" is on. `load` counts their open conversations."""

    user_id: int
    load: int
    last_assigned_at: datetime | None


def pick(candidates: Sequence[Candidate]) -> int | None:
    """The available operator with the fewest open conversations; of equals, who has waited longest for one. None when
    nobody is available: then it is the Usuário ADM's."""
    return min(candidates, key=_turn).user_id if candidates else None


def why(candidates: Sequence[Candidate]) -> str:
    """What made `pick` choose, in Portuguese; there is at least one candidate."""
    first, *others = sorted(candidates, key=_turn)
    words = f"disponível, {_conversations(first.load)}"
    if not others:
        return f"{words}, o único operador com “Operador Disponível” ligado"
    second = others[0]
    if second.load > first.load:
        return f"{words}, a menor carga"
    if _turn(second)[:2] > _turn(first)[:2]:
        return f"{words}, a menor carga; entre iguais, está há mais tempo sem receber uma conversa"
    return f"{words}, a menor carga; entre iguais, é o cadastro mais antigo"


def _turn(candidate: Candidate) -> tuple[int, datetime, int]:
    return candidate.load, candidate.last_assigned_at or _NEVER, candidate.user_id


def _conversations(count: int) -> str:
    if count == 0:
        return "nenhuma conversa aberta"
    return "1 conversa aberta" if count == 1 else f"{count} conversas abertas"
