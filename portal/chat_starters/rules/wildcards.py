"""The text of a chat starter: its wildcards `{{1}}`, `{{2}}`… and what fills them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

BODY_LIMIT = 1024
"""Meta's limit, for the template and for the text with its wildcards filled."""

NAME_LIMIT = 512

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


FIXED = "text:"
"""Begins a binding that is no field but a fixed text: "text:a sua escola"."""

FIXED_LIMIT = 100

EXAMPLES: Mapping[Field, str] = {
    Field.DEBTOR_FIRST_NAME: "Maria",
    Field.DEBTOR_NAME: "Maria da Silva",
    Field.CREDITOR_NAME: "Escola Exemplo",
    Field.COMPANY_NAME: "Cobrança Exemplo",
    Field.OPERATOR_NAME: "João Pereira",
}

UNSUPPORTED: Mapping[str, str] = {
    "category": "Só modelos das categorias Marketing e Utilidade são usados aqui.",
    "named": "Os coringas têm nomes. Use coringas numerados: {{1}}, {{2}}.",
    "header": "O cabeçalho tem arquivo, localização ou coringa.",
    "button": "Há um botão com coringa, código ou formulário.",
    "component": "O modelo tem partes além de texto, rodapé e botões simples.",
    "body": "Os coringas do texto não seguem a sequência {{1}}, {{2}}.",
}
"""Why a template of Meta's cannot be sent by this version, by the code that `unsupported` returns."""

_PLAIN_BUTTONS = frozenset({"QUICK_REPLY", "PHONE_NUMBER", "URL"})


def wildcard_count(body: str) -> int:
    """How many wildcards a body has: the highest number."""
    return max((int(number) for number in _WILDCARD.findall(body)), default=0)


def wildcard_numbers(body: str) -> frozenset[int]:
    """The numbers of the wildcards of a body."""
    return frozenset(int(number) for number in _WILDCARD.findall(body))


def numbering_errors(body: str) -> list[str]:
    """What is wrong with the wildcards, in Portuguese: they run from {{1}} without a gap (Meta's rule)."""
    numbers = {int(number) for number in _WILDCARD.findall(body)}
    missing = [n for n in range(1, max(numbers, default=0) + 1) if n not in numbers]
    errors = [f"Falta o coringa {{{{{missing[0]}}}}}: numere em sequência, a partir de {{{{1}}}}."] if missing else []
    if "{{" in _WILDCARD.sub("", body) or "}}" in _WILDCARD.sub("", body):
        errors.append("Escreva os coringas assim: {{1}}, {{2}}.")
    return errors


def remote_name(name: str) -> str:
    """A name as Meta takes it (`^[a-z0-9_]+$`): "Início de cobrança" is "inicio_de_cobranca"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def unsupported(category: str, parameter_format: str, body: str, components: Sequence[Mapping[str, Any]]) -> str:
    """The code of `UNSUPPORTED` for a template of Meta's that only a richer version could send; "" when it can be sent.

    Sendable is a text body whose wildcards are numbered, with nothing else to fill in.
    """
    if category not in ("UTILITY", "MARKETING"):
        return "category"
    if parameter_format == "NAMED" and "{{" in body:
        return "named"
    for component in components:
        if code := _unsupported_part(component):
            return code
    return "body" if not body or numbering_errors(body) else ""


def _unsupported_part(component: Mapping[str, Any]) -> str:
    match str(component.get("type", "")).upper():
        case "BODY" | "FOOTER":
            return ""
        case "HEADER":
            plain = str(component.get("format", "")).upper() == "TEXT" and "{{" not in str(component.get("text", ""))
            return "" if plain else "header"
        case "BUTTONS":
            buttons = component.get("buttons")
            return "" if isinstance(buttons, list) and all(_is_plain(button) for button in buttons) else "button"
    return "component"


def _is_plain(button: Any) -> bool:
    if not isinstance(button, Mapping):
        return False
    return str(button.get("type", "")).upper() in _PLAIN_BUTTONS and "{{" not in str(button.get("url", ""))


def clean(value: str) -> str:
    """A value as Meta takes it: no line break, no tab, no run of spaces (error 132018)."""
    return " ".join(value.split())


def is_binding(name: str) -> bool:
    """Whether this can fill a wildcard: a known field, or a fixed text that is not empty once it is clean."""
    if name.startswith(FIXED):
        return 0 < len(clean(name.removeprefix(FIXED))) <= FIXED_LIMIT
    return name in {field.value for field in Field}


def is_bound(body: str, bindings: Sequence[str]) -> bool:
    """Whether every wildcard is associated with a known field or a fixed text."""
    count = wildcard_count(body)
    return len(bindings) >= count and all(is_binding(name) for name in bindings[:count])


def parameters(body: str, bindings: Sequence[str], values: Mapping[Field, str]) -> tuple[str, ...]:
    """The values of {{1}}…{{n}} in order; a missing value is the empty string, which the caller must refuse."""
    return tuple(clean(_value(name, values)) for name in bindings[: wildcard_count(body)])


def _value(name: str, values: Mapping[Field, str]) -> str:
    return name.removeprefix(FIXED) if name.startswith(FIXED) else values.get(Field(name), "")


def filled(body: str, values: Sequence[str]) -> str:
    """The body as the person reads it."""

    def value(match: re.Match[str]) -> str:
        number = int(match.group(1))
        return values[number - 1] if 1 <= number <= len(values) else match.group()

    return _WILDCARD.sub(value, body)


def preview(body: str, bindings: Sequence[str], values: Mapping[Field, str] | None = None) -> str:
    """The body with what fills each associated wildcard, an example without `values`; the others stay visible."""
    known = values or EXAMPLES
    shown = [
        clean(_value(name, known)) if is_binding(name) else f"{{{{{number}}}}}"
        for number, name in enumerate(bindings, start=1)
    ]
    return filled(body, shown)
