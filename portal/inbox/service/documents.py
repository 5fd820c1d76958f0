"""Documents that an operator sends, filled in for the debtor of the conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from portal import clock, jobs
from portal.account_settings import queries as account_settings
from portal.accounts.models import User
from portal.creditor_settings import queries as creditor_settings
from portal.creditor_settings import service as issuing
from portal.documents import queries as documents
from portal.documents.models import Document, DocumentKind, IssuedDocument
from portal.documents.service import issue
from portal.extensions import db
from portal.inbox.models import Author, Conversation, Message
from portal.inbox.service import queue
from portal.inbox.service.assign import lock
from portal.inbox.service.reply import WindowClosed, check_mine, token_of
from portal.inbox.service.window import may_write
from portal.portfolio import queries as portfolio
from portal.portfolio.models import Agreement, AgreementStatus, Creditor, Debtor


class NotOffered(Exception):
    """The document is not (or no longer) one that this debtor can get."""


@dataclass(frozen=True)
class Offer:
    """A document that can be sent now. `key` names it in a form."""

    key: str
    label: str
    issue: Callable[[], IssuedDocument]


def offers(conversation: Conversation) -> list[Offer]:
    """What can be sent to the debtor of a conversation: a statement for each creditor with open titles, and the term
    and statements of each active agreement. Nothing while nobody is identified. Reads only."""
    debtor = conversation.debtor
    if debtor is None:
        return []
    account_id = conversation.account_id
    titles = portfolio.open_titles(account_id, debtor.id)
    creditors = {title.creditor_id: title.creditor for title in titles}
    found = [offer for creditor in creditors.values() if (offer := _statement(account_id, debtor, creditor))]
    for agreement in portfolio.agreements_of(account_id, debtor.id):
        if agreement.status is AgreementStatus.ACTIVE:
            found.extend(_of_agreement(account_id, debtor, agreement))
    return found


def _statement(account_id: int, debtor: Debtor, creditor: Creditor) -> Offer | None:
    kind = DocumentKind.ORIGINAL_STATEMENT
    if creditor_settings.applying(account_id, creditor.id, kind).document is None:
        return None
    return Offer(
        f"statement:{creditor.id}",
        f"Demonstrativo de débito · {creditor.name}",
        lambda: issuing.issue_for(account_id, debtor, creditor, kind),
    )


def _of_agreement(account_id: int, debtor: Debtor, agreement: Agreement) -> Sequence[Offer]:
    creditor, found = agreement.creditor, []
    kind = DocumentKind.AGREEMENT_TERM
    if creditor_settings.applying(account_id, creditor.id, kind).document is not None:
        found.append(
            Offer(
                f"term:{agreement.id}",
                f"Termo de acordo nº {agreement.number} · {creditor.name}",
                lambda: issuing.issue_for(account_id, debtor, creditor, kind, agreement),
            )
        )
    for document in documents.active_of_kind(account_id, DocumentKind.AGREEMENT_STATEMENT):
        found.append(
            Offer(
                f"agreement-statement:{agreement.id}:{document.id}",
                f"{document.name} · acordo nº {agreement.number}",
                _issuing(document, debtor, agreement),
            )
        )
    return found


def _issuing(document: Document, debtor: Debtor, agreement: Agreement) -> Callable[[], IssuedDocument]:
    return lambda: issue.issue(
        document,
        debtor,
        agreement.creditor,
        agreement=agreement,
        signatory=account_settings.signatory(agreement.account_id),
    )


def queue_for_debtor(conversation_id: int, user: User, key: str, client_token: str) -> None:
    """Issue a document and queue it for the debtor; commits. The same `client_token` again changes nothing.

    Raises Closed, Taken, WindowClosed, NotOffered, or documents' CannotIssue with what is missing: then nothing is kept.
    """
    conversation = lock(conversation_id)
    token = token_of(conversation_id, client_token, key)
    if db.session.scalar(sa.select(Message.id).where(Message.client_token == token)) is not None:
        db.session.rollback()
        return
    check_mine(conversation, user)
    if not may_write(conversation, clock.now()):
        raise WindowClosed
    chosen = next((offer for offer in offers(conversation) if offer.key == key), None)
    if chosen is None:
        raise NotOffered
    content = replace(issue.content_of(chosen.issue()), caption=chosen.label.replace(" · ", ": "))
    queue.add(conversation, content, Author.OPERATOR, user_id=user.id, client_token=token)
    conversation.waiting_since = None
    conversation.unread = 0
    db.session.commit()
    jobs.wake("send-outbox")
