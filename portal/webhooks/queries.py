from __future__ import annotations

import hashlib
import hmac

import sqlalchemy as sa

from portal.connection import queries as connections
from portal.connection.models import Connection
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


def connection_of_secret(kind: str, secret: str) -> Connection | None:
    """The number in whose webhook address this secret stands. Found by its hash, so that no time tells of the secret."""
    found = connections.by_webhook_key(kind, hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest())
    if found is None or not found.verify_token:
        return None
    same = hmac.compare_digest(secret.encode("utf-8", "replace"), found.verify_token.encode())
    return found if same else None
