from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.portfolio.rules.words import LARGEST, amount_in_words, date_in_words

TABLE = [
    ("0", "zero reais"),
    ("0.01", "um centavo"),
    ("0.99", "noventa e nove centavos"),
    ("1", "um real"),
    ("1.01", "um real e um centavo"),
    ("2.50", "dois reais e cinquenta centavos"),
    ("14", "quatorze reais"),
    ("21", "vinte e um reais"),
    ("100", "cem reais"),
    ("101", "cento e um reais"),
    ("350.75", "trezentos e cinquenta reais e setenta e cinco centavos"),
    ("999", "novecentos e noventa e nove reais"),
    ("1000", "mil reais"),
    ("1001", "mil e um reais"),
    ("1100", "mil e cem reais"),
    ("1101", "mil, cento e um reais"),
    ("1193.86", "mil, cento e noventa e três reais e oitenta e seis centavos"),
    ("2000", "dois mil reais"),
    ("100000", "cem mil reais"),
    ("101000", "cento e um mil reais"),
    ("1000000", "um milhão de reais"),
    ("1000000.50", "um milhão de reais e cinquenta centavos"),
    ("1000001", "um milhão e um reais"),
    ("1200000", "um milhão e duzentos mil reais"),
    ("1234567.89", "um milhão, duzentos e trinta e quatro mil, quinhentos e sessenta e sete reais e oitenta e nove centavos"),
    ("2000000000", "dois bilhões de reais"),
    ("2001000000", "dois bilhões e um milhão de reais"),
    ("1000000100", "um bilhão e cem reais"),
]  # fmt: skip

_VALUES = {
    **{word: n for n, word in enumerate("zero um dois três quatro cinco seis sete oito nove dez onze doze".split())},
    **{word: n for n, word in enumerate("treze quatorze quinze dezesseis dezessete dezoito dezenove vinte".split(), 13)},
    **{word: n * 10 for n, word in enumerate("trinta quarenta cinquenta sessenta setenta oitenta noventa cem".split(), 3)},
    **{word: n * 100 for n, word in enumerate("cento duzentos trezentos quatrocentos quinhentos".split(), 1)},
    **{word: n * 100 for n, word in enumerate("seiscentos setecentos oitocentos novecentos".split(), 6)},
}  # fmt: skip
_SCALES = {"mil": 10**3, "milhão": 10**6, "milhões": 10**6, "bilhão": 10**9, "bilhões": 10**9}


def read_back(text: str) -> Decimal:
    """The amount that words say, read by adding up: it shares nothing with the code that writes them."""
    cents = total = group = 0
    for word in text.replace(",", "").split():
        if word in ("real", "reais"):
            cents, total, group = (total + group) * 100, 0, 0
        elif word in ("centavo", "centavos"):
            cents, group = cents + group, 0
        elif word in _SCALES:
            total, group = total + (group or 1) * _SCALES[word], 0
        elif word not in ("e", "de"):
            group += _VALUES[word]
    return Decimal(cents) / 100


@pytest.mark.parametrize(("amount", "words"), TABLE)
def test_amounts(amount: str, words: str) -> None:
    assert amount_in_words(Decimal(amount)) == words


@given(st.decimals(0, LARGEST, places=2))
def test_what_is_written_reads_back(amount: Decimal) -> None:
    words = amount_in_words(amount)
    assert read_back(words) == amount
    assert "  " not in words and "um mil " not in f"{words} ".replace("e um mil ", "").replace("um milh", "")


@given(st.decimals(0, Decimal(99999), places=2))
def test_small_amounts_read_back_too(amount: Decimal) -> None:
    assert read_back(amount_in_words(amount)) == amount


@pytest.mark.parametrize("amount", ["-0.01", "1000000000000", "0.001"])
def test_what_cannot_be_written_out(amount: str) -> None:
    with pytest.raises(ValueError, match="written out"):
        amount_in_words(Decimal(amount))


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 22), "22 de novembro de 2026"),
        (date(2027, 3, 1), "1º de março de 2027"),
        (date(2026, 1, 31), "31 de janeiro de 2026"),
    ],
)
def test_dates(day: date, words: str) -> None:
    assert date_in_words(day) == words
