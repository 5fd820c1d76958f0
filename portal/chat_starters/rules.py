"""The text of a chat starter: its wildcards `{{1}}`, `{{2}}`… and what fills them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

BODY_LIMIT = 1024
"""Meta's limit, for the template and for the text with its wildcards filled."""

_WILDCARD = re.compile(r"\{\{(\d{1,2})\}\}")


class Field(StrEnum):
    """What a wildcard may stand for."""

    DEBTOR_FIRST_NAME = "debtor_first_name"
    DEBTOR_NAME = "debtor_name"
    CREDITOR_NAME = "creditor_name"
    COMPANY_NAME = "company_name"
    OPERATOR_NAME = "operator_name"


FIELD_LABELS: Mapping[Field, str] = {
    Field.DEBTOR_FIRST_NAME: "Primeiro nome do devedor",
    Field.DEBTOR_NAME: "Nome do devedor",
    Field.CREDITOR_NAME: "Nome do credor",
    Field.COMPANY_NAME: "Nome da empresa",
    Field.OPERATOR_NAME: "Nome do operador",
}


def wildcard_count(body: str) -> int:
    """How many wildcards a body has: the highest number."""
    return max((int(number) for number in _WILDCARD.findall(body)), default=0)


def numbering_errors(body: str) -> list[str]:
    """What is wrong with the wildcards, in Portuguese: they run from {{1}} without a gap (Meta, template components)."""
    numbers = {int(number) for number in _WILDCARD.findall(body)}
    missing = [n for n in range(1, max(numbers, default=0) + 1) if n not in numbers]
    errors = [f"Falta o coringa {{{{{missing[0]}}}}}: numere em sequência, a partir de {{{{1}}}}."] if missing else []
    if "{{" in _WILDCARD.sub("", body) or "}}" in _WILDCARD.sub("", body):
        errors.append("Escreva os coringas assim: {{1}}, {{2}}.")
    return errors


def clean(value: str) -> str:
    """A value as Meta takes it: no line break, no tab, no run of spaces (error 132018)."""
    return " ".join(value.split())


def is_bound(body: str, bindings: Sequence[str]) -> bool:
    """Whether every wildcard is associated with a known field."""
    fields = {field.value for field in Field}
    return len(bindings) >= wildcard_count(body) and all(b in fields for b in bindings[: wildcard_count(body)])


def parameters(body: str, bindings: Sequence[str], values: Mapping[Field, str]) -> tuple[str, ...]:
    """The values of {{1}}…{{n}} in order; a missing value is the empty string, which the caller must refuse."""
    return tuple(clean(values.get(Field(name), "")) for name in bindings[: wildcard_count(body)])


def filled(body: str, values: Sequence[str]) -> str:
    """The body as the person reads it."""

    def value(match: re.Match[str]) -> str:
        number = int(match.group(1))
        return values[number - 1] if 1 <= number <= len(values) else match.group()

    return _WILDCARD.sub(value, body)
