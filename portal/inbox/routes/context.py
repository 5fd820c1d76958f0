"""What each fragment of the inbox needs, so that the page and the fragment's own address show the same."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import abort, g, request
from werkzeug.wrappers import Response

from portal import clock
from portal.connection import linked
from portal.extensions import htmx
from portal.inbox import attachments, file_queries, queries, view
from portal.inbox.forms import ReplyForm
from portal.inbox.models import AssignedBecause, Conversation, ConversationStatus
from portal.inbox.service import attach, documents, start, window
from portal.inbox.service.window import may_write
from portal.portfolio import queries as portfolio
from portal.portfolio.models import Debtor
from portal.web.filters import zone

MAX_LIST = 600
SEARCH_LENGTH = 80


def visible(conversation_id: int) -> Conversation:
    """The conversation, or 404 for whoever may not see it.

    A page that is open refreshes itself: to its fragments the answer is 204, nothing to change. That the conversation is
    somebody else's by now, the composer says.
    """
    conversation = queries.conversation_for(g.user, conversation_id)
    if conversation is None:
        abort(Response(status=204) if htmx and request.method == "GET" else 404)
    return conversation


def list_context(opened: Conversation | None = None) -> dict[str, Any]:
    tab = _tab(opened)
    search = request.args.get("busca", "").replace("\x00", "").strip()[:SEARCH_LENGTH]
    size = min(MAX_LIST, max(queries.LIST_SIZE, request.args.get("mostrar", 0, type=int)))
    found = queries.conversations(g.user, tab, search, limit=size + 1)
    return {
        "tab": tab,
        "tabs": queries.tabs_for(g.user),
        "search": search,
        "counts": queries.counts(g.user),
        "conversations": found[:size],
        "size": size,
        "more": len(found) > size and size < MAX_LIST,
        "opened_id": opened.id if opened else request.args.get("aberta", type=int),
        "where": lambda conversation: view.owner_in_short(conversation, g.user),
    }


def _tab(opened: Conversation | None) -> str:
    asked = request.args.get("aba", "")
    if asked in queries.tabs_for(g.user):
        return asked
    return "minhas" if opened is None else _tab_of(opened)


def _tab_of(conversation: Conversation) -> str:
    if conversation.status is ConversationStatus.CLOSED:
        return "encerradas"
    if conversation.assigned_because is AssignedBecause.FALLBACK or conversation.status is not ConversationStatus.OPEN:
        return "fila" if conversation.status is ConversationStatus.OPEN else "todas"
    return "minhas" if conversation.assigned_user_id == g.user.id else "todas" if g.user.is_admin else "fila"


def thread_context(conversation: Conversation) -> dict[str, Any]:
    since = _message_id(request.args.get("desde", type=int))
    messages = queries.thread(conversation.id, since_id=since)
    now = clock.now()
    return {
        "conversation": conversation,
        "days": view.days(messages, zone()),
        "files": file_queries.files_of(messages),
        "older_id": queries.page_before(conversation.id, messages[0].id) if messages else None,
        "since": since,
        "now": now,
        "to_mark": messages[-1].id if _unread_by_owner(conversation) and messages else None,
        "kind": conversation.connection.kind.value,
    }


def _message_id(asked: int | None) -> int | None:
    """Only what a database can hold as an id."""
    return asked if asked is not None and 0 < asked < 2**31 else None


def _unread_by_owner(conversation: Conversation) -> bool:
    return conversation.unread > 0 and conversation.assigned_user_id == g.user.id


def desk_context(conversation: Conversation) -> dict[str, Any]:
    """The header, the window's banner and the composer: they depend on the same facts."""
    now = clock.now()
    closes_at = window.closes_at(conversation)
    return {
        "conversation": conversation,
        "desk": view.desk_of(conversation, g.user, now),
        "whereabouts": view.whereabouts(conversation, g.user),
        "closes_at": closes_at,
        "window_open": may_write(conversation, now),
        "minutes_left": int((closes_at - now).total_seconds() // 60) if closes_at else 0,
        "kind": conversation.connection.kind.value,
        "held": linked.why_unfit(conversation.connection),
    }


def starters_context(conversation: Conversation) -> dict[str, Any]:
    """The chat starters that may go on with a conversation to which free text cannot be sent any more."""
    wanted = conversation.debtor is not None and _may_start(conversation)
    found = {"conversation": conversation, "starter_problem": "", "starter_token": new_token(), "can_start": wanted}
    if not wanted or conversation.debtor is None:
        return {**found, "starter_offers": [], "starter_reason": ""}
    connection, contact = conversation.connection, conversation.contact
    live = queries.live_with(connection.id, contact.id)
    facts = start.facts_of(g.user, conversation.debtor, connection, contact, live)
    reason = start.reason_against(facts, g.user)
    offers = [] if reason else start.offers(connection, conversation.debtor, g.user)
    return {**found, "starter_offers": offers, "starter_reason": reason}


def _may_start(conversation: Conversation) -> bool:
    """Whether this person has the conversation, or had it, and free text is not possible; never on a removed number."""
    if conversation.connection.archived_at is not None:
        return False
    mine = conversation.assigned_user_id == g.user.id
    if conversation.status is ConversationStatus.CLOSED:
        return bool(mine or g.user.is_admin)
    return mine and not may_write(conversation, clock.now())


def composer_context(conversation: Conversation, form: ReplyForm | None = None, refusal: str = "") -> dict[str, Any]:
    return {
        "form": form or ReplyForm(formdata=None),
        "client_token": new_token(),
        "refusal": refusal,
        "limits": attachments.limits(attach.largest_for(conversation.connection)),
    }


def new_token() -> str:
    """One for each answer that is written: a double click sends the same one twice."""
    return secrets.token_urlsafe(18)


def side_context(conversation: Conversation) -> dict[str, Any]:
    debtor = conversation.debtor
    today = clock.today(zone())
    owed = portfolio.updated_titles(g.account_id, debtor.id, today) if debtor else []
    mine = conversation.assigned_user_id == g.user.id and conversation.status is ConversationStatus.OPEN
    return {
        "conversation": conversation,
        "mine": mine,
        "offers": documents.offers(conversation) if mine else (),
        "window_open": may_write(conversation, clock.now()),
        "document_token": new_token(),
        "problem": "",
        "reasons": (),
        "tried": "",
        "owed": view.by_creditor(owed),
        "total": sum((charge.total for _, charge in owed), start=Decimal(0)),
        "today": today,
        "suspects": suspects(conversation),
    }


def suspects(conversation: Conversation) -> Sequence[Debtor]:
    """Who has the conversation's number in the portfolio, while nobody said who it is."""
    key = conversation.contact.match_key
    return portfolio.debtors_with_phone(g.account_id, key) if conversation.debtor_id is None and key else ()


def page_context(
    conversation: Conversation, *, pane: str = "thread", form: ReplyForm | None = None, refusal: str = ""
) -> dict[str, Any]:
    return {
        "pane": pane,
        "notice": "",
        **list_context(conversation),
        **thread_context(conversation),
        **side_context(conversation),
        **desk_context(conversation),
        **composer_context(conversation, form, refusal),
        **starters_context(conversation),
    }
