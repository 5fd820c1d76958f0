"""The conversations of a number that is removed: they are read, and nobody answers by it any more."""

from __future__ import annotations

import sqlalchemy as sa

from portal.accounts.models import User
from portal.connection.models import Connection
from portal.connection.service import NumberRefused
from portal.extensions import db
from portal.inbox.models import Conversation, ConversationStatus, FileState, Message, MessageFile
from portal.inbox.service.reply import end

TRIES = 4
"""Of a file that does not come: some minutes. A number whose files never come can be removed all the same."""

FETCHING = "O portal ainda está baixando arquivos que este número recebeu. Tente de novo em alguns minutos."


def end_all_on(connection: Connection, _user: User) -> None:
    """End what is not closed on a number, without a word, in the caller's transaction, which holds the connection's lock.

    What waits to be sent is given up by the sender, which tells why. Raises NumberRefused while files wait that only the
    number's credentials open.
    """
    if _is_fetching(connection):
        db.session.rollback()
        raise NumberRefused(FETCHING)
    live = sa.select(Conversation).where(
        Conversation.connection_id == connection.id, Conversation.status != ConversationStatus.CLOSED
    )
    for conversation in db.session.scalars(live.with_for_update(of=Conversation)):
        end(conversation)


def _is_fetching(connection: Connection) -> bool:
    waiting = (MessageFile.state == FileState.PENDING, MessageFile.attempts < TRIES)
    found = sa.select(MessageFile.message_id).join(Message, Message.id == MessageFile.message_id)
    return db.session.scalar(found.where(Message.connection_id == connection.id, *waiting).limit(1)) is not None
