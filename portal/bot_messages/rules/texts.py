"""What may be written in an automatic message, and how it is filled."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping

from portal.bot_messages.rules.catalogue import BODY_LIMIT, COMPANY_NAME, WILDCARDS, MessageKind, spec_of

_WILDCARD = re.compile(r"#[^\s#]+#")
_UNCLOSED = re.compile(r"#\w+")
_STARTER_VARIABLE = re.compile(r"\{\{[^{}]*\}\}")
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def tidy(text: str) -> str:
    """The text as it is kept: composed accents, plain line breaks, no space around it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each known wildcard replaced, once: a value that looks like a wildcard stays as it is.

    `values` is keyed by the wildcard itself ("#NOME_EMPRESA#"). A wildcard without a value stays visible.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group()
        if name not in WILDCARDS or name not in values:
            return name
        return " ".join(values[name].split())[: WILDCARDS[name].longest]

    return _WILDCARD.sub(value, text)


def first_name_of(name: str) -> str:
    """The first word of a registered name, in the case in which one greets: "MARIA DA SILVA" is "Maria"."""
    first = (name.split() or [""])[0]
    return first.capitalize() if first.isupper() or first.islower() else first


def preview(kind: MessageKind, text: str, company: str) -> str:
    """The text as the settings page shows it: the company's own name, and the example of each other wildcard."""
    values = {name: WILDCARDS[name].example for name in spec_of(kind).wildcards}
    return fill(text, {**values, COMPANY_NAME: company})


def check(kind: MessageKind, text: str) -> list[str]:
    """What is wrong, in Portuguese, with a text for this kind of message; empty when it can be saved."""
    text = tidy(text)
    if not any(char.isprintable() and not char.isspace() for char in text):
        return ["Escreva a mensagem. Ela não pode ficar em branco."]
    return [*_length_errors(kind, text), *_character_errors(text), *_wildcard_errors(kind, text)]


def _length_errors(kind: MessageKind, text: str) -> list[str]:
    limit = spec_of(kind).max_length
    if len(text) > limit:
        return [f"A mensagem pode ter no máximo {limit} caracteres; esta tem {len(text)}."]
    over = len(fill(text, {wildcard.name: "x" * wildcard.longest for wildcard in WILDCARDS.values()})) - BODY_LIMIT
    if over > 0:
        noun = "caractere" if over == 1 else "caracteres"
        return [f"Com os coringas preenchidos, a mensagem pode ficar longa demais. Retire pelo menos {over} {noun}."]
    return []


def _character_errors(text: str) -> list[str]:
    if any(_is_control(char) for char in text):
        return ["A mensagem tem caracteres invisíveis que o WhatsApp não aceita. Apague o trecho e digite novamente."]
    return []


def _is_control(char: str) -> bool:
    return char in _BIDI_CONTROLS or (char != "\n" and unicodedata.category(char) in ("Cc", "Cs"))


def _wildcard_errors(kind: MessageKind, text: str) -> list[str]:
    allowed = spec_of(kind).wildcards
    errors = [_wildcard_error(name, allowed) for name in dict.fromkeys(_WILDCARD.findall(text)) if name not in allowed]
    rest = _WILDCARD.sub(" ", text)
    for opened in dict.fromkeys(_UNCLOSED.findall(rest)):
        if near := _nearest(opened + "#", cutoff=0.85):
            errors.append(f"O coringa {opened} está incompleto. Escreva {near}, com # no começo e no fim.")
    if match := _STARTER_VARIABLE.search(rest):
        errors.append(f"{match.group()} só vale nos modelos de início de chat. Aqui use {_listed(allowed)}.")
    return errors


def _wildcard_error(name: str, allowed: tuple[str, ...]) -> str:
    if name in WILDCARDS:
        return f"O coringa {name} não está disponível nesta mensagem. Use {_listed(allowed)}."
    if near := _nearest(name, cutoff=0.6):
        return f"O coringa {name} não existe. Você quis dizer {near}?"
    return f"O coringa {name} não existe. Use {_listed(allowed)}."


def _nearest(name: str, cutoff: float) -> str | None:
    matches = difflib.get_close_matches(name.upper(), list(WILDCARDS), n=1, cutoff=cutoff)
    return matches[0] if matches else None


def _listed(names: tuple[str, ...]) -> str:
    return " ou ".join(names)
