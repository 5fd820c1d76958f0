"""Percentages of a contract, always Decimal with two places, and the legal limits on a creditor's charges."""

from __future__ import annotations

import re
from decimal import Decimal

CONSUMER_FINE = Decimal(2)
"""The most that a consumer's late payment may be fined, once (CDC, art. 52, § 1º)."""

MAXIMUM = Decimal(100)

_WRITTEN = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?", re.ASCII)


class PercentError(ValueError):
    """The text is not a percentage that can be charged; the message is in Portuguese and says why."""


def parse_percent(raw: str) -> Decimal:
    """The percentage in "2", "1,5", "1.50" or "2 %", from 0 to 100; nothing written is 0. Raises PercentError."""
    text = raw.strip().removesuffix("%").strip()
    if not text:
        return Decimal("0.00")
    if text.startswith(("-", "\u2212")):
        raise PercentError("O percentual não pode ser negativo.")
    if re.fullmatch(r"\d+[.,]\d{3,}", text, re.ASCII):
        raise PercentError("Use no máximo duas casas decimais, como 1,50.")
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise PercentError("Escreva um percentual, como 2 ou 1,5.")
    percent = Decimal(f"{found[1]}.{(found[2] or '0').ljust(2, '0')}")
    if percent > MAXIMUM:
        raise PercentError("O percentual vai de 0 a 100.")
    return percent


def format_percent(percent: Decimal) -> str:
    """The percentage in as few digits as it takes: 2, 1,5, 0,33."""
    whole = f"{percent:.2f}".rstrip("0").rstrip(".")
    return whole.replace(".", ",")


def fine_problem(fine: Decimal, *, consumer: bool) -> str:
    """Why this multa may not be charged, "" when it may."""
    if consumer and fine > CONSUMER_FINE:
        return (
            "Na relação de consumo, a multa vai até 2 % (Código de Defesa do Consumidor, art. 52, § 1º). "
            "Informe até 2, ou desmarque a relação de consumo se o contrato não for de consumo."
        )
    return ""


def fee_problem(fee: Decimal, clause: str) -> str:
    """Why these honorários may not be charged without this clause (STJ, REsp 1.002.445), "" when they may."""
    if fee > 0 and not clause.strip():
        return (
            "Honorários só podem ser cobrados quando o contrato prevê (entendimento do STJ). "
            "Escreva a cláusula, como “Cláusula 8ª do contrato de prestação de serviços”, ou deixe os honorários em 0."
        )
    return ""
