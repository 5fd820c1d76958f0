"""Linha digitável and bar code of the two kinds of boleto: bank (47 digits) and arrecadação (48), both 44 in bars.

Layouts: FEBRABAN's for bank boletos (general check digit at position 5) and for arrecadação (position 4).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal

_SEPARATORS = re.compile(r"[\s\u00a0.\-]+")
_FACTOR_BASE = date(1997, 10, 7)
# Four digits ran out on 2025-02-21 (9999); the next day is 1000 again, and so every 9,000 days.
_FACTOR_CYCLE = 9000


class BoletoError(ValueError):
    """The line or bar code is wrong; the message is in Portuguese and says where."""


@dataclass(frozen=True, slots=True)
class Boleto:
    """`line` (47 or 48 digits) and `barcode` (44) without mask; `amount` or `due` is None when the boleto has none."""

    kind: Literal["bank", "collection"]
    line: str
    barcode: str
    amount: Decimal | None
    due: date | None


@lru_cache(maxsize=4096)
def parse_line(raw: str, today: date) -> Boleto:
    """The boleto of a linha digitável, or of the 44 digits of its bar code, every check digit verified.

    The due date repeats every 9,000 days: the one nearest to `today` is taken. Raises BoletoError.
    """
    digits = _SEPARATORS.sub("", raw)
    if not digits:
        raise BoletoError("Informe a linha digitável.")
    if not (digits.isascii() and digits.isdigit()):
        raise BoletoError("A linha digitável só pode ter números.")
    if len(digits) == 44:
        digits = line_from_barcode(digits)
    if len(digits) == 47:
        return _bank(digits, today)
    if len(digits) == 48 and digits[0] == "8":
        return _collection(digits)
    raise BoletoError(
        f"A linha digitável tem 47 dígitos (boleto) ou 48 começando com 8 (arrecadação); aqui há {len(digits)}."
    )


def line_from_barcode(barcode: str) -> str:
    """The linha digitável of a 44-digit bar code. Raises BoletoError when its general check digit is wrong."""
    if len(barcode) != 44 or not (barcode.isascii() and barcode.isdigit()):
        raise BoletoError("O código de barras tem 44 dígitos.")
    if barcode[0] == "8":
        return _collection_line(barcode)
    _check_bank_barcode(barcode)
    free = barcode[19:]
    fields = (barcode[:4] + free[:5], free[5:15], free[15:])
    return "".join(field + mod10(field) for field in fields) + barcode[4] + barcode[5:19]


def formatted(line: str) -> str:
    """The line as it is printed: AAAAA.AAAAA BBBBB.BBBBBB CCCCC.CCCCCC D EEEEEEEEEEEEEE, or four blocks 9…9-D."""
    if len(line) == 48:
        return " ".join(f"{line[i : i + 11]}-{line[i + 11]}" for i in range(0, 48, 12))
    return f"{line[:5]}.{line[5:10]} {line[10:15]}.{line[15:21]} {line[21:26]}.{line[26:32]} {line[32]} {line[33:]}"


def mod10(digits: str) -> str:
    """Check digit with weights 2, 1, 2… from the right, the digits of each product added."""
    total = sum(sum(divmod(int(digit) * (2 - i % 2), 10)) for i, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _mod11_remainder(digits: str) -> int:
    return sum(int(digit) * (2 + i % 8) for i, digit in enumerate(reversed(digits))) % 11


def _bank(line: str, today: date) -> Boleto:
    for number, (start, end) in enumerate(((0, 9), (10, 20), (21, 31)), start=1):
        if mod10(line[start:end]) != line[end]:
            raise BoletoError(f"O dígito verificador do {number}º campo da linha digitável não confere.")
    barcode = line[:4] + line[32:47] + line[4:9] + line[10:20] + line[21:31]
    _check_bank_barcode(barcode)
    return Boleto("bank", line, barcode, _cents(barcode[9:19]), _due(int(barcode[5:9]), today))


def _check_bank_barcode(barcode: str) -> None:
    if barcode[3] != "9":
        raise BoletoError("O 4º dígito da linha digitável deve ser 9 (real).")
    digit = 11 - _mod11_remainder(barcode[:4] + barcode[5:])
    if str(1 if digit > 9 else digit) != barcode[4]:
        raise BoletoError("O dígito verificador geral da linha digitável não confere.")


def _due(factor: int, today: date) -> date | None:
    if factor == 0:
        return None
    if factor < 1000:
        raise BoletoError("O fator de vencimento da linha digitável não é válido.")
    first = _FACTOR_BASE + timedelta(days=factor)
    cycles = round((today - first).days / _FACTOR_CYCLE)
    return first + timedelta(days=_FACTOR_CYCLE * max(0, cycles))


def _collection(line: str) -> Boleto:
    blocks = [line[i : i + 12] for i in range(0, 48, 12)]
    barcode = "".join(block[:11] for block in blocks)
    check = _collection_digit(barcode)
    for number, block in enumerate(blocks, start=1):
        if check(block[:11]) != block[11]:
            raise BoletoError(f"O dígito verificador do {number}º bloco da linha digitável não confere.")
    _collection_line(barcode)
    # Types 6 and 8 carry the amount to pay; 7 and 9 carry a reference quantity in its place.
    amount = _cents(barcode[4:15]) if barcode[2] in "68" else None
    return Boleto("collection", line, barcode, amount, None)


def _collection_line(barcode: str) -> str:
    check = _collection_digit(barcode)
    if check(barcode[:3] + barcode[4:]) != barcode[3]:
        raise BoletoError("O dígito verificador geral da linha digitável não confere.")
    blocks = [barcode[i : i + 11] for i in range(0, 44, 11)]
    return "".join(block + check(block) for block in blocks)


def _collection_digit(barcode: str) -> Callable[[str], str]:
    if barcode[2] in "67":
        return mod10
    if barcode[2] in "89":
        return _collection_mod11
    raise BoletoError("O 3º dígito de uma linha de arrecadação deve ser 6, 7, 8 ou 9.")


def _collection_mod11(digits: str) -> str:
    remainder = _mod11_remainder(digits)
    return "0" if remainder < 2 else str(11 - remainder)


def _cents(digits: str) -> Decimal | None:
    return Decimal(int(digits)).scaleb(-2) if int(digits) else None
