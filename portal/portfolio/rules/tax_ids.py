"""CPF and CNPJ (numeric, and alphanumeric since July 2026), always kept as text: 11 or 14 characters, upper case."""

from __future__ import annotations

import re
from functools import lru_cache
from operator import mul
from typing import Literal

from stdnum.br import cnpj

_PUNCTUATION = str.maketrans("", "", " \t\r\n\u00a0.-/\u2010\u2011\u2012\u2013\u2014'\"")
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
# What may stand between two groups of digits of one number: "111.444.777-35", "111 444 777 35", "111. 444".
_DIGIT_RUN = re.compile(r"(?<![0-9A-Za-z])\d+(?:[ .,/\-\u2013]{1,2}\d+)*(?![0-9A-Za-z])")
_CNPJ_SHAPE = re.compile(
    r"(?<![0-9A-Z])(?=([0-9A-Z]{2}[ .]?[0-9A-Z]{3}[ .]?[0-9A-Z]{3}[ /]?[0-9A-Z]{4}[ -]?\d{2})(?![0-9A-Z]))"
)
_LABEL = re.compile(r"\b(?:CPF|CNPJ)\W*(?=\w*\d)", re.IGNORECASE)
_CHAT_LIMIT = 1000
_FIRST_WEIGHTS = tuple(range(10, 1, -1))
_SECOND_WEIGHTS = tuple(range(11, 2, -1))
# Digits are weighed as the characters that they are: what as many zeros weigh is taken off again.
_FIRST_ZEROS, _SECOND_ZEROS = (ord("0") * sum(weights) for weights in (_FIRST_WEIGHTS, _SECOND_WEIGHTS))


class TaxIdError(ValueError):
    """The text is not a CPF or CNPJ; the message is in Portuguese and says what to correct."""


@lru_cache(maxsize=8192)
def normalise(raw: str) -> str:
    """The canonical id: 11 digits (CPF) or 14 characters (CNPJ), with the zeros that a spreadsheet dropped put back.

    Digits alone, 9 or 10 of them, are a CPF and 12 or 13 a CNPJ, if the check digits agree once padded. Letters are
    never dropped. Raises TaxIdError.
    """
    if is_valid(raw):
        return raw
    if _SCIENTIFIC.fullmatch(raw.strip()):
        raise TaxIdError(
            "O Excel trocou o número por notação científica e os dígitos se perderam. "
            "Formate a coluna como texto e informe o CPF ou CNPJ de novo."
        )
    compact = raw.translate(_PUNCTUATION).upper()
    if not compact:
        raise TaxIdError("Informe o CPF ou CNPJ.")
    if not (compact.isascii() and compact.isalnum()):
        raise TaxIdError("O CPF ou CNPJ tem um caractere que não é letra nem número.")
    padded = _with_lost_zeros(compact)
    if not is_valid(padded):
        raise TaxIdError(_reason(padded))
    return padded


def kind(tax_id: str) -> Literal["cpf", "cnpj"]:
    """Which of the two a canonical id is, by its length."""
    return "cpf" if len(tax_id) == 11 else "cnpj"


def is_valid(tax_id: str) -> bool:
    """Whether a text without punctuation is a valid id. Repeats such as 111.111.111-11, which add up, are refused."""
    if len(set(tax_id)) == 1 or not (tax_id.isascii() and tax_id.isalnum()):
        return False
    if len(tax_id) == 11:
        return tax_id.isdigit() and _cpf_digits(tax_id) == tax_id[9:]
    return len(tax_id) == 14 and tax_id == tax_id.upper() and bool(cnpj.is_valid(tax_id))


def formatted(tax_id: str) -> str:
    """A canonical id with its punctuation: 111.444.777-35 or 12.ABC.345/01DE-35."""
    if len(tax_id) == 11:
        return f"{tax_id[:3]}.{tax_id[3:6]}.{tax_id[6:9]}-{tax_id[9:]}"
    return f"{tax_id[:2]}.{tax_id[2:5]}.{tax_id[5:8]}/{tax_id[8:12]}-{tax_id[12:]}"


def masked(tax_id: str) -> str:
    """A canonical id that can be shown to people without the right to see it whole.

    CPF: ***.444.777-**, the form used by public bodies. CNPJ: 12.ABC.***/****-**, the first five characters: enough to
    tell two companies of a list apart, not enough to look the company up.
    """
    if len(tax_id) == 11:
        return f"***.{tax_id[3:6]}.{tax_id[6:9]}-**"
    return f"{tax_id[:2]}.{tax_id[2:5]}.***/****-**"


def candidates_in(text: str) -> str | None:
    """The first CPF or CNPJ in what a debtor types, canonical, or None. Lost zeros are not guessed at here.

    Numbers are tried before alphanumeric CNPJs, whose shape words could take on.
    """
    text = _LABEL.sub(" ", text[:_CHAT_LIMIT])
    return _digits_in(text) or _alphanumeric_in(text.upper())


def _cpf_digits(tax_id: str) -> str:
    """The check digits of a CPF. A library takes ten times as long, and a portfolio has a hundred thousand."""
    digits = tax_id.encode("ascii")
    first = (sum(map(mul, digits, _FIRST_WEIGHTS)) - _FIRST_ZEROS) * 10 % 11 % 10
    second = (sum(map(mul, digits, _SECOND_WEIGHTS)) - _SECOND_ZEROS + 2 * first) * 10 % 11 % 10
    return f"{first}{second}"


def _with_lost_zeros(compact: str) -> str:
    if not compact.isdigit():
        return compact
    if len(compact) in (9, 10):
        return compact.zfill(11)
    return compact.zfill(14) if len(compact) in (12, 13) else compact


def _reason(compact: str) -> str:
    if len(set(compact)) == 1:
        return "O CPF ou CNPJ tem todos os dígitos iguais."
    if len(compact) == 11 and compact.isdigit():
        return "Os dígitos verificadores do CPF não conferem."
    if len(compact) == 14:
        return "Os dígitos verificadores do CNPJ não conferem."
    return f"O CPF tem 11 dígitos e o CNPJ tem 14 caracteres; aqui há {len(compact)}."


def _digits_in(text: str) -> str | None:
    for run in _DIGIT_RUN.finditer(text):
        groups = re.findall(r"\d+", run.group())
        for start in range(len(groups)):
            found = _first_valid(groups[start : start + 14])
            if found:
                return found
    return None


def _first_valid(groups: list[str]) -> str | None:
    joined = ""
    for group in groups:
        joined += group
        if len(joined) in (11, 14) and is_valid(joined):
            return joined
        if len(joined) >= 14:
            return None
    return None


def _alphanumeric_in(text: str) -> str | None:
    for shape in _CNPJ_SHAPE.finditer(text):
        compact = shape.group(1).translate(_PUNCTUATION)
        # Words of the right lengths ("de rua das casa 12") have no digit before the check digits; real ids do.
        if sum(c.isdigit() for c in compact[:12]) >= 2 and is_valid(compact):
            return compact
    return None
