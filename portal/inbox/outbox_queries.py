from __future__ import annotations

import sqlalchemy as sa

from portal.inbox.models import Message
from portal.inbox.rules.ledger import State


def in_outbox() -> sa.ColumnElement[bool]:
    """Whether a message waits to go out or is at the provider.

    It is written out as in the index `ix_message_outbox`: SQLite looks there only for who repeats the index's own
    condition, and otherwise goes through every message that there ever was.
    """
    states: sa.BindParameter[list[State]] = sa.bindparam(
        None, [State.QUEUED, State.SENDING], unique=True, expanding=True, literal_execute=True
    )
    return Message.state.in_(states)
