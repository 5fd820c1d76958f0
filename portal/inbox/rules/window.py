"""The 24 h customer-service window (janela de 24 h): what Meta allows after a person wrote, and the seed's own rule for
chat starters."""

from __future__ import annotations

from datetime import datetime, timedelta

REPLY_WINDOW = timedelta(hours=24)
MARGIN = timedelta(minutes=5)
"""Meta's clock and the network's delay are not ours: stop a little before (whatsapp-cloud-api, customer service window)."""

STARTER_INTERVAL = timedelta(hours=24)


def closes_at(last_inbound_at: datetime | None) -> datetime | None:
    """Until when free text may be sent; None when the person never wrote."""
    return last_inbound_at + REPLY_WINDOW - MARGIN if last_inbound_at else None


def is_open(last_inbound_at: datetime | None, now: datetime, *, needed: bool = True) -> bool:
    """Whether free text may be sent; at any time where the window is not `needed`, as on the unofficial API."""
    end = closes_at(last_inbound_at)
    return not needed or (end is not None and now < end)


def may_start(last_starter_at: datetime | None, now: datetime) -> bool:
    """Whether a person may get a chat starter: 24 h after the last one (seed, "Modelo de início de chat")."""
    return last_starter_at is None or now - last_starter_at >= STARTER_INTERVAL
