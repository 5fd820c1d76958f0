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
    text = messages.readable(content)
    now = clock.now()
    message = Message(
        account_id=conversation.account_id,
        conversation_id=conversation.id,
        connection_id=conversation.connection_id,
        direction=Direction.OUT,
        author=author,
        author_user_id=user_id,
        kind=messages.kind_of(content),
        text=text,
        content=messages.to_json(content),
        state=State.QUEUED,
        lane=lane,
        client_token=client_token,
        created_at=now,
    )
    db.session.add(message)
    conversation.snippet = one_line(text)
    conversation.last_message_at = now
    if author in _READERS:
        receipts.note_read(conversation)
    changed(conversation)
    return message


def one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SNIPPET else line[: SNIPPET - 1] + "…"
