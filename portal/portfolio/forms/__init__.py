"""The forms of the portfolio: creditors, debtors and titles by hand, searches, and files."""

from __future__ import annotations

from portal.portfolio.forms.search import CreditorSearchForm, ImportForm, SearchForm

__all__ = ["CreditorSearchForm", "ImportForm", "SearchForm"]
