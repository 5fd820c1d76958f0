"""Issuing: a document filled for a debtor, complete or not at all, kept with its calculation and its file."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa

from portal.accounts.models import Account, User
from portal.documents.kinds import group_of
from portal.documents.models import Document, DocumentKind, IssuedDocument
from portal.documents.render import Sheet, pdf
from portal.documents.rules.wildcards import used
from portal.documents.service import files, values
from portal.documents.service.facts import Facts, gather
from portal.documents.service.gaps import gaps
from portal.extensions import db
from portal.gateways.messages import Document as FileContent
from portal.portfolio.models import Agreement, Creditor, Debtor
from portal.portfolio.rules.charges import FIGURES

MIME_TYPE = "application/pdf"
DRAFT = "000 (prévia)"


class CannotIssue(Exception):
    """The document would have a hole; `reasons` say in Portuguese what is missing and where to fill it in."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def issue(
    document: Document,
    debtor: Debtor,
    creditor: Creditor,
    *,
    agreement: Agreement | None = None,
    signatory: User | None = None,
) -> IssuedDocument:
    """Make the PDF and its row in the caller's transaction; the file is on the disk before the commit.

    The account's row stays locked until then, so that numbers follow each other. Raises CannotIssue, RenderError.
    """
    facts = gather(document.kind, debtor, creditor, agreement, signatory)
    reasons = gaps(facts, document.body)
    if not document.active:
        reasons.insert(0, f"O documento “{document.name}” está inativo.")
    if reasons:
        raise CannotIssue(tuple(reasons))
    number = _next_number(document.account_id)
    content = pdf(sheet_of(facts, document.body, str(number)))
    issued = _row(document, facts, number, content)
    db.session.add(issued)
    db.session.flush()
    return issued


def draft(
    kind: DocumentKind,
    body: str,
    debtor: Debtor,
    creditor: Creditor,
    agreement: Agreement | None = None,
    signatory: User | None = None,
) -> Sheet:
    """What would be printed, with its holes: for a preview, never for a debtor."""
    return sheet_of(gather(kind, debtor, creditor, agreement, signatory), body, DRAFT)


def missing(
    kind: DocumentKind,
    body: str,
    debtor: Debtor,
    creditor: Creditor,
    agreement: Agreement | None = None,
    signatory: User | None = None,
) -> list[str]:
    """Every reason, in Portuguese, why this text could not be issued for this debt; empty when it could."""
    return gaps(gather(kind, debtor, creditor, agreement, signatory), body)


def content_of(issued: IssuedDocument) -> FileContent:
    """The file as it is sent. Its name, which the debtor sees, has no personal data."""
    name = f"{title_of(issued.document.kind)} {issued.number}"
    return FileContent(path=issued.path, filename=f"{name}.pdf", mime_type=MIME_TYPE)


def title_of(kind: DocumentKind) -> str:
    return group_of(kind).title


def _next_number(account_id: int) -> int:
    """The account's next number. Of two at once, the second waits for the first to commit."""
    db.session.execute(sa.select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))
    last = db.session.scalar(sa.select(sa.func.max(IssuedDocument.number)).filter_by(account_id=account_id))
    return (last or 0) + 1


def sheet_of(facts: Facts, body: str, number: str) -> Sheet:
    """The facts on paper, whether they are complete or not."""
    return Sheet(
        title=title_of(facts.kind),
        body=body,
        filled=values.filled(facts),
        letterhead=values.letterhead(facts),
        number=number,
        issued_at=values.moment(facts.at, facts.account.timezone),
        author=facts.account.name,
    )


def _row(document: Document, facts: Facts, number: int, content: bytes) -> IssuedDocument:
    return IssuedDocument(
        account_id=document.account_id,
        document_id=document.id,
        document_version=document.version,
        debtor_id=facts.debtor.id,
        creditor_id=facts.creditor.id,
        agreement_id=facts.agreement.id if facts.agreement else None,
        user_id=facts.signatory.id if facts.signatory else None,
        number=number,
        total=facts.total,
        memory=_memory(facts, document),
        path=files.keep(document.account_id, content),
        digest=hashlib.sha256(content).hexdigest(),
        issued_at=facts.at,
    )


def _memory(facts: Facts, document: Document) -> dict[str, Any]:
    """The whole calculation with the values and the text that were printed."""
    content = values.filled(facts)
    return {
        "kind": facts.kind.value,
        "on": facts.today.isoformat(),
        "titles": [
            {"title_id": line.title.id, "number": line.title.number, "days": line.days, **line.memory}
            for line in facts.lines
        ],
        "sums": {name: str(getattr(facts.sums, name)) for name in FIGURES},
        "instalments": [
            {"number": each.number, "due_date": each.due_date.isoformat(), "amount": str(each.amount)}
            for each in facts.instalments
        ],
        "split": facts.split_steps,
        "total": str(facts.total),
        "values": {name: content.values[name] for name in used(document.body) if name in content.values},
        "body": document.body,
    }
