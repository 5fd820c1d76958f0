from __future__ import annotations

import sqlalchemy as sa

from portal.extensions import db
from portal.webhooks.models import WebhookEvent, WebhookState


def failed_count(account_id: int) -> int:
    """Bodies that could not be applied after every try: kept, and waiting for a person."""
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(
                WebhookEvent.account_id == account_id, WebhookEvent.state == WebhookState.FAILED
            )
        )
        or 0
    )
