"""The invented portfolio of the demo company: the same people and titles on every installation, dates aside."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from portal.portfolio.rules import boleto, tax_ids

CREDITORS = ("Escola Horizonte (exemplo)", "Clínica Bem Viver (exemplo)", "Lojas Girassol (exemplo)")
CITIES = (("São Paulo", "SP", "11"), ("Campinas", "SP", "19"), ("Curitiba", "PR", "41"), ("Recife", "PE", "81"))
FIRST = (
    "Ana Beatriz Bruno Camila Carlos Daniela Diego Eduarda Elisa Fábio Fernanda Gabriel Helena Igor "
    "Isabela João Juliana Larissa Leandro Luana Marcos Mariana Natália Otávio Patrícia Paulo Rafaela "
    "Renato Sabrina Tiago Vanessa "
).split()
LAST = (
    "Almeida Barros Campos Duarte Esteves Farias Gomes Henriques Lacerda Moraes Nogueira Peixoto Queiroz Rezende "
).split()

MARIA_TAX_ID = "11144477735"
"""The CPF that the README and the simulator suggest for a first conversation: valid, and nobody's (public test number)."""

PEOPLE = 48


@dataclass(frozen=True)
class DemoTitle:
    creditor: str
    number: str
    due_date: date
    amount: Decimal
    boleto_line: str


@dataclass(frozen=True)
class DemoDebtor:
    name: str
    tax_id: str
    phone: str
    city: str
    state: str
    category: str
    titles: tuple[DemoTitle, ...]


def debtors(today: date) -> Iterator[DemoDebtor]:
    """Invented debtors with titles around `today`. Phones start with 90000: numbers that operators do not give out."""
    dice = random.Random(20261122)  # nosec B311
    yield DemoDebtor(
        name="Maria Exemplo da Silva",
        tax_id=MARIA_TAX_ID,
        phone="+5511900000001",
        city="São Paulo",
        state="SP",
        category="",
        titles=(
            _title(0, CREDITORS[0], today - timedelta(days=43), Decimal("350.75"), payable=True),
            _title(1, CREDITORS[0], today - timedelta(days=12), Decimal("350.75"), payable=True),
            _title(2, CREDITORS[2], today - timedelta(days=96), Decimal("1234.56"), payable=False),
        ),
    )
    for number in range(2, PEOPLE + 1):
        yield _debtor(dice, number, today)


def _debtor(dice: random.Random, number: int, today: date) -> DemoDebtor:
    city, state, ddd = dice.choice(CITIES)
    titles = tuple(
        _title(
            number * 10 + index,
            dice.choice(CREDITORS),
            today - timedelta(days=dice.randint(-10, 240)),
            Decimal(dice.randint(6_000, 480_000)) / 100,
            payable=dice.random() < 0.6,
        )
        for index in range(dice.choice((1, 1, 2, 3)))
    )
    return DemoDebtor(
        name=f"{dice.choice(FIRST)} {dice.choice(LAST)} {dice.choice(LAST)}",
        tax_id=_cpf(dice),
        phone=f"+55{ddd}90000{number:04d}",
        city=city,
        state=state,
        category="FALECIDO" if number == PEOPLE else "",
        titles=titles,
    )


def _cpf(dice: random.Random) -> str:
    while True:
        candidate = f"{dice.randrange(10**9):09d}" + f"{dice.randrange(100):02d}"
        base = candidate[:9]
        first = _digit(base, 10)
        complete = base + first + _digit(base + first, 11)
        if tax_ids.is_valid(complete):
            return complete


def _digit(digits: str, weight: int) -> str:
    rest = sum(int(digit) * (weight - place) for place, digit in enumerate(digits)) % 11
    return "0" if rest < 2 else str(11 - rest)


def _title(number: int, creditor: str, due: date, amount: Decimal, *, payable: bool) -> DemoTitle:
    line = _boleto_line(number, due, amount) if payable else ""
    return DemoTitle(creditor, f"{2026000 + number}", due, amount.quantize(Decimal("0.01")), line)


def _boleto_line(number: int, due: date, amount: Decimal) -> str:
    """A well-formed line of the bank code 000, which no bank has: nobody can pay it by mistake."""
    factor = ((due - date(1997, 10, 7)).days - 1000) % 9000 + 1000
    rest = f"{factor:04d}{int(amount * 100):010d}{number:025d}"
    digits = "0009" + rest
    total = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(reversed(digits)))
    check = 11 - total % 11
    return boleto.line_from_barcode(f"0009{check if check < 10 else 1}{rest}")
