"""The virtual assistant as a pure state machine: what it answers to each thing that happens in a conversation.

`step` decides and never acts. The service applies the actions in their order; after `LookUp`, `SendBarcodes` or
`SendStatement` it calls `step` again with what it found, and saves the last state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from portal.bot_messages.rules import COMPANY_NAME, DEFAULT_TEXTS, FIRST_NAME, MessageKind, fill
from portal.gateways.messages import Content, Text
from portal.menu.rules import MenuAction, Option, as_content, chosen, means, plain, presentation

MAX_ATTEMPTS = 3
ANYTHING_ELSE = "Posso ajudar em algo mais?"
NAMELESS = "cliente"

# Kinds in the provider's words. A reaction is no answer; a recording or a picture is one that cannot be read.
IGNORED_KINDS = frozenset({"reaction", "unsupported", "unknown", "system", "edit", "revoke", "request_welcome"})
READABLE_KINDS = frozenset({"text", "interactive", "button"})

_OPERATOR_WORDS = frozenset({"atendente", "atendentes", "operador", "humano", "humana"})
_PERSON_WORDS = frozenset({"pessoa", "alguem", "gente"})


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
    """`SendBarcodes` or `SendStatement` was carried out."""


@dataclass(frozen=True)
class NoBarcode:
    """`SendBarcodes` found no open title with a linha digitável."""


@dataclass(frozen=True)
class NoOpenTitles:
    """`SendBarcodes` or `SendStatement` found no open title at all."""


Input = Said | Found | NotFound | Sent | NoBarcode | NoOpenTitles


class HandOverReason(StrEnum):
    REQUESTED = "requested"
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    ASSISTANT_OFF = "assistant_off"
    NO_OPTIONS = "no_options"


@dataclass(frozen=True)
class Say:
    content: Content


@dataclass(frozen=True)
class LookUp:
    tax_id: str


@dataclass(frozen=True)
class SendBarcodes:
    pass


@dataclass(frozen=True)
class SendStatement:
    pass


@dataclass(frozen=True)
class HandOver:
    reason: HandOverReason


@dataclass(frozen=True)
class Close:
    pass


Action = Say | LookUp | SendBarcodes | SendStatement | HandOver | Close

_SENDS: Mapping[MenuAction, Action] = {
    MenuAction.BARCODE: SendBarcodes(),
    MenuAction.STATEMENT: SendStatement(),
}


@dataclass(frozen=True)
class Turn:
    state: State
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True)
class Settings:
    """A company's choices. `interactive` is its switch and the gateway's ability together; `options` the active ones."""

    company_name: str
    options: tuple[Option, ...]
    texts: Mapping[MessageKind, str]
    assistant_enabled: bool = True
    interactive: bool = True


def step(state: State, event: Input, settings: Settings) -> Turn:
    """The next state and what to do, in order. `HandOver` and `Close` come last: nothing is said after them.

    Titles are only ever sent in the step MENU, which only `Found` opens. An event that does not fit the step is ignored.
    """
    if isinstance(event, Said):
        return _heard(state, event, settings)
    if isinstance(event, (Found, NotFound)):
        if state.step is not Step.IDENTIFY:
            return Turn(state)
        return _found(event, settings) if isinstance(event, Found) else _not_identified(state, settings)
    if state.step is not Step.MENU:
        return Turn(state)
    if isinstance(event, NoBarcode):
        return _menu(settings, _text(settings, MessageKind.NO_BARCODE))
    if isinstance(event, NoOpenTitles):
        return _menu(settings, _text(settings, MessageKind.NO_OPEN_TITLES))
    return _menu(settings, ANYTHING_ELSE)


def asks_for_operator(text: str) -> bool:
    """Whether the text, whatever else it says, asks for a person: handing over too often does no harm."""
    words = plain(text).split()
    return not _OPERATOR_WORDS.isdisjoint(words) or ("falar" in words and not _PERSON_WORDS.isdisjoint(words))


def _heard(state: State, said: Said, settings: Settings) -> Turn:
    if said.kind in IGNORED_KINDS:
        return Turn(state)
    is_new = state.step in (Step.START, Step.DONE)
    greeting = (_say(settings, MessageKind.WELCOME),) if is_new else ()
    if not settings.assistant_enabled:
        return _hand_over(settings, HandOverReason.ASSISTANT_OFF, greeting)
    if said.kind not in READABLE_KINDS:
        said = Said()
    action = chosen(settings.options, said.text, said.reply_id) if state.step is Step.MENU else None
    if action is not None:
        return _carry_out(action, settings)
    if asks_for_operator(said.text):
        return _hand_over(settings, HandOverReason.REQUESTED, greeting)
    if means(MenuAction.CLOSE, said.text):
        return _close(settings)
    if is_new:
        return _welcomed(state, said, settings, greeting)
    return _identify(state, said, settings) if state.step is Step.IDENTIFY else _not_an_option(state, settings)


def _welcomed(state: State, said: Said, settings: Settings, greeting: tuple[Action, ...]) -> Turn:
    if state.step is Step.START and state.debtor_known:
        return _menu(settings, _text(settings, MessageKind.MENU_INTRO), greeting)
    asked: Action = LookUp(said.tax_id) if said.tax_id else _say(settings, MessageKind.ASK_IDENTIFICATION)
    return Turn(State(Step.IDENTIFY), (*greeting, asked))


def _identify(state: State, said: Said, settings: Settings) -> Turn:
    if said.tax_id:
        return Turn(state, (LookUp(said.tax_id),))
    return _not_identified(state, settings)


def _not_identified(state: State, settings: Settings) -> Turn:
    # One text for an invalid and for an unknown number: the answer must not tell who is in the portfolio.
    again = State(Step.IDENTIFY, state.attempts + 1)
    if again.attempts >= MAX_ATTEMPTS:
        return _hand_over(settings, HandOverReason.TOO_MANY_ATTEMPTS)
    return Turn(again, (_say(settings, MessageKind.IDENTIFICATION_NOT_FOUND),))


def _found(found: Found, settings: Settings) -> Turn:
    before = () if found.has_open_titles else (_say(settings, MessageKind.NO_OPEN_TITLES),)
    return _menu(settings, _text(settings, MessageKind.MENU_INTRO, found.first_name), before)


def _not_an_option(state: State, settings: Settings) -> Turn:
    attempts = state.attempts + 1
    if attempts >= MAX_ATTEMPTS:
        return _hand_over(settings, HandOverReason.TOO_MANY_ATTEMPTS)
    turn = _menu(settings, _text(settings, MessageKind.INVALID_OPTION))
    return turn if turn.state.step is Step.DONE else replace(turn, state=replace(turn.state, attempts=attempts))


def _carry_out(action: MenuAction, settings: Settings) -> Turn:
    if action in _SENDS:
        return Turn(State(Step.MENU, debtor_known=True), (_SENDS[action],))
    if action is MenuAction.CLOSE:
        return _close(settings)
    return _hand_over(settings, HandOverReason.REQUESTED)


def _menu(settings: Settings, intro: str, before: tuple[Action, ...] = ()) -> Turn:
    if not settings.options:
        return _hand_over(settings, HandOverReason.NO_OPTIONS, before)
    shown_as = presentation(settings.options, settings.interactive, can_interact=settings.interactive)
    menu = Say(as_content(intro, settings.options, shown_as))
    return Turn(State(Step.MENU, debtor_known=True), (*before, menu))


def _hand_over(settings: Settings, reason: HandOverReason, before: tuple[Action, ...] = ()) -> Turn:
    return Turn(State(Step.DONE), (*before, _say(settings, MessageKind.TRANSFER), HandOver(reason)))


def _close(settings: Settings) -> Turn:
    return Turn(State(Step.DONE), (_say(settings, MessageKind.CLOSED_BY_BOT), Close()))


def _say(settings: Settings, kind: MessageKind) -> Say:
    return Say(Text(_text(settings, kind)))


def _text(settings: Settings, kind: MessageKind, first_name: str = "") -> str:
    values = {COMPANY_NAME: settings.company_name, FIRST_NAME: first_name.strip() or NAMELESS}
    return fill(settings.texts.get(kind) or DEFAULT_TEXTS[kind], values)
