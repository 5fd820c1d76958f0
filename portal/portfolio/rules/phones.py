"""Phone numbers, Brazilian ones above all: one canonical form in which both spellings of a mobile are equal.

The canonical form of a mobile has the ninth digit. WhatsApp often leaves it out of its ids (DDD 31 and above), and old
registers do too. An eight-digit local number that begins with 6-9 can only be a mobile that lost it, so it is put back;
one that begins with 2-5 is a landline and stays. Comparing the last eight digits alone would merge the mobile
(11) 92345-6789 with the landline (11) 2345-6789, two people. The price: should WhatsApp drop the ninth digit of a
mobile 9 2xxx to 9 5xxx, its id is read as the landline, and a debt is not shown to the wrong person.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

import phonenumbers

# First digit of the DDD: the second digits in use. 67 in all.
_DDD_DIGITS = {
    "1": "123456789",
    "2": "12478",
    "3": "1234578",
    "4": "123456789",
    "5": "1345",
    "6": "123456789",
    "7": "134579",
    "8": "123456789",
    "9": "123456789",
}
DDDS = frozenset(first + second for first, seconds in _DDD_DIGITS.items() for second in seconds)

_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_WRITTEN = re.compile(r"\+?[0-9\s().\-/\u2010-\u2014]+")
_NOT_DIGIT = re.compile(r"\D+", re.ASCII)
# As most are written, and with one reading: a DDD and a mobile of nine digits or a landline of eight.
_COMMON = re.compile(r"\(?(\d\d)\)? ?(9\d{4}|[2-5]\d{3})-?(\d{4})", re.ASCII)
_SERVICE = re.compile(r"[3589]00\d{6,7}")
_LOST_NINTH = frozenset("6789")
_LANDLINE = frozenset("2345")


class PhoneError(ValueError):
    """The text is not a phone that can be called; the message is in Portuguese and says why."""


class Phone(NamedTuple):
    """`e164` with its plus; `match_key` the same digits without it."""

    e164: str
    match_key: str
    kind: Literal["mobile", "landline"]


@lru_cache(maxsize=8192)
def parse(raw: str) -> Phone:
    """The phone written in `raw`, with or without +55 and trunk zero; other countries need a plus. Raises PhoneError.

    Ten or eleven digits without a plus are DDD and number even when they begin with 55, which is also a DDD.
    """
    if (common := _COMMON.fullmatch(raw)) and common[1] in DDDS:
        return _in_brazil(common[1], common[2] + common[3])
    text = raw.strip()
    if not text:
        raise PhoneError("Informe o telefone com DDD.")
    if _SCIENTIFIC.fullmatch(text):
        raise PhoneError(
            "O Excel trocou o telefone por notação científica e os dígitos se perderam. "
            "Formate a coluna como texto e informe o telefone de novo."
        )
    if not _WRITTEN.fullmatch(text):
        raise PhoneError("O telefone tem letras ou sinais. Use só números, com DDD.")
    digits = _NOT_DIGIT.sub("", text)
    if text.startswith("+"):
        return _international(digits)
    digits = digits.removeprefix("00") if digits.startswith("0055") else digits.removeprefix("0")
    return _brazilian(digits[2:] if len(digits) in (12, 13) and digits.startswith("55") else digits)


def match_key(number: str) -> str:
    """The key under which one line is found again, from an e164 or a wa_id (country code included, plus or not).

    Brazilian mobiles get their ninth digit; landlines and other countries keep all digits. Text without digits is "".
    """
    digits = _NOT_DIGIT.sub("", number)
    if len(digits) == 12 and digits.startswith("55") and digits[2:4] in DDDS and digits[4] in _LOST_NINTH:
        return f"{digits[:4]}9{digits[4:]}"
    return digits


def same_person(one: str, other: str) -> bool:
    """Whether two numbers (e164 or wa_id) are the same line."""
    key = match_key(one)
    return bool(key) and key == match_key(other)


def variants(e164: str) -> tuple[str, ...]:
    """Every spelling under which the line may be known, canonical first, each with its plus.

    A mobile 9 2xxx to 9 5xxx has one only: without the ninth digit it would be somebody's landline.
    """
    key = match_key(e164)
    if _is_brazilian(key) and len(key) == 13 and key[4] == "9" and key[5] in _LOST_NINTH:
        return f"+{key}", f"+{key[:4]}{key[5:]}"
    return (f"+{key}",)


def formatted(e164: str) -> str:
    """For people: (11) 98765-4321, (11) 2345-6789, or +1 415-555-2671 for another country."""
    key = match_key(e164)
    if _is_brazilian(key):
        return f"({key[2:4]}) {key[4:-4]}-{key[-4:]}"
    try:
        number = phonenumbers.parse(f"+{key}", None)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _is_brazilian(key: str) -> bool:
    return len(key) in (12, 13) and key.startswith("55") and key[2:4] in DDDS


def _brazilian(national: str) -> Phone:
    if _SERVICE.fullmatch(national):
        raise PhoneError("O número é de serviço (0800, 0300 ou parecido), não de uma pessoa.")
    if len(national) < 10:
        raise PhoneError("O telefone está incompleto. Informe o DDD e o número.")
    if len(national) > 11:
        raise PhoneError("O telefone tem dígitos demais. Informe um só número, com DDD.")
    ddd, local = national[:2], national[2:]
    if ddd not in DDDS:
        raise PhoneError(f"O DDD {ddd} não existe.")
    return _in_brazil(ddd, local)


def _in_brazil(ddd: str, local: str) -> Phone:
    if len(set(local)) == 1:
        raise PhoneError("O número tem todos os dígitos iguais: parece preenchimento.")
    if len(local) == 8 and local[0] in _LOST_NINTH:
        local = f"9{local}"
    if len(local) == 9 and local[0] != "9":
        raise PhoneError("Celular com 9 dígitos começa com 9.")
    if len(local) == 8 and local[0] not in _LANDLINE:
        raise PhoneError(f"Nenhum telefone começa com {local[0]} depois do DDD.")
    key = f"55{ddd}{local}"
    return Phone(f"+{key}", key, "mobile" if len(local) == 9 else "landline")


def _international(digits: str) -> Phone:
    if digits.startswith("55"):
        return _brazilian(digits[2:].removeprefix("0"))
    try:
        number = phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException as error:
        raise PhoneError("O código do país não existe.") from error
    if not phonenumbers.is_valid_number(number):
        raise PhoneError("O telefone não existe no país do código informado.")
    landline = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Phone(e164=e164, match_key=e164[1:], kind="landline" if landline else "mobile")
