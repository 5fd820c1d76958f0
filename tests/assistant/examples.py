"""One company, the states of a conversation and a short way to write what the assistant does."""

from __future__ import annotations

from dataclasses import replace

from portal.assistant.rules.machine import ANYTHING_ELSE
from portal.assistant.rules.turns import (
    Action,
    Close,
    HandOver,
    LookUp,
    NoteFailure,
    Said,
    Say,
    SendAgreementTerm,
    SendBarcodes,
    SendPix,
    SendStatement,
    Settings,
    State,
    Step,
)
from portal.bot_messages.rules import MessageKind
from portal.gateways.messages import Text
from portal.menu.rules import DEFAULT_OPTIONS, MenuAction, Option

CPF = "11144477735"
MENU = tuple(Option(action, label) for action, label, _ in DEFAULT_OPTIONS)
"""Every option active: barcode, PIX, statement, agreement term, negotiate, operator, close."""
SETTINGS = Settings("Cobrança Beta", MENU, {kind: f"<{kind.value}>" for kind in MessageKind})
OFF = replace(SETTINGS, assistant_enabled=False)
NO_MENU = replace(SETTINGS, options=())
NO_BARCODE_OPTION = replace(SETTINGS, options=MENU[1:])
NO_CLOSE_OPTION = replace(SETTINGS, options=tuple(o for o in MENU if o.action is not MenuAction.CLOSE))
CLOSED_NOW = replace(SETTINGS, service_open=False, returns_at="amanhã às 09:00")
PLAIN_MENU = replace(SETTINGS, interactive=False)

START, DONE = State(), State(Step.DONE)
IDENTIFY, IDENTIFY_1, IDENTIFY_2 = (State(Step.IDENTIFY, n) for n in range(3))
IN_MENU, IN_MENU_1, IN_MENU_2 = (State(Step.MENU, n, debtor_known=True) for n in range(3))
KNOWN = State(debtor_known=True)

WORDS = {
    SendBarcodes: "BARCODES",
    SendPix: "PIX",
    SendStatement: "STATEMENT",
    SendAgreementTerm: "TERM",
    NoteFailure: "FAILURE",
    Close: "CLOSE",
}


def words(action: Action) -> str:
    """An action as one word; a menu (buttons, list or numbered text) ends with a plus."""
    if isinstance(action, Say):
        is_menu = not isinstance(action.content, Text) or "\n\n1 - " in action.content.body
        intro = action.content.body.split("\n\n1 - ")[0]
        intro = "again" if intro == ANYTHING_ELSE else intro.strip("<>")
        return intro + ("+" if is_menu else "")
    if isinstance(action, HandOver):
        return f"HANDOVER {action.reason.value}"
    if isinstance(action, LookUp):
        return f"LOOKUP {action.tax_id}"
    return WORDS[type(action)]


def said(text: str = "", **fields: str) -> Said:
    return Said(text, **fields)
