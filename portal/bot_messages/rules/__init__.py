"""The automatic messages: `catalogue` has what there is, `texts` what may be written and how it is filled."""

from __future__ import annotations

from portal.bot_messages.rules.catalogue import (
    BODY_LIMIT,
    COMPANY_NAME,
    DEFAULT_TEXTS,
    FIRST_NAME,
    OPERATOR_NAME,
    RETURNS_AT,
    SPECS,
    TEXT_LIMIT,
    WILDCARDS,
    Group,
    MessageKind,
    MessageSpec,
    Wildcard,
    spec_of,
)
from portal.bot_messages.rules.texts import check, fill, first_name_of, preview, tidy

__all__ = [
    "BODY_LIMIT",
    "COMPANY_NAME",
    "DEFAULT_TEXTS",
    "FIRST_NAME",
    "OPERATOR_NAME",
    "RETURNS_AT",
    "SPECS",
    "TEXT_LIMIT",
    "WILDCARDS",
    "Group",
    "MessageKind",
    "MessageSpec",
    "Wildcard",
    "check",
    "fill",
    "first_name_of",
    "preview",
    "spec_of",
    "tidy",
]
