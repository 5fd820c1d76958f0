"""Amounts and dates written out, as contracts have them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

LARGEST = Decimal("999999999999.99")

_UNITS = (
    *("zero", "um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove"),
    *("dez", "onze", "doze", "treze", "quatorze", "quinze", "dezesseis", "dezessete", "dezoito", "dezenove"),
)
_TENS = ("", "", "vinte", "trinta", "quarenta", "cinquenta", "sessenta", "setenta", "oitenta", "noventa")
_HUNDREDS = (
    *("", "cento", "duzentos", "trezentos", "quatrocentos", "quinhentos"),
    *("seiscentos", "setecentos", "oitocentos", "novecentos"),
)
_MONTHS = (
    *("janeiro", "fevereiro", "março", "abril", "maio", "junho"),
    *("julho", "agosto", "setembro", "outubro", "novembro", "dezembro"),
)
_SCALES = ((10**9, "bilhão", "bilhões"), (10**6, "milhão", "milhões"), (10**3, "mil", "mil"), (1, "", ""))
_MILLION = 10**6


def amount_in_words(amount: Decimal) -> str:
    """ "mil, cento e noventa e três reais e oitenta e seis centavos".

    Raises ValueError below zero, above 999.999.999.999,99 and for fractions of a cent.
    """
    if not 0 <= amount <= LARGEST or amount != round(amount, 2):
        raise ValueError(f"{amount} is no amount that can be written out")
    reais, centavos = divmod(int(amount * 100), 100)
    parts = []
    if reais or not centavos:
        of = " de" if reais and reais % _MILLION == 0 else ""
        parts.append(f"{_number(reais)}{of} {'real' if reais == 1 else 'reais'}")
    if centavos:
        parts.append(f"{_number(centavos)} {'centavo' if centavos == 1 else 'centavos'}")
    return " e ".join(parts)


def date_in_words(day: date) -> str:
    """ "22 de novembro de 2026"; the first of a month is "1º"."""
    return f"{'1º' if day.day == 1 else day.day} de {_MONTHS[day.month - 1]} de {day.year}"


def _number(number: int) -> str:
    """Groups of thousands are divided by commas; "e" comes before the last one when it is below 100 or whole hundreds."""
    if number == 0:
        return _UNITS[0]
    groups = [(number // size % 1000, one, many) for size, one, many in _SCALES]
    written = [(count, _group(count, one, many)) for count, one, many in groups if count]
    last, text = written[-1]
    before = ", ".join(words for _, words in written[:-1])
    return f"{before}{' e ' if last < 100 or last % 100 == 0 else ', '}{text}" if before else text


def _group(count: int, one: str, many: str) -> str:
    if one == "mil" and count == 1:
        return one
    return f"{_below_thousand(count)} {one if count == 1 else many}".strip()


def _below_thousand(number: int) -> str:
    if number == 100:
        return "cem"
    hundreds, rest = divmod(number, 100)
    parts = [_HUNDREDS[hundreds]] if hundreds else []
    if 0 < rest < len(_UNITS):
        parts.append(_UNITS[rest])
    elif rest:
        tens, units = divmod(rest, 10)
        parts += [_TENS[tens], *([_UNITS[units]] if units else [])]
    return " e ".join(parts)
