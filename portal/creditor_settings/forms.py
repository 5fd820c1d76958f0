from __future__ import annotations

from portal.account_settings.forms import DocumentsForm
from portal.account_settings.queries import NamesDocuments, Options


class CreditorSettingsForm(DocumentsForm):
    """The documents of one creditor; choosing none uses the company's."""

    def set_apart(self, creditor_id: int) -> None:
        """Give the fields ids of their own: several creditors can be edited on one page."""
        for field in self:
            field.id = f"{field.short_name}-{creditor_id}"

    def offer_beside(self, company: NamesDocuments, options: dict[str, Options]) -> None:
        """What can be chosen in each field, with what "the company's" is at the moment."""
        for field, named in (
            ("agreement_term_id", company.agreement_term),
            ("debt_statement_id", company.debt_statement),
        ):
            used = named.name if named is not None and named.active else "nenhum"
            self[field].offer(options[field], f"Usar o da conta ({used})")
