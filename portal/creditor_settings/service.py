"""The documents of each creditor: which ones are chosen, and making one for a debtor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from portal.account_settings.queries import signatory
from portal.audit.service import ChangedMeanwhile, note
from portal.creditor_settings.models import CreditorSettings
from portal.creditor_settings.queries import applying
from portal.documents.kinds import group_of
from portal.documents.models import DocumentKind, IssuedDocument
from portal.documents.service.issue import CannotIssue, issue
from portal.extensions import db, insert_if_missing
from portal.portfolio.models import Agreement, Creditor, Debtor

WHERE = "Escolha em Integração WhatsApp > Configurações por Conta ou Configurações por Credor."


@dataclass(frozen=True)
class Choices:
    """Ids of the company's own documents, None to use what the company has chosen for all."""

    agreement_term_id: int | None = None
    debt_statement_id: int | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Choices:
        """From any mapping that has the fields, such as a form's data or an entry of the audit."""
        return cls(values.get("agreement_term_id"), values.get("debt_statement_id"))


def save(creditor: Creditor, user_id: int, choices: Choices, seen_version: int | None = None) -> None:
    """Store a creditor's choices, which the caller has checked to be of the company; commits.

    With `seen_version`, the version that the form showed, raises ChangedMeanwhile when it is no longer that.
    """
    account_id, creditor_id = creditor.account_id, creditor.id
    row = _locked(account_id, creditor_id)
    if seen_version is not None and row.version != seen_version:
        db.session.rollback()
        raise ChangedMeanwhile
    before, after = asdict(choices_of(row)), asdict(choices)
    if before == after:
        db.session.rollback()
        return
    row.agreement_term_id, row.debt_statement_id = choices.agreement_term_id, choices.debt_statement_id
    row.version += 1
    note(account_id, user_id, "creditor_settings.edit", f"creditor-settings:{creditor_id}", before, after)
    db.session.commit()


def choices_of(row: CreditorSettings) -> Choices:
    """What is chosen for a creditor."""
    return Choices(row.agreement_term_id, row.debt_statement_id)


def _locked(account_id: int, creditor_id: int) -> CreditorSettings:
    """The creditor's row, made where there is none, locked and fresh."""
    insert_if_missing(CreditorSettings, account_id=account_id, creditor_id=creditor_id, version=0)
    return db.session.get_one(CreditorSettings, creditor_id, with_for_update=True, populate_existing=True)


def issue_for(
    account_id: int, debtor: Debtor, creditor: Creditor, kind: DocumentKind, agreement: Agreement | None = None
) -> IssuedDocument:
    """Make the document of a kind that is used for a creditor, signed by the company's signatory, in the caller's
    transaction. Raises CannotIssue with every reason, in Portuguese, also when no document is chosen."""
    document = applying(account_id, creditor.id, kind).document
    if document is None:
        title = group_of(kind).title
        raise CannotIssue((f"{title}: nenhum está escolhido para o credor {creditor.name} nem para a conta. {WHERE}",))
    return issue(document, debtor, creditor, agreement=agreement, signatory=signatory(account_id))
