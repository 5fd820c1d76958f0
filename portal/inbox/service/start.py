"""A chat that a person starts with a chat starter: from the debtor's page, or where the window has closed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from portal import clock, jobs
from portal.accounts.models import User
from portal.chat_starters import queries as chat_starters
from portal.chat_starters.models import ChatStarter, StarterStatus
from portal.chat_starters.rules import wildcards
from portal.chat_starters.rules.wildcards import FIELD_LABELS, Field
from portal.connection import linked, usage
from portal.connection import queries as connections
from portal.connection.models import Connection, ScheduleKind
from portal.extensions import db
from portal.gateways.messages import Template
from portal.inbox.models import AssignedBecause, Author, Contact, Conversation, ConversationStatus, Message
from portal.inbox.rules import start as rules
from portal.inbox.rules.start import Facts
from portal.inbox.service import queue, reach, record
from portal.inbox.service.window import may_write
from portal.portfolio.models import Debtor, Phone
from portal.portfolio.rules.contact import is_blocked
from portal.portfolio.rules.search import search_key


class NotStarted(Exception):
    """The chat may not be started now; the message says why, in Portuguese."""


@dataclass(frozen=True)
class Offer:
    """A starter as a person can choose it: its text with the debtor's values, and what is missing in it."""

    starter: ChatStarter
    text: str
    missing: tuple[str, ...]


def offers(connection: Connection, debtor: Debtor, user: User) -> list[Offer]:
    """The approved and associated starters of a connection, filled in for a debtor. Reads only."""
    return [
        _offer(starter, debtor, user)
        for starter in chat_starters.approved(connection.id)
        if wildcards.is_bound(starter.body, starter.bindings)
    ]


def _offer(starter: ChatStarter, debtor: Debtor, user: User) -> Offer:
    values = chat_starters.values_of(debtor, user)
    return Offer(
        starter,
        wildcards.preview(starter.body, starter.bindings, values),
        _missing(starter, values),
    )


def _missing(starter: ChatStarter, values: dict[Field, str]) -> tuple[str, ...]:
    given = wildcards.parameters(starter.body, starter.bindings, values)
    names = {field.value: label.lower() for field, label in FIELD_LABELS.items()}
    return tuple(names.get(name, name) for name, value in zip(starter.bindings, given, strict=False) if not value)


def start(user: User, debtor: Debtor, phone: Phone, starter_id: int, client_token: str) -> int:
    """Queue a chat starter to a debtor's phone and give the conversation to `user`; commits. Returns its id.

    The provider is asked first whether the phone has WhatsApp, where it can tell; what it says is kept with the contact.
    The same `client_token` again changes nothing. The connection's and the contact's rows are locked: two who start at
    once, the sending agent among them, see each other's start. Raises NotStarted.
    """
    found = reach.check(_number_of(debtor), phone)
    if found is not None and not found.exists:
        raise NotStarted("Este número não tem WhatsApp. Escolha outro telefone do devedor.")
    connection = connections.locked(_number_of(debtor).id)
    contact = record.contact_for(debtor.account_id, phone.match_key, phone.e164)
    if found is not None and not contact.wa_id:
        contact.wa_id = found.phone
    return _start(user, debtor, connection, contact, starter_id, client_token)


def _number_of(debtor: Debtor) -> Connection:
    connection = connections.current(debtor.account_id)
    if connection is None:
        raise NotStarted("A empresa não tem uma conexão com o WhatsApp.")
    return connection


def start_again(user: User, conversation: Conversation, starter_id: int, client_token: str) -> int:
    """The same in a conversation whose window has closed, or to whom a closed one was with. Raises NotStarted."""
    connection = connections.locked(conversation.connection_id)
    contact = record.locked_contact(conversation.contact_id)
    debtor = conversation.debtor
    if debtor is None:
        raise NotStarted("Vincule a conversa a um devedor antes de enviar um modelo.")
    return _start(user, debtor, connection, contact, starter_id, client_token)


def _start(
    user: User, debtor: Debtor, connection: Connection, contact: Contact, starter_id: int, client_token: str
) -> int:
    token = hashlib.sha256(f"start:{contact.id}:{starter_id}:{client_token}".encode()).hexdigest()
    done = db.session.scalar(sa.select(Message.conversation_id).where(Message.client_token == token))
    if done is not None:
        db.session.rollback()
        return done
    starter = chat_starters.starter_in(user.account_id, starter_id)
    conversation = record.live_conversation(connection, contact)
    if starter is not None and starter.connection_id != connection.id:
        starter = None
    facts = facts_of(user, debtor, connection, contact, conversation)
    reason = reason_against(with_starter(facts, starter, debtor, user), user)
    if starter is None or reason:
        db.session.rollback()
        raise NotStarted(reason or "Escolha um modelo da lista.")
    today = clock.today(user.account.timezone)
    if usage.reserve(connection, today, 1) == 0:
        db.session.rollback()
        raise NotStarted("O limite de conversas iniciadas hoje foi atingido. Tente amanhã.")
    if conversation is None:
        conversation = record.add_conversation(connection, contact, ConversationStatus.STARTED)
    _queue(user, debtor, conversation, starter, token)
    db.session.commit()
    jobs.wake("send-outbox")
    return conversation.id


def _queue(user: User, debtor: Debtor, conversation: Conversation, starter: ChatStarter, token: str) -> None:
    given = wildcards.parameters(starter.body, starter.bindings, chat_starters.values_of(debtor, user))
    content = Template(starter.name, starter.language, given, wildcards.filled(starter.body, given))
    conversation.debtor_id = debtor.id
    if conversation.status is ConversationStatus.ASSISTANT:
        conversation.status = ConversationStatus.STARTED  # who answers now answers the person, not the assistant
    conversation.assigned_user_id, conversation.assigned_because = user.id, AssignedBecause.TAKEN
    message = queue.add(conversation, content, Author.OPERATOR, user_id=user.id, client_token=token)
    message.starter_id = starter.id
    conversation.contact.last_starter_at = clock.now()


def facts_of(
    user: User, debtor: Debtor, connection: Connection, contact: Contact | None, conversation: Conversation | None
) -> Facts:
    """What speaks for or against starting a chat now, whatever the starter. Reads only."""
    now, zone = clock.now(), user.account.timezone
    is_open = connections.is_open(user.account_id, ScheduleKind.SENDING, now)
    opens = None if is_open else connections.next_opening(user.account_id, ScheduleKind.SENDING, now)
    return Facts(
        connected=connection.enabled and not connection.stopped_code and linked.is_fit(connection),
        blocked_category=is_blocked(search_key(debtor.category)),
        opt_out=contact.opt_out if contact else None,
        talking_with=_talking_with(conversation, user),
        window_open=_may_go_on(conversation, now),
        last_starter_at=contact.last_starter_at if contact else None,
        in_sending_window=is_open,
        opens_at=clock.local(opens, zone) if opens else None,
        left_today=connection.daily_limit - connections.used_on(connection.id, clock.today(zone)),
    )


def _may_go_on(conversation: Conversation | None, now: datetime) -> bool:
    """Whether free text goes on with a conversation; not with a chat that was started and that nobody answered."""
    if conversation is None or conversation.status is ConversationStatus.STARTED:
        return False
    return may_write(conversation, now)


def with_starter(facts: Facts, starter: ChatStarter | None, debtor: Debtor, user: User) -> Facts:
    """The facts with those of a starter."""
    if starter is None:
        return replace(facts, approved=False)
    return replace(
        facts,
        approved=starter.status is StarterStatus.APPROVED,
        bound=wildcards.is_bound(starter.body, starter.bindings),
        missing=_missing(starter, chat_starters.values_of(debtor, user)),
    )


def reason_against(facts: Facts, user: User) -> str:
    """Why a chat may not be started now, in Portuguese; "" when it may."""
    return rules.why_not(facts, clock.local(clock.now(), user.account.timezone))


def _talking_with(conversation: Conversation | None, user: User) -> str:
    """Who has the live conversation with the person, if it is somebody else; "" when `user` may go on with it."""
    if conversation is None or conversation.assigned_user_id == user.id:
        return ""
    if conversation.status is ConversationStatus.ASSISTANT:
        return "a assistente virtual" if may_write(conversation, clock.now()) else ""
    owner = conversation.assigned_user
    parked = conversation.assigned_because is AssignedBecause.FALLBACK
    return owner.name if owner is not None and not parked else ""
