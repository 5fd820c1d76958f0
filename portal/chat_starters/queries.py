from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from portal.chat_starters.models import ChatStarter, StarterStatus
from portal.extensions import db


def starters_of(connection_id: int) -> Sequence[ChatStarter]:
    return db.session.scalars(
        sa.select(ChatStarter).where(ChatStarter.connection_id == connection_id).order_by(ChatStarter.name)
    ).all()


def approved(connection_id: int) -> Sequence[ChatStarter]:
    """What may be sent: only what the provider approved."""
    return [starter for starter in starters_of(connection_id) if starter.status is StarterStatus.APPROVED]


def starter_in(account_id: int, starter_id: int) -> ChatStarter | None:
    return db.session.scalar(
        sa.select(ChatStarter).where(ChatStarter.account_id == account_id, ChatStarter.id == starter_id)
    )
