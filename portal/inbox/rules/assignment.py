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
    if not candidates:
        return None
    return min(candidates, key=lambda c: (c.load, c.last_assigned_at or _NEVER, c.user_id)).user_id
