"""Reads of the portfolio: debtors with their titles, agreements, and imports."""

from __future__ import annotations

from portal.portfolio.queries.agreements import (
    Standing,
    agreement_in,
    agreements_of,
    charge_of,
    current_agreement,
    standing,
    terms_of,
    updated_titles,
)
from portal.portfolio.queries.debtors import (
    NARROW_LIMIT,
    PAGE,
    DebtorLine,
    TitleGroup,
    browse,
    creditors_of,
    debtor_by_tax_id,
    debtor_in,
    debtors_with_phone,
    find_few,
    open_titles,
    search_key,
    titles_by_creditor,
)
from portal.portfolio.queries.imports import REMARKS, import_in, imports_of, remarks, same_file

__all__ = [
    "NARROW_LIMIT",
    "PAGE",
    "REMARKS",
    "DebtorLine",
    "Standing",
    "TitleGroup",
    "agreement_in",
    "agreements_of",
    "browse",
    "charge_of",
    "creditors_of",
    "current_agreement",
    "debtor_by_tax_id",
    "debtor_in",
    "debtors_with_phone",
    "find_few",
    "import_in",
    "imports_of",
    "open_titles",
    "remarks",
    "same_file",
    "search_key",
    "standing",
    "terms_of",
    "titles_by_creditor",
    "updated_titles",
]
