"""The virtual assistant as a pure state machine: what it answers to each thing that happens in a conversation.

`step` decides and never acts. The service applies the actions in their order; after `LookUp` or a `Send…` it calls
`step` again with what it found, and saves the last state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from portal.assistant.rules.turns import (
    MAX_ATTEMPTS,
    Action,
    Close,
    Found,
    HandOver,
    HandOverReason,
    Input,
    LookUp,
    NoAgreement,
    NoBarcode,
    NoDocument,
    NoOpenTitles,
    NoPix,
    NoteFailure,
    NotFound,
    Said,
    Say,
    Send,
    SendAgreementTerm,
    SendBarcodes,
    SendPix,
    SendStatement,
    Settings,
    State,
    Step,
    Turn,
)
from portal.bot_messages.rules import COMPANY_NAME, DEFAULT_TEXTS, FIRST_NAME, RETURNS_AT, MessageKind, fill
from portal.gateways.messages import Text
from portal.menu.rules import MenuAction, as_content, chosen, means, plain, presentation

MAX_FAILURES = 5
"""Wrong identifications of one contact within 24 h, over all its conversations, before nothing is looked up any more:
closing and writing again must not give three more guesses at who is in the portfolio."""

ANYTHING_ELSE = "Posso ajudar em algo mais?"
NAMELESS = "cliente"
NEXT_HOURS = "no próximo horário de atendimento"

# Kinds in the provider's words. A reaction is no answer; a recording or a picture is one that cannot be read.
IGNORED_KINDS = frozenset({"reaction", "unsupported", "unknown", "system", "edit", "revoke", "request_welcome"})
READABLE_KINDS = frozenset({"text", "interactive", "button"})

_OPERATOR_WORDS = frozenset({"atendente", "atendentes", "operador", "humano", "humana"})
_PERSON_WORDS = frozenset({"pessoa", "alguem", "gente"})

_SENDS: Mapping[MenuAction, Send] = {
    MenuAction.BARCODE: SendBarcodes(),
    MenuAction.PIX: SendPix(),
    MenuAction.STATEMENT: SendStatement(),
    MenuAction.AGREEMENT_TERM: SendAgreementTerm(),
}
_MISSING: Mapping[type[Input], MessageKind] = {
    NoBarcode: MessageKind.NO_BARCODE,
    NoPix: MessageKind.NO_PIX,
    NoOpenTitles: MessageKind.NO_OPEN_TITLES,
    NoAgreement: MessageKind.NO_AGREEMENT,
}


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
    if isinstance(event, NoDocument):
        return _hand_over(settings, HandOverReason.NO_DOCUMENT)
    missing = _MISSING.get(type(event))
    return _menu(settings, _text(settings, missing) if missing else ANYTHING_ELSE)


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
    if settings.failures >= MAX_FAILURES and not state.debtor_known:
        return _hand_over(settings, HandOverReason.IDENTIFICATION_LOCKED, greeting)
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
    if again.attempts >= MAX_ATTEMPTS or settings.failures + 1 >= MAX_FAILURES:
        return _hand_over(settings, HandOverReason.TOO_MANY_ATTEMPTS, (NoteFailure(),))
    return Turn(again, (NoteFailure(), _say(settings, MessageKind.IDENTIFICATION_NOT_FOUND)))


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
    negotiates = action is MenuAction.NEGOTIATE
    return _hand_over(settings, HandOverReason.NEGOTIATE if negotiates else HandOverReason.REQUESTED)


def _menu(settings: Settings, intro: str, before: tuple[Action, ...] = ()) -> Turn:
    if not settings.options:
        return _hand_over(settings, HandOverReason.NO_OPTIONS, before)
    shown_as = presentation(settings.options, settings.interactive, can_interact=settings.interactive)
    menu = Say(as_content(intro, settings.options, shown_as))
    return Turn(State(Step.MENU, debtor_known=True), (*before, menu))


def _hand_over(settings: Settings, reason: HandOverReason, before: tuple[Action, ...] = ()) -> Turn:
    told = MessageKind.TRANSFER if settings.service_open else MessageKind.OUTSIDE_HOURS
    return Turn(State(Step.DONE), (*before, _say(settings, told), HandOver(reason)))


def _close(settings: Settings) -> Turn:
    return Turn(State(Step.DONE), (_say(settings, MessageKind.CLOSED_BY_BOT), Close()))


def _say(settings: Settings, kind: MessageKind) -> Say:
    return Say(Text(_text(settings, kind)))


def _text(settings: Settings, kind: MessageKind, first_name: str = "") -> str:
    values = {
        COMPANY_NAME: settings.company_name,
        FIRST_NAME: first_name.strip() or NAMELESS,
        RETURNS_AT: settings.returns_at or NEXT_HOURS,
    }
    return fill(settings.texts.get(kind) or DEFAULT_TEXTS[kind], values)
