"""The words of the virtual assistant's state machine: where a conversation is, what happens in it, what is done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from portal.bot_messages.rules import MessageKind
from portal.gateways.messages import Content
from portal.menu.rules import Option

MAX_ATTEMPTS = 3
"""Wrong answers in a row, in one step, before a person takes over."""


class Step(StrEnum):
    START = "start"
    IDENTIFY = "identify"
    MENU = "menu"
    DONE = "done"


@dataclass(frozen=True)
class State:
    """Where a conversation is. `attempts` counts the wrong answers in a row of this step."""

    step: Step = Step.START
    attempts: int = 0
    debtor_known: bool = False

    def to_json(self) -> dict[str, Any]:
        """The state as a JSON object, for the conversation's row."""
        return {"step": self.step.value, "attempts": self.attempts, "debtor_known": self.debtor_known}

    @classmethod
    def from_json(cls, data: object) -> State:
        """The state that `to_json` wrote; a fresh start for anything else, so that an old row never blocks a debtor."""
        try:
            state = cls(Step(data["step"]), data["attempts"], data["debtor_known"])  # type: ignore[index]
        except (KeyError, TypeError, ValueError, IndexError):
            return cls()
        return state if state._consistent() else cls()

    def _consistent(self) -> bool:
        if type(self.attempts) is not int or type(self.debtor_known) is not bool:
            return False
        return 0 <= self.attempts < MAX_ATTEMPTS and (self.debtor_known or self.step is not Step.MENU)


@dataclass(frozen=True)
class Said:
    """What the debtor sent. `tax_id` is the valid CPF or CNPJ that the service found in the text, if any."""

    text: str = ""
    reply_id: str | None = None
    kind: str = "text"
    tax_id: str | None = None


@dataclass(frozen=True)
class Found:
    """The answer to `LookUp`: this debtor is in the portfolio, with or without open titles."""

    first_name: str = ""
    has_open_titles: bool = True


@dataclass(frozen=True)
class NotFound:
    """The answer to `LookUp`: nobody in the portfolio has this CPF or CNPJ."""


@dataclass(frozen=True)
class Sent:
    """What a `Send…` action asked for was sent."""


@dataclass(frozen=True)
class NoBarcode:
    """`SendBarcodes` found no open title with a linha digitável."""


@dataclass(frozen=True)
class NoPix:
    """`SendPix` found nothing that can be paid by PIX: no creditor of this debtor has a key."""


@dataclass(frozen=True)
class NoOpenTitles:
    """A `Send…` action found nothing that this debtor owes."""


@dataclass(frozen=True)
class NoAgreement:
    """`SendAgreementTerm` found no active agreement."""


@dataclass(frozen=True)
class NoDocument:
    """`SendAgreementTerm` could not make the document: a person has to."""


Missing = NoBarcode | NoPix | NoOpenTitles | NoAgreement
Input = Said | Found | NotFound | Sent | NoDocument | Missing


class HandOverReason(StrEnum):
    """Why a conversation left the assistant, kept with it for the operator."""

    REQUESTED = "requested"
    NEGOTIATE = "negotiate"
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    IDENTIFICATION_LOCKED = "identification_locked"
    NO_DOCUMENT = "no_document"
    ASSISTANT_OFF = "assistant_off"
    NO_OPTIONS = "no_options"


@dataclass(frozen=True)
class Say:
    content: Content


@dataclass(frozen=True)
class LookUp:
    tax_id: str


@dataclass(frozen=True)
class NoteFailure:
    """Keep the moment of a wrong identification: they are counted across the conversations of a contact."""


@dataclass(frozen=True)
class SendBarcodes:
    pass


@dataclass(frozen=True)
class SendPix:
    pass


@dataclass(frozen=True)
class SendStatement:
    pass


@dataclass(frozen=True)
class SendAgreementTerm:
    pass


@dataclass(frozen=True)
class HandOver:
    reason: HandOverReason


@dataclass(frozen=True)
class Close:
    pass


Send = SendBarcodes | SendPix | SendStatement | SendAgreementTerm
Action = Say | LookUp | NoteFailure | Send | HandOver | Close


@dataclass(frozen=True)
class Turn:
    state: State
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True)
class Settings:
    """A company's choices and the facts of the moment. `interactive` is its switch and the gateway's ability together;
    `options` the active ones. `service_open`: operators are at work now, else they are back `returns_at`, in words.
    `failures` counts the contact's wrong identifications in the last 24 h, this message's not yet."""

    company_name: str
    options: tuple[Option, ...]
    texts: Mapping[MessageKind, str]
    assistant_enabled: bool = True
    interactive: bool = True
    service_open: bool = True
    returns_at: str = ""
    failures: int = 0
