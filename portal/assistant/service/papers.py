"""Documents that the assistant issues. Whatever goes wrong with one, the debtor still gets an answer without it."""

from __future__ import annotations

import logging
from dataclasses import replace

from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError

from portal.creditor_settings import service as creditor_settings
from portal.documents.models import DocumentKind
from portal.documents.service import issue
from portal.extensions import db
from portal.gateways.messages import Document
from portal.portfolio.models import Agreement, Creditor, Debtor

log = logging.getLogger("portal.assistant")

UNWELL = (OperationalError, InterfaceError, TimeoutError)
"""The database's trouble, not the document's: the whole message is tried again."""


def statement(account_id: int, debtor: Debtor, creditor: Creditor) -> Document | None:
    """The Demonstrativo de débito of what a debtor owes to a creditor; None when it cannot be issued."""
    caption = f"Demonstrativo de débito: {creditor.name}"
    return _issued(account_id, debtor, creditor, DocumentKind.ORIGINAL_STATEMENT, caption)


def agreement_term(debtor: Debtor, agreement: Agreement) -> Document | None:
    """The Termo de acordo of an agreement; None when it cannot be issued."""
    caption = f"Termo do acordo nº {agreement.number}: {agreement.creditor.name}"
    kind = DocumentKind.AGREEMENT_TERM
    return _issued(agreement.account_id, debtor, agreement.creditor, kind, caption, agreement)


def _issued(
    account_id: int,
    debtor: Debtor,
    creditor: Creditor,
    kind: DocumentKind,
    caption: str,
    agreement: Agreement | None = None,
) -> Document | None:
    try:
        with db.session.begin_nested():
            made = creditor_settings.issue_for(account_id, debtor, creditor, kind, agreement)
            return replace(issue.content_of(made), caption=caption)
    except issue.CannotIssue as missing:
        log.info("%s was not issued for debtor %s: %s", kind, debtor.id, "; ".join(missing.reasons))
    except UNWELL:
        raise
    except Exception:
        log.exception("%s could not be made for debtor %s", kind, debtor.id)
    return None
