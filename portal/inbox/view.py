"""How conversations and messages are told to people. Pure: no database, no request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from portal import clock
from portal.accounts.models import User
from portal.chat_starters.models import StarterStatus
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
from portal.inbox.rules import reasons
from portal.inbox.rules.ledger import State
from portal.inbox.rules.start import OPT_OUT_WORDS
from portal.inbox.service.window import may_write
from portal.portfolio.models import Title
from portal.portfolio.rules import phones
from portal.portfolio.rules.charges import Charge, summed

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


def opt_out_words(contact: Contact) -> str:
    """Why no chat may be started with a contact; "" when one may."""
    return OPT_OUT_WORDS[contact.opt_out] if contact.opt_out else ""


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
        return Desk.WRITE if may_write(conversation, now) else Desk.WINDOW_CLOSED
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


ARRIVED_BECAUSE = {
    "requested": "Pediu para falar com um operador",
    "negotiate": "Quer negociar",
    "too_many_attempts": "A assistente virtual não entendeu as respostas",
    "identification_locked": "Errou a identificação muitas vezes: confirme com cuidado quem é",
    "no_document": "Pediu o termo de acordo, que não pôde ser emitido",
    "assistant_off": "A Assistente Virtual está desabilitada",
    "no_options": "O menu não tem opções ativas",
}
"""Why the assistant handed a conversation over, by the reason that it keeps in the conversation's state."""


def arrived_because(conversation: Conversation) -> str:
    """Why an open conversation came from the assistant, for the operator; "" when it did not."""
    if conversation.status is not ConversationStatus.OPEN:
        return ""
    return ARRIVED_BECAUSE.get(str((conversation.assistant_state or {}).get("reason", "")), "")


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
    return {
        Author.ASSISTANT: "Assistente Virtual",
        Author.DISPATCH: "Agente de envio",
        Author.PHONE: "Pelo celular",
    }.get(message.author, "")


def reason_of(message: Message, kind: str) -> str:
    """Why a message failed, waits, or is uncertain, and what to do, for people. `kind` is the connection's."""
    if _is_held(message):
        return reasons.HELD
    if message.error_code:
        return reasons.MEANINGS.get(message.error_code) or explain(kind, message.error_code)
    return NO_ANSWER if message.state is State.UNKNOWN else ""


def _is_held(message: Message) -> bool:
    waits = message.state is State.QUEUED and message.starter is not None
    return waits and message.starter.status is not StarterStatus.APPROVED  # type: ignore[union-attr]


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


@dataclass(frozen=True)
class File:
    """A file that a message carries; `path` is inside the instance's file store."""

    path: str
    filename: str
    mime_type: str


def file_of(message: Message) -> File | None:
    """The file that an outgoing message carries, None for other messages."""
    content = message.content or {}
    if message.direction is Direction.IN or "filename" not in content:
        return None
    return File(content["path"], content["filename"], content["mime_type"])


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
    """What a debtor owes to one creditor, and what it amounts to today. `original` is without multa, juros, honorários;
    `credited` was paid of it in former agreements."""

    creditor: str
    titles: Sequence[tuple[Title, Charge]]
    original: Decimal
    credited: Decimal
    total: Decimal


def by_creditor(titles: Iterable[tuple[Title, Charge]]) -> list[Owed]:
    """Open titles with their charges and sums by creditor, creditors by name."""
    groups: dict[str, list[tuple[Title, Charge]]] = {}
    for title, charge in titles:
        groups.setdefault(title.creditor.name, []).append((title, charge))
    return [_owed(name, group) for name, group in sorted(groups.items())]


def _owed(creditor: str, titles: Sequence[tuple[Title, Charge]]) -> Owed:
    sums = summed(charge for _, charge in titles)
    return Owed(creditor, titles, sums.original, sums.credited, sums.total)
