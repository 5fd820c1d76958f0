from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.dispatch.filters import Filter
from portal.dispatch.rules import (
    Pace,
    Reason,
    Situation,
    Standing,
    forecast,
    forecast_words,
    reason_against,
    why_held,
)

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("situation", "reason"),
    [
        (Situation(), None),
        (Situation(category_key="falecido"), Reason.CATEGORY),
        (Situation(category_key="cobranca arquivada"), Reason.CATEGORY),
        (Situation(category_key="boleto"), None),
        (Situation(owes=False), Reason.PAID),
        (Situation(has_mobile=False), Reason.NO_MOBILE),
        (Situation(number_taken=True), Reason.SAME_NUMBER),
        (Situation(talking=True), Reason.TALKING),
        (Situation(waiting=True), Reason.WAITING),
        (Situation(last_starter_at=NOW - timedelta(hours=23, minutes=59)), Reason.RECENT),
        (Situation(last_starter_at=NOW - timedelta(hours=24)), None),
        (Situation(values_complete=False), Reason.EMPTY_VALUE),
        (Situation(category_key="falecido", has_mobile=False, talking=True), Reason.CATEGORY),
    ],
)
def test_the_first_reason_counts(situation: Situation, reason: Reason | None) -> None:
    assert reason_against(situation, NOW) is reason


@pytest.mark.parametrize(
    ("people", "pace", "end"),
    [
        (1, Pace(0, 250, 5), "termina hoje por volta de 14:00"),
        (5, Pace(0, 250, 5), "termina hoje por volta de 14:00"),
        (200, Pace(0, 250, 5), "termina hoje por volta de 14:19"),
        (250, Pace(0, 250, 5), "termina hoje por volta de 14:24"),
        (251, Pace(0, 250, 5), "termina amanhã (24/11/2026)"),
        (8, Pace(4, 8, 5), "termina amanhã (24/11/2026)"),
        (1, Pace(300, 250, 5), "termina amanhã (24/11/2026)"),
        (751, Pace(0, 250, 5), "termina em 3 dias (26/11/2026)"),
        (10, Pace(0, 0, 5), "não termina, porque Máx. Envio por Dia é 0"),
        (3000, Pace(0, 10_000, 1), "termina amanhã (24/11/2026)"),
    ],
)
def test_the_forecast_keeps_both_limits(people: int, pace: Pace, end: str) -> None:
    assert forecast_words(forecast(people, pace, NOW), NOW) == end


@given(st.integers(0, 10**7), st.integers(0, 10**5), st.integers(1, 10**5), st.integers(1, 10**4))
def test_more_people_never_end_earlier(people: int, used: int, limit: int, batch: int) -> None:
    pace = Pace(used, limit, batch)
    one, more = forecast(people, pace, NOW), forecast(people + 1, pace, NOW)
    assert one is not None and more is not None
    assert NOW <= one <= more


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing(), ""),
        (Standing(paused="Pausado por Ana.", stopped="x"), "Pausado por Ana. Ninguém mais recebe"),
        (Standing(in_use=False), "A empresa está usando outra API"),
        (Standing(stopped="O token venceu."), "está parada. O token venceu."),
        (Standing(approved=False), "deixou de estar aprovado"),
        (Standing(left_today=0, daily_limit=8), "O limite de hoje (8) foi atingido. O envio continua amanhã."),
        (Standing(left_today=0, daily_limit=0), "Máx. Envio por Dia é 0"),
    ],
)
def test_a_dispatch_that_stands_still_says_why(standing: Standing, words: str) -> None:
    assert words in why_held(standing)
    assert bool(words) == bool(why_held(standing))


def test_a_filter_survives_the_database_and_reads_as_words() -> None:
    chosen = Filter(7, 30, None, Decimal("10.00"), Decimal("1234.56"), "Porto Alegre")
    assert Filter.from_json(chosen.to_json()) == chosen
    assert [word.replace("\xa0", " ") for word in chosen.words("Escola")] == [
        "Credor: Escola",
        "A partir de 30 dias de atraso",
        "De R$ 10,00 a R$ 1.234,56",
        "Cidade: Porto Alegre",
    ]
    assert Filter().words() == []
