"""Feeds what a person said to the rules and carries out what they decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from portal import clock
from portal.accounts.models import Account
from portal.assistant import queries
from portal.assistant.rules import machine, turns
from portal.assistant.rules.hours import returns_at
from portal.assistant.service import sends
from portal.bot_messages import queries as bot_messages
from portal.bot_messages.rules import first_name_of
from portal.connection import linked
from portal.connection import queries as connections
from portal.connection.models import ScheduleKind
from portal.extensions import db
from portal.inbox.models import Author, Conversation, Message
from portal.inbox.service import assign, queue, reply
from portal.menu import queries as menu
from portal.portfolio import queries as portfolio
from portal.portfolio.rules import tax_ids

MAX_EVENTS = 10
COUNT_FAILURES = timedelta(hours=24)


def answer(conversation: Conversation, message: Message, reply_id: str) -> None:
    """Let the assistant react to a person's message, in the caller's transaction: queue its answers, link the debtor,
    hand the conversation over or close it."""
    settings = _settings(conversation)
    state = turns.State.from_json(conversation.assistant_state)
    said = turns.Said(
        text=message.text, reply_id=reply_id or None, kind=message.kind, tax_id=tax_ids.candidates_in(message.text)
    )
    events: list[turns.Input] = [said]
    for _ in range(MAX_EVENTS):
        if not events:
            break
        turn = machine.step(state, events.pop(0), settings)
        state = turn.state
        for action in turn.actions:
            events.extend(_do(conversation, action))
    _keep(conversation, **state.to_json())


def _settings(conversation: Conversation) -> turns.Settings:
    account_id, now = conversation.account_id, clock.now()
    account = db.session.get_one(Account, account_id)
    switches = menu.settings_of(account_id)
    service_open = connections.is_open(account_id, ScheduleKind.SERVICE, now)
    opening = None if service_open else connections.next_opening(account_id, ScheduleKind.SERVICE, now)
    return turns.Settings(
        company_name=account.name,
        options=menu.active_options(account_id),
        texts=bot_messages.texts(account_id),
        assistant_enabled=switches.assistant_enabled,
        interactive=switches.interactive_menu and linked.can_interact(conversation.connection),
        service_open=service_open,
        returns_at=returns_at(opening, clock.local(now, account.timezone)),
        failures=queries.failures_of(account_id, conversation.contact_id, now - COUNT_FAILURES),
    )


def _do(conversation: Conversation, action: turns.Action) -> Sequence[turns.Input]:
    """Carry out one action; what it found is the machine's next input."""
    match action:
        case turns.Say(content):
            queue.add(conversation, content, Author.ASSISTANT)
        case turns.LookUp(tax_id):
            return [_identify(conversation, tax_id)]
        case turns.NoteFailure():
            before = _kept(conversation).get("failed_at", [])
            _keep(conversation, failed_at=[*before, clock.now().isoformat()])
        case turns.HandOver(reason):
            _keep(conversation, reason=reason.value)
            assign.hand_over(conversation)
        case turns.Close():
            reply.end(conversation)
        case _:
            return [sends.send(conversation, action)]
    return []


def _identify(conversation: Conversation, tax_id: str) -> turns.Input:
    debtor = portfolio.debtor_by_tax_id(conversation.account_id, tax_id)
    if debtor is None:
        return turns.NotFound()
    conversation.debtor_id = debtor.id
    return turns.Found(first_name_of(debtor.name), queries.owes(conversation.account_id, debtor.id))


def _kept(conversation: Conversation) -> dict[str, Any]:
    """What the assistant remembers of a conversation: the machine's state, its failures, why it was handed over."""
    kept: object = conversation.assistant_state
    return kept if isinstance(kept, dict) else {}


def _keep(conversation: Conversation, **values: Any) -> None:
    conversation.assistant_state = {**_kept(conversation), **values}
