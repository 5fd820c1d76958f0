"""Amounts in reais, always Decimal with two places."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_currency

MAXIMUM = Decimal("999999999.99")

_CENT = Decimal("0.01")
_SYMBOL = re.compile(r"^R\$|[\s\u00a0]+")
_NEGATIVE = re.compile(r"^[-\u2212(]|-$")
_BRAZILIAN = re.compile(r"(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d{1,2})?", re.ASCII)
_POINT = re.compile(r"\d+\.\d{1,2}", re.ASCII)
_AMERICAN = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+\.\d{1,2}", re.ASCII)
_LONG_FRACTION = re.compile(r"[\d.]*\d,\d{3,}|\d+\.\d{3,}", re.ASCII)
# A float carries some 15 digits: what is left of an amount after its cents is noise below this, a real fraction above.
_NOISE = 1e-6


class AmountError(ValueError):
    """The value is not an amount that can be owed; the message is in Portuguese and says why."""


def parse_amount(raw: str | float | Decimal) -> Decimal:
    """The amount, with two places, greater than zero and up to 999.999.999,99. Raises AmountError.

    Text is read the Brazilian way: "1.234,56", "1234,56", "R$ 1.234,5". A single dot before one or two digits is a
    decimal point ("1234.56"), before three it separates thousands ("1.234" is 1234,00). "1,234.56" has both signs and
    one reading; "1,234" has two and is refused. Numbers come from spreadsheet cells.
    """
    if isinstance(raw, str):
        return _from_text(raw)
    if isinstance(raw, bool):
        raise AmountError("O valor não é um número.")
    if isinstance(raw, float):
        return _in_range(_from_float(raw))
    amount = Decimal(raw)
    if not amount.is_finite():
        raise AmountError("O valor não é um número.")
    # Before rounding, which fails on numbers of more digits than the context holds.
    if abs(amount) <= MAXIMUM and amount != round(amount, 2):
        raise AmountError("O valor tem mais de duas casas decimais.")
    return _in_range(amount)


def format_brl(amount: Decimal) -> str:
    """R$ 1.234,56, with a no-break space after the symbol."""
    return str(format_currency(amount, "BRL", locale="pt_BR"))


@lru_cache(maxsize=4096)
def _from_text(raw: str) -> Decimal:
    if _BRAZILIAN.fullmatch(raw):
        return _from_brazilian(raw)
    text = _SYMBOL.sub("", raw.strip())
    if not text:
        raise AmountError("Informe o valor.")
    if _NEGATIVE.search(text):
        raise AmountError("O valor é negativo.")
    if _BRAZILIAN.fullmatch(text):
        return _from_brazilian(text)
    if _POINT.fullmatch(text) or _AMERICAN.fullmatch(text):
        return _in_range(Decimal(text.replace(",", "")))
    if _LONG_FRACTION.fullmatch(text):
        raise AmountError("O valor tem mais de duas casas decimais. Escreva como 1.234,56.")
    raise AmountError("O valor não é um número. Escreva como 1.234,56.")


def _from_brazilian(text: str) -> Decimal:
    return _in_range(Decimal(text.replace(".", "").replace(",", ".")))


def _from_float(number: float) -> Decimal:
    if not math.isfinite(number):
        raise AmountError("O valor não é um número.")
    if abs(number) > MAXIMUM + 1:
        raise AmountError("O valor passa de 999.999.999,99.")
    if abs(number - round(number, 2)) > _NOISE:
        raise AmountError("O valor tem mais de duas casas decimais.")
    return Decimal(repr(round(number, 2)))


def _in_range(amount: Decimal) -> Decimal:
    if amount <= 0:
        raise AmountError("O valor é negativo." if amount else "O valor é zero.")
    if amount > MAXIMUM:
        raise AmountError("O valor passa de 999.999.999,99.")
    return amount.quantize(_CENT)
