from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.portfolio.rules.instalments import InstalmentError, Mode, entry_of, months_after, split

FIRST = date(2026, 12, 10)
THOUSAND = Decimal(1000)


def amounts(total: str, count: int, mode: Mode = Mode.NO_INTEREST, percent: str = "0", **options: Decimal) -> list[str]:
    plan = split(Decimal(total), count, FIRST, mode=mode, percent=Decimal(percent), **options)
    return [str(parcel.amount) for parcel in plan.parcels]


def test_leftover_cents_go_to_the_first_parcels() -> None:
    assert amounts("1000", 3) == ["333.34", "333.33", "333.33"]
    assert amounts("0.05", 3) == ["0.02", "0.02", "0.01"]
    assert amounts("1193.86", 1) == ["1193.86"]


def test_linear() -> None:
    assert amounts("1000", 10, Mode.LINEAR, "2") == ["120.00"] * 10


@pytest.mark.parametrize(
    ("count", "percent", "parcel", "last"), [(10, "2", "111.33", "111.28"), (6, "1", "172.55", "172.53")]
)
def test_price_and_its_last_parcel(count: int, percent: str, parcel: str, last: str) -> None:
    assert amounts("1000", count, Mode.PRICE, percent) == [parcel] * (count - 1) + [last]


def test_price_in_one_parcel_is_a_month_of_interest() -> None:
    assert amounts("1000", 1, Mode.PRICE, "2") == ["1020.00"]


def test_an_entry_comes_first_and_is_not_financed() -> None:
    plan = split(THOUSAND, 3, FIRST, entry=Decimal(100), entry_due=date(2026, 11, 22))
    assert [(each.number, each.due_date, each.amount) for each in plan.parcels] == [
        (0, date(2026, 11, 22), Decimal(100)),
        (1, date(2026, 12, 10), 300),
        (2, date(2027, 1, 10), 300),
        (3, date(2027, 2, 10), 300),
    ]
    assert (plan.to_pay, plan.interest) == (THOUSAND, 0)
    financed = split(THOUSAND, 10, FIRST, entry=Decimal(500), mode=Mode.LINEAR, percent=Decimal(2))
    assert (financed.to_pay, financed.interest) == (Decimal(1100), Decimal(100))


def test_an_entry_in_percent() -> None:
    assert entry_of(Decimal("1193.86"), Decimal(10)) == Decimal("119.39")


def test_the_31st_is_the_end_of_shorter_months() -> None:
    plan = split(THOUSAND, 4, date(2026, 12, 31))
    assert [str(each.due_date) for each in plan.parcels] == ["2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]
    assert months_after(date(2027, 11, 30), 3) == date(2028, 2, 29)


def test_the_memory_shows_the_formula() -> None:
    plan = split(THOUSAND, 10, FIRST, entry=Decimal(100), mode=Mode.LINEAR, percent=Decimal(2))
    assert [str(step) for step in plan.memory] == [
        "Entrada: dos 1.000,00 = 100,00",
        "Parcela: 900,00 × (1 + 2,00% × 10) ÷ 10, os centavos que sobram nas primeiras = 108,00",
        "Parcelas: soma das 10 = 1.080,00",
    ]
    assert str(split(THOUSAND, 1, FIRST).memory[-1]) == "Parcela única: 1.000,00"


@pytest.mark.parametrize(
    ("total", "count", "options", "field"),
    [
        ("1000", 0, {}, "count"),
        ("1000", 121, {}, "count"),
        ("0", 1, {}, "total"),
        ("0.02", 3, {}, "count"),
        ("1000", 3, {"minimum": Decimal(334)}, "count"),
        ("1000", 3, {"entry": THOUSAND}, "entry"),
        ("1000", 3, {"entry": Decimal(-1)}, "entry"),
        ("1000", 3, {"entry": Decimal(1), "entry_due": date(2026, 12, 11)}, "first_due"),
        ("1000", 3, {"percent": Decimal(1)}, "percent"),
        ("1000", 3, {"mode": Mode.PRICE}, "percent"),
        ("1000", 3, {"mode": Mode.LINEAR, "percent": Decimal("20.01")}, "percent"),
    ],
)
def test_what_cannot_be_split(total: str, count: int, options: dict[str, object], field: str) -> None:
    with pytest.raises(InstalmentError) as refused:
        split(Decimal(total), count, FIRST, **options)  # type: ignore[arg-type]
    assert refused.value.field == field and str(refused.value).endswith(".")


def test_a_parcel_of_the_minimum_is_enough() -> None:
    assert amounts("1000", 4, minimum=Decimal(250)) == ["250.00"] * 4


money = st.decimals(Decimal("100.00"), Decimal("999999999.99"), places=2)


@given(money, st.integers(1, 120), st.dates(date(2026, 1, 1), date(2080, 1, 1)))
def test_without_interest_the_parcels_add_up_to_the_total(total: Decimal, count: int, first: date) -> None:
    plan = split(total, count, first)
    values = [each.amount for each in plan.parcels]
    assert sum(values) == total == plan.to_pay
    assert max(values) - min(values) <= Decimal("0.01") and values == sorted(values, reverse=True)
    days = [each.due_date for each in plan.parcels]
    assert days == sorted(set(days)) and days[0] == first


@given(money, st.integers(1, 60), st.decimals(Decimal("0.01"), 5, places=2), st.decimals(0, Decimal("0.9"), places=2))
def test_interest_is_added_and_price_asks_less_than_linear_never_less_than_the_total(
    total: Decimal, count: int, percent: Decimal, part: Decimal
) -> None:
    entry = round(total * part, 2)
    options = {"entry": entry, "percent": percent}
    price, linear = (split(total, count, FIRST, mode=mode, **options) for mode in (Mode.PRICE, Mode.LINEAR))
    cents = Decimal("0.01") * count
    assert total - cents <= price.to_pay and total <= linear.to_pay
    assert price.interest <= linear.interest + cents
    parcels = [each.amount for each in price.parcels if each.number]
    assert abs(parcels[-1] - parcels[0]) <= cents * (1 + percent / 100) ** count
