"""Putting a message in the outbox. It is sent later by the sender, which reserves it first."""

from __future__ import annotations

from portal import clock
from portal.extensions import db
from portal.gateways import messages
from portal.gateways.messages import Content
from portal.inbox.models import Author, Conversation, Direction, Lane, Message
from portal.inbox.rules.ledger import State
from portal.inbox.service import receipts
from portal.inbox.service.changes import changed

SNIPPET = 110

_READERS = (Author.ASSISTANT, Author.OPERATOR)
"""Who answers has read what it answers. The sending agent reads nothing."""


def add(
    conversation: Conversation,
    content: Content,
    author: Author,
    *,
    user_id: int | None = None,
    lane: Lane = Lane.REPLY,
    client_token: str | None = None,
) -> Message:
    """Add an outgoing message to the caller's transaction, queued. The caller commits, then wakes the sender."""
    message = put(conversation, content, author, lane)
    message.author_user_id, message.client_token = user_id, client_token
    if author in _READERS:
        receipts.note_read(conversation)
    changed(conversation)
    return message


def put(conversation: Conversation, content: Content, author: Author, lane: Lane) -> Message:
    """The same without a word to the screens, also for a conversation that is not in the database yet: the caller tells
    them once it is. `ledger.reserve` does."""
    text = messages.readable(content)
    now = clock.now()
    message = Message(
        account_id=conversation.account_id,
        conversation=conversation,
        conversation_id=conversation.id,
        connection_id=conversation.connection_id,
        direction=Direction.OUT,
        author=author,
        kind=messages.kind_of(content),
        text=text,
        content=messages.to_json(content),
        state=State.QUEUED,
        lane=lane,
        attempts=0,
        created_at=now,
    )
    db.session.add(message)
    conversation.snippet = one_line(text)
    conversation.last_message_at = now
    return message


def one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SNIPPET else line[: SNIPPET - 1] + "…"
