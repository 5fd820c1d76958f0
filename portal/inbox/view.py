"""How conversations and messages are told to people. Pure: no database, no request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from portal import clock
from portal.accounts.models import User
from portal.gateways.registry import explain
from portal.inbox.models import (
    AssignedBecause,
    Author,
    Contact,
    Conversation,
    ConversationStatus,
    Decision,
    Direction,
    Message,
)
from portal.inbox.rules import reasons, window
from portal.inbox.rules.ledger import State
from portal.portfolio.models import Title
from portal.portfolio.rules import phones

NO_ANSWER = "O WhatsApp não confirmou se recebeu a mensagem. Ela pode ter chegado."


def name_of(conversation: Conversation) -> str:
    """Whom the conversation is with: the debtor once identified, else the WhatsApp name, else the number."""
    if conversation.debtor is not None:
        return conversation.debtor.name
    return conversation.contact.profile_name or phone_of(conversation.contact) or "Contato sem nome"


def phone_of(contact: Contact) -> str:
    """The contact's number as people write it; "" when the provider gave none."""
    number = contact.e164 or (f"+{contact.wa_id}" if contact.wa_id else "")
    return phones.formatted(number) if number else ""


class Desk(StrEnum):
    """What the place of the composer offers to a person."""

    WRITE = "responder"
    WINDOW_CLOSED = "janela"
    QUEUE = "fila"
    OTHERS = "outra-pessoa"
    ASSISTANT = "assistente"
    STARTED = "iniciada"
    CLOSED = "encerrada"


_DESKS = {
    ConversationStatus.CLOSED: Desk.CLOSED,
    ConversationStatus.ASSISTANT: Desk.ASSISTANT,
    ConversationStatus.STARTED: Desk.STARTED,
}


def desk_of(conversation: Conversation, user: User, now: datetime) -> Desk:
    """Whether this person may write now, and if not, what stands in the way."""
    if conversation.status in _DESKS:
        return _DESKS[conversation.status]
    if conversation.assigned_user_id == user.id:
        return Desk.WRITE if window.is_open(conversation.last_inbound_at, now) else Desk.WINDOW_CLOSED
    parked = conversation.assigned_because is AssignedBecause.FALLBACK
    return Desk.QUEUE if parked or conversation.assigned_user_id is None else Desk.OTHERS


def whereabouts(conversation: Conversation, user: User) -> str:
    """Who has the conversation, as a sentence without its full stop."""
    if conversation.status is ConversationStatus.CLOSED:
        return "Encerrada"
    if conversation.status is ConversationStatus.ASSISTANT:
        return "Com o assistente virtual"
    if conversation.status is ConversationStatus.STARTED:
        return "Iniciada pelo agente de envio, sem resposta ainda"
    return _owner(conversation, user)


def owner_in_short(conversation: Conversation, user: User) -> str:
    """The same in a few words, for a list."""
    if conversation.status is ConversationStatus.STARTED:
        return "Iniciada pelo agente de envio"
    if conversation.assigned_because is AssignedBecause.FALLBACK and conversation.status is ConversationStatus.OPEN:
        return "Na fila"
    return whereabouts(conversation, user)


def _owner(conversation: Conversation, user: User) -> str:
    owner = conversation.assigned_user
    if owner is None:
        return "Na fila, sem operador"
    who = "você" if owner.id == user.id else owner.name
    if conversation.assigned_because is AssignedBecause.FALLBACK:
        return f"Na fila, com {who}: nenhum operador estava disponível"
    return f"Com {who}"


@dataclass(frozen=True)
class Day:
    date: date
    messages: Sequence[Message]


def days(messages: Iterable[Message], zone: str) -> list[Day]:
    """Messages by the calendar day of the company's zone, in the order given."""
    found: list[tuple[date, list[Message]]] = []
    for message in messages:
        day = clock.local(message.created_at, zone).date()
        if not found or found[-1][0] != day:
            found.append((day, []))
        found[-1][1].append(message)
    return [Day(day, group) for day, group in found]


def author_of(message: Message) -> str:
    """Who wrote an outgoing message; "" for the person at the other end."""
    if message.author is Author.OPERATOR:
        return message.author_user.name if message.author_user else "Operador"
    return {Author.ASSISTANT: "Assistente Virtual", Author.DISPATCH: "Agente de envio"}.get(message.author, "")


def reason_of(message: Message, kind: str) -> str:
    """Why a message failed, waits, or is uncertain, and what to do, for people. `kind` is the connection's."""
    if message.error_code:
        return reasons.MEANINGS.get(message.error_code) or explain(kind, message.error_code)
    return NO_ANSWER if message.state is State.UNKNOWN else ""


@dataclass(frozen=True)
class Option:
    """A thing that the other person can tap."""

    id: str
    title: str
    description: str


def options_of(message: Message) -> list[Option]:
    """The choices of a menu message, in order; none for other messages."""
    if message.direction is Direction.IN or not message.content:
        return []
    return [Option(c["id"], c["title"], c.get("description", "")) for c in message.content.get("choices", ())]


def decidable(message: Message) -> bool:
    """Whether a person has still to decide about a message that failed or is uncertain."""
    return message.state in (State.UNKNOWN, State.FAILED) and message.decision is None


def may_resend(message: Message, conversation: Conversation, user: User, now: datetime) -> bool:
    """Whether "Reenviar" can work for this person: undecided, theirs, and the window open or a template."""
    if not decidable(message):
        return False
    desk = desk_of(conversation, user, now)
    return desk is Desk.WRITE or (desk is Desk.WINDOW_CLOSED and message.kind == "template")


def decision_of(message: Message) -> str:
    if message.decision is None:
        return ""
    return {Decision.RESENT: "Reenviada em uma nova mensagem.", Decision.ASSUMED_SENT: "Dada como enviada."}[
        message.decision
    ]


@dataclass(frozen=True)
class Owed:
    """What a debtor owes to one creditor."""

    creditor: str
    titles: Sequence[Title]
    total: Decimal


def by_creditor(titles: Iterable[Title]) -> list[Owed]:
    """Open titles with their sum by creditor, creditors by name."""
    groups: dict[str, list[Title]] = {}
    for title in titles:
        groups.setdefault(title.creditor.name, []).append(title)
    return [Owed(name, group, sum((t.amount for t in group), Decimal(0))) for name, group in sorted(groups.items())]
