"""Messages that waited at the provider and were discarded there before its phone was linked again."""

from __future__ import annotations

import sqlalchemy as sa

from portal.connection.models import Connection
from portal.connection.service.discard import Discarded
from portal.extensions import db
from portal.inbox.models import Direction, Message
from portal.inbox.rules.ledger import State
from portal.inbox.rules.reasons import DISCARDED, MAYBE_DISCARDED
from portal.inbox.service.changes import changed
from portal.inbox.service.ledger import give_up


def settle(connection: Connection, discarded: Discarded) -> None:
    """Fail the messages that the provider proved to have discarded, and leave those to a person of which it proved
    nothing; in the caller's transaction, which holds the connection's lock."""
    waiting = sa.select(Message).where(
        Message.connection_id == connection.id, Message.direction == Direction.OUT, Message.state == State.ACCEPTED
    )
    if discarded.ids is not None:
        waiting = waiting.where(Message.provider_id.in_(discarded.ids))
    for message in db.session.scalars(waiting.with_for_update(of=Message)):
        if discarded.proven and discarded.ids is not None:
            give_up(message)
            message.error_code = DISCARDED
        else:
            message.state, message.error_code = State.UNKNOWN, MAYBE_DISCARDED
        changed(message.conversation)
