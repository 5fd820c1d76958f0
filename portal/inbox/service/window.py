"""Whether free text may be sent in a conversation: the one place that knows on which API the 24 h window counts."""

from __future__ import annotations

from datetime import datetime

from portal import gateways
from portal.connection.models import Connection
from portal.inbox.models import Conversation
from portal.inbox.rules import window


def is_needed(connection: Connection) -> bool:
    """Whether this API takes free text only within 24 h of the person's last message; one that is unknown does."""
    try:
        return gateways.get(connection.kind.value).capabilities.reply_window
    except KeyError:
        return True


def may_write(conversation: Conversation, now: datetime) -> bool:
    """Whether free text may be sent to the person now."""
    return window.is_open(conversation.last_inbound_at, now, needed=is_needed(conversation.connection))


def closes_at(conversation: Conversation) -> datetime | None:
    """Until when; None when the person never wrote, and where no window counts."""
    return window.closes_at(conversation.last_inbound_at) if is_needed(conversation.connection) else None
