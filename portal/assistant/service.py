"""The virtual assistant at work: feeds what a person said to the rules and carries out what they decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from portal import clock, gateways
from portal.accounts.models import Account
from portal.assistant import rules, texts
from portal.bot_messages import queries as bot_messages
from portal.bot_messages.rules import first_name_of
from portal.extensions import db
from portal.gateways.messages import Text
from portal.inbox.models import Author, Conversation, Message
from portal.inbox.service import assign, queue, reply
from portal.menu import queries as menu
from portal.portfolio import queries as portfolio
from portal.portfolio.rules import tax_ids

MAX_EVENTS = 10


def answer(conversation: Conversation, message: Message, reply_id: str) -> None:
    """Let the assistant react to a person's message, in the caller's transaction: queue its answers, link the debtor,
    hand the conversation over or close it."""
    settings = _settings(conversation)
    state = rules.State.from_json(conversation.assistant_state)
    said = rules.Said(
        text=message.text, reply_id=reply_id or None, kind=message.kind, tax_id=tax_ids.candidates_in(message.text)
    )
    events: list[rules.Input] = [said]
    for _ in range(MAX_EVENTS):
        if not events:
            break
        turn = rules.step(state, events.pop(0), settings)
        state = turn.state
        for action in turn.actions:
            events.extend(_do(conversation, action))
    conversation.assistant_state = state.to_json()


def _settings(conversation: Conversation) -> rules.Settings:
    account_id = conversation.account_id
    switches = menu.settings_of(account_id)
    capabilities = gateways.get(conversation.connection.kind.value).capabilities
    return rules.Settings(
        company_name=db.session.get_one(Account, account_id).name,
        options=menu.active_options(account_id),
        texts=bot_messages.texts(account_id),
        assistant_enabled=switches.assistant_enabled,
        interactive=switches.interactive_menu and capabilities.interactive,
    )


def _do(conversation: Conversation, action: rules.Action) -> Sequence[rules.Input]:
    """Carry out one action; what it found is the machine's next input."""
    match action:
        case rules.Say(content):
            queue.add(conversation, content, Author.ASSISTANT)
        case rules.LookUp(tax_id):
            return [_identify(conversation, tax_id)]
        case rules.SendBarcodes():
            return [_send_barcodes(conversation)]
        case rules.SendStatement():
            return [_send_statement(conversation)]
        case rules.HandOver():
            assign.hand_over(conversation)
        case rules.Close():
            reply.end(conversation)
    return []


def _identify(conversation: Conversation, tax_id: str) -> rules.Input:
    debtor = portfolio.debtor_by_tax_id(conversation.account_id, tax_id)
    if debtor is None:
        return rules.NotFound()
    conversation.debtor_id = debtor.id
    has_open_titles = bool(portfolio.open_titles(conversation.account_id, debtor.id))
    return rules.Found(first_name_of(debtor.name), has_open_titles)


def _send_barcodes(conversation: Conversation) -> rules.Input:
    facts = _facts(conversation)
    parts = texts.barcode_text(facts, _today(conversation))
    _say(conversation, parts)
    if parts:
        return rules.Sent()
    return rules.NoBarcode() if facts else rules.NoOpenTitles()


def _send_statement(conversation: Conversation) -> rules.Input:
    parts = texts.statement_text(_facts(conversation), _today(conversation))
    _say(conversation, parts)
    return rules.Sent() if parts else rules.NoOpenTitles()


def _say(conversation: Conversation, parts: Sequence[str]) -> None:
    for part in parts:
        queue.add(conversation, Text(part), Author.ASSISTANT)


def _facts(conversation: Conversation) -> list[texts.TitleFact]:
    if conversation.debtor_id is None:
        return []
    titles = portfolio.open_titles(conversation.account_id, conversation.debtor_id)
    return [texts.TitleFact(t.creditor.name, t.due_date, t.amount, t.number, t.boleto_line or None) for t in titles]


def _today(conversation: Conversation) -> date:
    return clock.today(db.session.get_one(Account, conversation.account_id).timezone)
