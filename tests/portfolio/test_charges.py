"""The engine of amounts: the vectors of the field, its steps in words, and what holds for any debt."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.portfolio.rules.charges import (
    Charge,
    Terms,
    charge,
    discounted,
    plain,
    rounded,
    shared,
    summed,
    to_json,
)

TODAY = date(2026, 11, 22)
USUAL = Terms(Decimal(2), Decimal(1), Decimal(10))

money = st.decimals(Decimal("0.01"), Decimal("999999999.99"), places=2)
percents = st.decimals(Decimal(0), Decimal(100), places=2)
terms = st.builds(Terms, percents, percents, percents, percents)
due_dates = st.dates(date(1990, 1, 1), date(2099, 1, 1))
delays = st.integers(-400, 4000)


def parts(found: Charge) -> tuple[str, ...]:
    return tuple(str(each) for each in (found.fine, found.interest, found.fee, found.discount, found.total))


@pytest.mark.parametrize(
    ("principal", "due", "on", "terms", "expected"),
    [
        ("100.00", date(2026, 11, 16), date(2026, 11, 21), Terms(Decimal(2), Decimal(1)), "2.00 0.17 0.00 0.00 102.17"),
        ("1000.00", date(2026, 5, 10), TODAY, USUAL, "20.00 65.33 108.53 0.00 1193.86"),
        ("350.75", date(2026, 10, 10), TODAY, USUAL, "7.02 5.03 36.28 0.00 399.08"),
        ("1000.00", date(2026, 5, 10), TODAY, replace(USUAL, discount_percent=Decimal(50)), "20.00 65.33 108.53 96.93 1096.93"),
        ("1000.00", date(2026, 5, 10), TODAY, replace(USUAL, discount_percent=Decimal(100)), "20.00 65.33 108.53 193.86 1000.00"),
        ("1000.00", date(2026, 5, 10), TODAY, Terms(), "0.00 0.00 0.00 0.00 1000.00"),
        ("1000.00", TODAY, TODAY, USUAL, "0.00 0.00 0.00 0.00 1000.00"),
        ("1000.00", date(2026, 12, 10), TODAY, USUAL, "0.00 0.00 0.00 0.00 1000.00"),
        ("0.01", date(2026, 5, 10), TODAY, USUAL, "0.00 0.00 0.00 0.00 0.01"),
        ("0.00", date(2026, 5, 10), TODAY, USUAL, "0.00 0.00 0.00 0.00 0.00"),
    ],
)  # fmt: skip
def test_vectors(principal: str, due: date, on: date, terms: Terms, expected: str) -> None:
    assert parts(charge(Decimal(principal), due, on, terms)) == tuple(expected.split())


@pytest.mark.parametrize(
    ("due", "on", "days"),
    [
        (date(2026, 11, 14), date(2026, 11, 15), 0),
        (date(2026, 11, 14), date(2026, 11, 16), 0),
        (date(2026, 11, 14), date(2026, 11, 17), 3),
        (date(2026, 12, 25), date(2026, 12, 28), 0),
        (date(2026, 12, 25), date(2026, 12, 29), 4),
        (date(2026, 12, 31), date(2027, 1, 4), 0),
        (date(2026, 12, 31), date(2027, 1, 5), 5),
        (date(2026, 11, 10), date(2026, 11, 11), 1),
    ],
)
def test_days_count_from_the_due_date_once_the_next_bank_day_is_past(due: date, on: date, days: int) -> None:
    found = charge(Decimal(1000), due, on, USUAL)
    assert found.days == days
    assert (found.additions > 0) is (days > 0)


def test_halves_are_rounded_up_each_by_itself() -> None:
    found = charge(Decimal("0.25"), date(2026, 5, 10), TODAY, Terms(fine_percent=Decimal(2), fee_percent=Decimal(10)))
    assert (found.fine, found.fee) == (Decimal("0.01"), Decimal("0.03"))
    assert rounded(Decimal("0.005")) == Decimal("0.01") and rounded(Decimal("0.0049")) == 0


def test_the_memory_tells_every_step_in_words() -> None:
    found = charge(Decimal(1000), date(2026, 5, 10), TODAY, replace(USUAL, discount_percent=Decimal(50)))
    assert [str(step) for step in found.memory] == [
        "Valor original: vencimento em 10/05/2026 = 1.000,00",
        "Atraso: 196 dias, de 10/05/2026 a 22/11/2026",
        "Multa: 1.000,00 × 2,00%, uma vez = 20,00",
        "Juros: 1,00% ao mês, pro rata die: 1.000,00 × 1,00% ÷ 30 × 196 dias = 65,33",
        "Honorários: (1.000,00 + 20,00 + 65,33) × 10,00% = 108,53",
        "Desconto: sobre os encargos: (20,00 + 65,33 + 108,53) × 50,00% = 96,93",
        "Total: 1.000,00 + 20,00 + 65,33 + 108,53 − 96,93 = 1.096,93",
    ]


@pytest.mark.parametrize(
    ("due", "sentence"),
    [
        (date(2026, 11, 20), "Atraso: nenhum: sem expediente bancário no vencimento, pode ser pago até 23/11/2026"),
        (date(2026, 12, 20), "Atraso: nenhum em 22/11/2026, sem encargos"),
    ],
)
def test_the_memory_says_why_nothing_is_added(due: date, sentence: str) -> None:
    steps = [str(step) for step in charge(Decimal(1000), due, TODAY, USUAL).memory]
    assert steps[1:] == [sentence, "Total: 1.000,00"]


def test_a_charge_is_kept_as_json() -> None:
    found = charge(Decimal("350.75"), date(2026, 10, 10), TODAY, USUAL)
    kept = json.loads(json.dumps(to_json(found)))
    assert kept["total"] == "399.08" and kept["days"] == 43 and kept["due_date"] == "2026-10-10"
    assert kept["memory"] == [str(step) for step in found.memory]


def test_a_discount_in_reais_reaches_the_principal_last() -> None:
    charges = [charge(Decimal(1000), date(2026, 5, 10), TODAY, USUAL), charge(Decimal(500), TODAY, TODAY, USUAL)]
    some, all_ = discounted(charges, Decimal(100)), discounted(charges, Decimal("493.86"))
    assert [(each.discount, each.total) for each in some] == [(Decimal(100), Decimal("1093.86")), (0, 500)]
    assert [(each.discount, each.total) for each in all_] == [(Decimal("393.86"), 800), (100, 400)]
    assert str(all_[0].memory[-2]) == "Desconto: 193,86 dos encargos + 200,00 do principal = 393,86"
    assert str(all_[1].memory[-1]) == "Total: 500,00 − 100,00 = 400,00"


def test_what_makes_no_sense_is_refused() -> None:
    charges = [charge(Decimal(10), TODAY, TODAY, USUAL)]
    for amount in (Decimal("-0.01"), Decimal("10.01")):
        with pytest.raises(ValueError, match="discount"):
            discounted(charges, amount)
    with pytest.raises(ValueError, match="amount"):
        charge(Decimal(-1), TODAY, TODAY, USUAL)
    with pytest.raises(ValueError, match="negative"):
        Terms(interest_percent=Decimal(-1))
    with pytest.raises(ValueError, match="discount"):
        Terms(discount_percent=Decimal("100.01"))


@given(money, due_dates, delays, terms)
def test_the_parts_add_up_and_none_is_negative(principal: Decimal, due: date, delay: int, terms: Terms) -> None:
    found = charge(principal, due, due + timedelta(days=delay), terms)
    values = (found.principal, found.fine, found.interest, found.fee, found.discount)
    assert min(values) >= 0
    assert found.total == found.principal + found.fine + found.interest + found.fee - found.discount
    assert all(value == round(value, 2) for value in (*values, found.total))


@given(money, due_dates, delays, terms)
def test_a_discount_never_touches_the_principal(principal: Decimal, due: date, delay: int, terms: Terms) -> None:
    found = charge(principal, due, due + timedelta(days=delay), terms)
    assert found.discount <= found.additions
    assert found.total >= found.principal == principal


@given(money, due_dates, delays, st.integers(0, 400), terms)
def test_a_debt_never_shrinks_with_time(principal: Decimal, due: date, delay: int, more: int, terms: Terms) -> None:
    on = due + timedelta(days=delay)
    now, later = (charge(principal, due, day, terms) for day in (on, on + timedelta(days=more)))
    assert (now.days, now.fine, now.interest, now.fee) <= (later.days, later.fine, later.interest, later.fee)
    assert now.additions <= later.additions and now.total <= later.total


@given(st.lists(st.tuples(money, due_dates, terms), min_size=1, max_size=8), st.decimals(0, 1, places=4))
def test_a_discount_in_reais_is_shared_out_whole(debts: list[tuple[Decimal, date, Terms]], part: Decimal) -> None:
    charges = [charge(principal, due, TODAY, terms) for principal, due, terms in debts]
    gross = summed(charges).principal + summed(charges).additions
    amount = rounded(gross * part)
    found = discounted(charges, amount)
    together = summed(found)
    assert together.discount == amount and together.total == gross - amount
    assert all(each.total >= 0 and each.discount >= 0 for each in found)
    if amount <= together.additions:
        assert all(each.total >= each.principal for each in found)


@given(st.lists(st.decimals(0, Decimal("999999.99"), places=2), min_size=1, max_size=10), st.data())
def test_shares_add_up(weights: list[Decimal], data: st.DataObject) -> None:
    amount = data.draw(st.decimals(0, sum(weights, Decimal(0)), places=2))
    shares = shared(amount, weights)
    assert sum(shares) == (amount if sum(weights) else 0)
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))


@pytest.mark.parametrize(("amount", "text"), [("0", "0,00"), ("1234567.8", "1.234.567,80"), ("12", "12,00")])
def test_plain_amounts(amount: str, text: str) -> None:
    assert plain(Decimal(amount)) == text
