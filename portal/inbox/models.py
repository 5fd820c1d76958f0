from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.chat_starters.models import ChatStarter
from portal.connection.models import Connection
from portal.extensions import Model, OfAccount, text_enum
from portal.inbox.rules.ledger import State
from portal.inbox.rules.start import OptOut
from portal.portfolio.models import Debtor
from portal.vault import EncryptedText


class ConversationStatus(StrEnum):
    ASSISTANT = "assistant"  # the virtual assistant is talking
    STARTED = "started"  # a chat starter went out and nobody answered yet
    OPEN = "open"  # with a person: an operator, or the Usuário ADM
    CLOSED = "closed"


class AssignedBecause(StrEnum):
    AVAILABLE = "available"
    FALLBACK = "fallback"
    TAKEN = "taken"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Author(StrEnum):
    DEBTOR = "debtor"
    ASSISTANT = "assistant"
    OPERATOR = "operator"
    DISPATCH = "dispatch"
    PHONE = "phone"  # somebody who wrote on the linked phone itself


class FileState(StrEnum):
    """Of a file of a message. `lost`: the provider does not have it any more, or it is nothing we take."""

    PENDING = "pending"
    STORED = "stored"
    LOST = "lost"


class Lane(StrEnum):
    """Replies of people and of the assistant overtake what the sending agent starts."""

    REPLY = "reply"
    DISPATCH = "dispatch"


class Decision(StrEnum):
    """What a person decided about a message that nobody knows the fate of, or that failed."""

    ASSUMED_SENT = "assumed_sent"
    RESENT = "resent"


class Contact(OfAccount, Model):
    """Somebody on WhatsApp. `match_key` joins both spellings of a Brazilian number; `wa_id` is the provider's own."""

    id: Mapped[int] = mapped_column(primary_key=True)
    match_key: Mapped[str | None] = mapped_column(sa.String(20))
    bsuid: Mapped[str | None] = mapped_column(sa.String(140))
    wa_id: Mapped[str] = mapped_column(sa.String(20), default="")
    e164: Mapped[str] = mapped_column(sa.String(20), default="")
    profile_name: Mapped[str] = mapped_column(sa.String(120), default="")
    last_starter_at: Mapped[datetime | None]
    opt_out: Mapped[OptOut | None] = mapped_column(text_enum(OptOut))
    opted_out_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.Index(
            "ix_contact_opted_out",
            "account_id",
            "opted_out_at",
            sqlite_where=sa.text("opt_out is not null"),
            postgresql_where=sa.text("opt_out is not null"),
        ),
        sa.UniqueConstraint("account_id", "match_key"),
        sa.UniqueConstraint("account_id", "bsuid"),
    )


class Conversation(OfAccount, Model):
    """A contact's talk with one of the company's numbers; the database allows one that is not closed.

    `read_up_to_id` is the newest of the person's messages that was read here and of which they were not told yet;
    `receipt_id` the newest of which they were told, or of which telling them was given up (see `service.receipts`).
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(sa.ForeignKey("connection.id"))
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id"), index=True)
    debtor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("debtor.id"), index=True)
    status: Mapped[ConversationStatus] = mapped_column(text_enum(ConversationStatus))
    assigned_user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    assigned_because: Mapped[AssignedBecause | None] = mapped_column(text_enum(AssignedBecause))
    assistant_state: Mapped[dict[str, Any]] = mapped_column(default=dict)
    unread: Mapped[int] = mapped_column(default=0)
    read_up_to_id: Mapped[int | None]
    receipt_id: Mapped[int | None]
    snippet: Mapped[str] = mapped_column(sa.String(120), default="")
    last_inbound_at: Mapped[datetime | None]
    last_message_at: Mapped[datetime]
    waiting_since: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    connection: Mapped[Connection] = relationship()
    contact: Mapped[Contact] = relationship()
    debtor: Mapped[Debtor | None] = relationship()
    assigned_user: Mapped[User | None] = relationship(lazy="select")

    __table_args__ = (
        sa.Index(
            "uq_conversation_live",
            "connection_id",
            "contact_id",
            unique=True,
            sqlite_where=sa.text("status <> 'closed'"),
            postgresql_where=sa.text("status <> 'closed'"),
        ),
        sa.Index("ix_conversation_list", "account_id", "status", "last_message_at"),
        sa.Index("ix_conversation_assigned", "assigned_user_id", "status"),
        sa.Index(
            "ix_conversation_untold",
            "read_up_to_id",
            sqlite_where=sa.text("read_up_to_id IS NOT NULL"),
            postgresql_where=sa.text("read_up_to_id IS NOT NULL"),
        ),
    )


class Message(OfAccount, Model):
    """A message, and for an outgoing one its row in the ledger (see house rules: reserve before the request)."""

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(sa.ForeignKey("conversation.id"))
    connection_id: Mapped[int] = mapped_column(sa.ForeignKey("connection.id"))
    direction: Mapped[Direction] = mapped_column(text_enum(Direction))
    author: Mapped[Author] = mapped_column(text_enum(Author))
    author_user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(sa.String(32))
    text: Mapped[str] = mapped_column(sa.Text)
    content: Mapped[dict[str, Any] | None]
    state: Mapped[State] = mapped_column(text_enum(State))
    lane: Mapped[Lane | None] = mapped_column(text_enum(Lane))
    provider_id: Mapped[str | None] = mapped_column(sa.String(255))
    attempt_id: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    client_token: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    starter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("chat_starter.id"), index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    error_code: Mapped[str] = mapped_column(sa.String(40), default="")
    error_detail: Mapped[str] = mapped_column(sa.Text, default="")
    decision: Mapped[Decision | None] = mapped_column(text_enum(Decision))
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]

    conversation: Mapped[Conversation] = relationship()
    author_user: Mapped[User | None] = relationship(foreign_keys=[author_user_id], lazy="select")
    starter: Mapped[ChatStarter | None] = relationship(lazy="select")

    __table_args__ = (
        sa.UniqueConstraint("connection_id", "provider_id"),
        sa.Index("ix_message_thread", "conversation_id", "id"),
        sa.Index(
            "ix_message_uncertain",
            "account_id",
            "id",
            sqlite_where=sa.text("state = 'unknown'"),
            postgresql_where=sa.text("state = 'unknown'"),
        ),
        sa.Index(
            "ix_message_outbox",
            "lane",
            "state",
            "id",
            sqlite_where=sa.text("state in ('queued', 'sending')"),
            postgresql_where=sa.text("state in ('queued', 'sending')"),
        ),
    )


class MessageFile(OfAccount, Model):
    """A file of a message, kept in the instance's file store: one that an operator sent, or one that a person sent,
    fetched from the provider as soon as possible.

    The message is there whatever becomes of its file. A message that was sent again has the same file.
    """

    message_id: Mapped[int] = mapped_column(sa.ForeignKey("message.id"), primary_key=True)
    state: Mapped[FileState] = mapped_column(text_enum(FileState), default=FileState.PENDING)
    provider_id: Mapped[str] = mapped_column(sa.String(200), default="")
    url: Mapped[str] = mapped_column(EncryptedText, default="")
    mime_type: Mapped[str] = mapped_column(sa.String(100), default="")
    filename: Mapped[str] = mapped_column(sa.String(200), default="")
    sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    size: Mapped[int] = mapped_column(default=0)
    path: Mapped[str] = mapped_column(sa.String(120), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime]
    stored_at: Mapped[datetime | None]

    message: Mapped[Message] = relationship()

    __table_args__ = (
        sa.Index(
            "ix_message_file_pending",
            "not_before",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        ),
    )
