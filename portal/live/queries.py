from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from portal.live.models import Event


def newest_id(session: Any) -> int:
    """The id of the last committed event; 0 when there is none."""
    return session.scalar(sa.select(sa.func.max(Event.id))) or 0
