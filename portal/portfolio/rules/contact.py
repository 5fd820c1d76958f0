"""Whom the company never contacts by its own initiative."""

from __future__ import annotations

BLOCKED_CATEGORIES = ("falecido", "cobranca arquivada")
"""Categories of the portfolio under which nobody is contacted (real values of Cedrus users), as search keys."""


def is_blocked(category_key: str) -> bool:
    """Whether a debtor of this category (as `search_key` spells it) must not be contacted."""
    return category_key in BLOCKED_CATEGORIES
