"""Files of messages, for the screens."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from portal.extensions import db
from portal.inbox.models import FileState, Message, MessageFile


def files_of(messages: Iterable[Message]) -> dict[int, MessageFile]:
    """The files of some messages by message id; one query for a whole thread."""
    ids = [message.id for message in messages]
    rows = db.session.scalars(sa.select(MessageFile).where(MessageFile.message_id.in_(ids)))
    return {row.message_id: row for row in rows}


def stored_file(conversation_id: int, message_id: int) -> MessageFile | None:
    """The file of a message of a conversation, once it is kept."""
    return db.session.scalar(
        sa.select(MessageFile)
        .join(Message, Message.id == MessageFile.message_id)
        .where(
            Message.id == message_id,
            Message.conversation_id == conversation_id,
            MessageFile.state == FileState.STORED,
        )
    )
