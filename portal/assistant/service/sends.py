"""What the options of the menu send to an identified debtor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from portal import clock
from portal.accounts.models import Account
from portal.assistant import queries
from portal.assistant.rules import turns
from portal.assistant.rules.barcodes import barcode_text
from portal.assistant.rules.facts import Due, TitleFact
from portal.assistant.rules.pix import pix_text
from portal.assistant.rules.statement import agreements_text, statement_text
from portal.assistant.service import papers
from portal.extensions import db
from portal.gateways.messages import Document, Text
from portal.inbox.models import Author, Conversation
from portal.inbox.service import queue
from portal.portfolio import queries as portfolio
from portal.portfolio.models import Creditor, Debtor

MAX_PAPERS = 5
"""Files sent for one answer; the titles of further creditors are told as text."""


def send(conversation: Conversation, action: turns.Send) -> turns.Input:
    """Queue what an option sends, in the caller's transaction; answers what became of it."""
    debtor = db.session.get(Debtor, conversation.debtor_id) if conversation.debtor_id else None
    if debtor is None:
        return turns.NoOpenTitles()
    match action:
        case turns.SendBarcodes():
            return _barcodes(conversation, debtor)
        case turns.SendPix():
            return _pix(conversation, debtor)
        case turns.SendStatement():
            return _statement(conversation, debtor)
        case turns.SendAgreementTerm():
            return _terms(conversation, debtor)


def _barcodes(conversation: Conversation, debtor: Debtor) -> turns.Input:
    today = _today(conversation)
    titles = queries.titles_of(conversation.account_id, debtor.id, today)
    dues: list[Due] = [*titles, *queries.instalments_of(conversation.account_id, debtor.id, today)]
    if not dues:
        return turns.NoOpenTitles()
    return turns.Sent() if _say(conversation, barcode_text(dues, today)) else turns.NoBarcode()


def _pix(conversation: Conversation, debtor: Debtor) -> turns.Input:
    today = _today(conversation)
    codes, without = queries.pix_of(conversation.account_id, debtor.id, today)
    if not codes and not without:
        return turns.NoOpenTitles()
    return turns.Sent() if _say(conversation, pix_text(codes, today, without)) else turns.NoPix()


def _statement(conversation: Conversation, debtor: Debtor) -> turns.Input:
    today = _today(conversation)
    account_id = conversation.account_id
    untold: list[TitleFact] = []
    sent = 0
    for creditor, titles in _by_creditor(account_id, debtor, today):
        paper = papers.statement(account_id, debtor, creditor) if sent < MAX_PAPERS else None
        if paper is None:
            untold.extend(titles)
            continue
        queue.add(conversation, paper, Author.ASSISTANT)
        sent += 1
    told = _say(conversation, statement_text(untold, today))
    agreed = _say(conversation, agreements_text(queries.instalments_of(account_id, debtor.id, today), today))
    return turns.Sent() if sent or told or agreed else turns.NoOpenTitles()


def _by_creditor(account_id: int, debtor: Debtor, today: date) -> list[tuple[Creditor, list[TitleFact]]]:
    creditors = {title.creditor_id: title.creditor for title in portfolio.open_titles(account_id, debtor.id)}
    facts = queries.titles_of(account_id, debtor.id, today)
    found = [(creditor, queries.creditor_fact(creditor)) for creditor in creditors.values()]
    return [(creditor, [fact for fact in facts if fact.creditor == mine]) for creditor, mine in found]


def _terms(conversation: Conversation, debtor: Debtor) -> turns.Input:
    agreements = queries.active_agreements(conversation.account_id, debtor.id)
    if not agreements:
        return turns.NoAgreement()
    made = [papers.agreement_term(debtor, agreement) for agreement in agreements[:MAX_PAPERS]]
    documents: Sequence[Document] = [document for document in made if document is not None]
    for document in documents:
        queue.add(conversation, document, Author.ASSISTANT)
    return turns.Sent() if len(documents) == len(agreements) else turns.NoDocument()


def _say(conversation: Conversation, parts: Sequence[str]) -> bool:
    for part in parts:
        queue.add(conversation, Text(part), Author.ASSISTANT)
    return bool(parts)


def _today(conversation: Conversation) -> date:
    return clock.today(db.session.get_one(Account, conversation.account_id).timezone)
