"""What a person does in a conversation: answer, mark as read, close, decide about an uncertain message."""

from __future__ import annotations

import hashlib
from datetime import date

import sqlalchemy as sa

from portal import clock, jobs
from portal.accounts.models import User
from portal.audit.service import note
from portal.bot_messages import queries as bot_messages
from portal.bot_messages.rules import MessageKind
from portal.connection import queries as connections
from portal.connection import usage
from portal.extensions import db
from portal.gateways import messages
from portal.gateways.messages import Text
from portal.inbox.models import AssignedBecause, Author, Conversation, ConversationStatus, Decision, Lane, Message
from portal.inbox.rules import window
from portal.inbox.rules.ledger import State
from portal.inbox.rules.start import OPTED_OUT
from portal.inbox.service import files, queue, receipts
from portal.inbox.service.assign import Closed, Taken, lock
from portal.inbox.service.changes import changed
from portal.inbox.service.window import may_write

MAX_REPLY = 4096


class WindowClosed(Exception):
    """More than 24 h since the person wrote: only a chat starter may be sent."""


class OptedOut(Exception):
    """No chat may be started with the contact; the message says why, in Portuguese."""


class DayIsFull(Exception):
    """The day's limit of started chats is spent, and the message is a start."""


class NotDecidable(Exception):
    """The message is not (or no longer) one that a person may resend or take for sent."""


def send_text(conversation_id: int, user: User, text: str, client_token: str) -> None:
    """Queue an operator's answer and commit; the same `client_token` again (a double click) changes nothing.

    Raises Closed, Taken (it is another person's conversation) or WindowClosed.
    """
    conversation = lock(conversation_id)
    token = token_of(conversation_id, client_token, text)
    if db.session.scalar(sa.select(Message.id).where(Message.client_token == token)) is not None:
        db.session.rollback()
        return
    check_mine(conversation, user)
    if not may_write(conversation, clock.now()):
        raise WindowClosed
    queue.add(conversation, Text(text), Author.OPERATOR, user_id=user.id, client_token=token)
    answered(conversation)
    db.session.commit()
    jobs.wake("send-outbox")


def answered(conversation: Conversation) -> None:
    """Note that its person in charge has just answered, in the caller's transaction."""
    if conversation.assigned_because is AssignedBecause.FALLBACK:
        conversation.assigned_because = AssignedBecause.TAKEN  # who answers has it: it leaves the queue
    conversation.waiting_since = None
    conversation.unread = 0


def token_of(conversation_id: int, client_token: str, text: str) -> str:
    """Other words are another answer, even from a page that the browser's back button brought back, token and all."""
    return hashlib.sha256(f"{conversation_id}:{client_token}:{text}".encode()).hexdigest()


def check_mine(conversation: Conversation, user: User) -> None:
    if conversation.status is ConversationStatus.CLOSED:
        raise Closed
    if conversation.assigned_user_id != user.id:
        raise Taken(conversation.assigned_user.name if conversation.assigned_user else "")


def mark_read(conversation_id: int, user: User) -> None:
    """The person in charge has seen the conversation; others looking on change nothing. Commits."""
    conversation = lock(conversation_id)
    if conversation.unread and conversation.assigned_user_id == user.id:
        conversation.unread = 0
        receipts.note_read(conversation)
        changed(conversation)
    db.session.commit()
    jobs.wake("send-receipts")


def close(conversation_id: int, user: User) -> None:
    """End a conversation with the closing message of the operator, if the window is still open; commits.

    Raises Closed or Taken.
    """
    conversation = lock(conversation_id)
    check_mine(conversation, user)
    if may_write(conversation, clock.now()):
        text = bot_messages.text(conversation.account_id, MessageKind.CLOSED_BY_OPERATOR, operator=user.first_name)
        queue.add(conversation, Text(text), Author.ASSISTANT, user_id=user.id)
    end(conversation)
    note(conversation.account_id, user.id, "conversation.close", f"conversation:{conversation.id}")
    db.session.commit()
    jobs.wake("send-outbox")


def end(conversation: Conversation) -> None:
    """Close in the caller's transaction. What the person writes next opens a new conversation."""
    conversation.status = ConversationStatus.CLOSED
    conversation.closed_at = clock.now()
    conversation.waiting_since = None
    conversation.unread = 0
    changed(conversation)


def close_abandoned() -> int:
    """End what people left in the middle of the assistant's questions a day ago, silently: the window is closed, and a
    new message opens a new conversation. Returns how many; commits."""
    limit = clock.now() - window.REPLY_WINDOW
    left = db.session.scalars(
        sa.select(Conversation)
        .where(Conversation.status == ConversationStatus.ASSISTANT, Conversation.last_message_at < limit)
        .limit(500)
        .with_for_update(skip_locked=True, of=Conversation)
    ).all()
    for conversation in left:
        end(conversation)
    db.session.commit()
    return len(left)


def resend(message: Message, user: User) -> None:
    """A person's decision to send a failed or uncertain message again, as a new message; commits.

    A start counts against the day again. Raises NotDecidable, Closed, Taken, WindowClosed, OptedOut or DayIsFull.
    """
    conversation = _lock_to_decide(message)
    check_mine(conversation, user)
    assert message.content is not None
    content = messages.from_json(message.content)
    if message.kind != "template" and not may_write(conversation, clock.now()):
        raise WindowClosed
    if message.starter_id is not None and conversation.contact.opt_out is not None:
        raise OptedOut(OPTED_OUT[conversation.contact.opt_out])
    if message.starter_id is not None and usage.reserve(conversation.connection, _today(user), 1) == 0:
        raise DayIsFull
    again = queue.add(conversation, content, Author.OPERATOR, user_id=user.id, lane=Lane.REPLY)
    again.starter_id = message.starter_id
    files.share(message, again)
    _decide(message, user, Decision.RESENT)
    jobs.wake("send-outbox")


def _today(user: User) -> date:
    return clock.today(user.account.timezone)


def assume_sent(message: Message, user: User) -> None:
    """A person's decision that an uncertain message did arrive; commits. Raises NotDecidable, Closed or Taken."""
    conversation = _lock_to_decide(message)
    if message.state is not State.UNKNOWN:
        raise NotDecidable
    check_mine(conversation, user)
    _decide(message, user, Decision.ASSUMED_SENT)


def _lock_to_decide(message: Message) -> Conversation:
    """The conversation of an undecided message, both locked, in the order of the webhooks: one may be telling at this
    moment what became of it."""
    connections.locked(message.connection_id)
    conversation = lock(message.conversation_id)
    db.session.refresh(message, with_for_update=True)
    if message.decision is not None or message.state not in (State.UNKNOWN, State.FAILED):
        raise NotDecidable
    return conversation


def _decide(message: Message, user: User, decision: Decision) -> None:
    message.decision, message.decided_by_id = decision, user.id
    note(message.account_id, user.id, f"message.{decision.value}", f"message:{message.id}")
    changed(message.conversation)
    db.session.commit()
