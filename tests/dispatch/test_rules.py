from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.connection.rules import presets
from portal.connection.rules.hours import ALWAYS, Holidays, Hours, Span
from portal.dispatch.filters import Filter
from portal.dispatch.rules import (
    Pace,
    Reason,
    Situation,
    Standing,
    forecast,
    forecast_words,
    reason_against,
    room_words,
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
        (10, Pace(0, 0, 5), "não termina, porque Máx. Envio por Dia é 0 ou a janela de envio não abre"),
        (3000, Pace(0, 10_000, 1), "termina amanhã (24/11/2026)"),
    ],
)
def test_the_forecast_keeps_both_limits(people: int, pace: Pace, end: str) -> None:
    assert forecast_words(forecast(people, pace, NOW), NOW) == end


OFFICE = Hours(presets.DEFAULT_WEEK, Holidays(national=True))
SP = Hours(presets.SENDING["sp"].week, Holidays(national=True, state="SP"))
NEVER = Hours((None,) * 7)
TEN_TO_TEN_PAST = Hours((Span(600, 610),) * 7)


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("people", "pace", "now", "end"),
    [
        (5, Pace(0, 250, 5, OFFICE), "2026-11-23 14:00", "2026-11-23 14:00"),
        (250, Pace(0, 250, 5, OFFICE), "2026-11-23 14:00", "2026-11-23 14:24"),
        (251, Pace(0, 250, 5, OFFICE), "2026-11-23 14:00", "2026-11-24 09:00"),
        (5, Pace(0, 250, 5, OFFICE), "2026-11-23 18:00", "2026-11-24 09:00"),
        (5, Pace(0, 250, 5, OFFICE), "2026-11-27 18:00", "2026-11-30 09:00"),  # over the weekend
        (5, Pace(0, 250, 5, OFFICE), "2026-12-24 18:00", "2026-12-28 09:00"),  # and Christmas
        (300, Pace(0, 250, 5, OFFICE), "2026-12-24 17:00", "2026-12-28 09:04"),
        (10, Pace(0, 250, 5, OFFICE), "2026-11-23 17:59", "2026-11-23 17:59"),  # two batches fit in the last minute
        (11, Pace(0, 250, 5, OFFICE), "2026-11-23 17:59", "2026-11-24 09:00"),
        (5, Pace(250, 250, 5, OFFICE), "2026-11-23 08:00", "2026-11-24 09:00"),
        (5, Pace(0, 250, 5, OFFICE), "2026-11-23 08:00", "2026-11-23 09:00"),
        (5, Pace(0, 250, 5, SP), "2026-11-28 14:00", "2026-11-30 08:00"),
        (20, Pace(0, 250, 1, TEN_TO_TEN_PAST), "2026-11-23 10:00", "2026-11-23 10:09"),
        (21, Pace(0, 250, 1, TEN_TO_TEN_PAST), "2026-11-23 10:00", "2026-11-24 10:00"),
        (201, Pace(0, 250, 1, TEN_TO_TEN_PAST), "2026-11-23 10:00", "2026-12-03 10:00"),
    ],
)
def test_the_forecast_keeps_to_the_sending_window(people: int, pace: Pace, now: str, end: str) -> None:
    found = forecast(people, pace, moment(now))
    assert found is not None and found.replace(second=0) == moment(end)


def test_a_window_that_never_opens_ends_nothing() -> None:
    assert forecast(1, Pace(0, 250, 5, NEVER), NOW) is None
    assert "a janela de envio não abre" in forecast_words(None, NOW)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**7),
    st.integers(0, 10**5),
    st.integers(1, 10**5),
    st.integers(1, 10**4),
    st.sampled_from([ALWAYS, OFFICE, SP, TEN_TO_TEN_PAST]),
    st.integers(0, 7 * 24 * 60),
)
def test_more_people_never_end_earlier_and_nobody_outside_the_window(
    people: int, used: int, limit: int, batch: int, hours: Hours, minute: int
) -> None:
    pace, now = Pace(used, limit, batch, hours), NOW + timedelta(minutes=minute)
    one, more = forecast(people, pace, now), forecast(people + 1, pace, now)
    assert one is not None and more is not None
    assert now <= one <= more and hours.is_open(more)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.integers(0, 60), st.integers(1, 60), st.integers(1, 9), st.integers(0, 2 * 24 * 120))
def test_the_forecast_is_what_ticking_through_would_find(
    people: int, used: int, limit: int, batch: int, start: int
) -> None:
    now = NOW + timedelta(seconds=30 * start)
    pace = Pace(used, limit, batch, TEN_TO_TEN_PAST)
    assert forecast(people, pace, now) == _ticked(people, pace, now)


def _ticked(people: int, pace: Pace, at: datetime) -> datetime:
    left, allowed, day = people, pace.left_today, at.date()
    while True:
        if at.date() != day:
            allowed, day = pace.daily_limit, at.date()
        if pace.hours.is_open(at) and allowed:
            sent = min(left, allowed, pace.batch_size)
            left, allowed = left - sent, allowed - sent
            if left == 0:
                return at
        at += timedelta(seconds=30)


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing(Pace(0, 8, 5), NOW), ""),
        (Standing(Pace(0, 8, 5), NOW, paused="Pausado por Ana.", stopped="x"), "Pausado por Ana. Ninguém mais recebe"),
        (Standing(Pace(0, 8, 5), NOW, in_use=False), "O número deste envio está desligado"),
        (Standing(Pace(0, 8, 5), NOW, stopped="O token venceu."), "está parada. O token venceu."),
        (Standing(Pace(0, 8, 5), NOW, not_sendable="A Meta pausou o modelo."), "A Meta pausou o modelo."),
        (Standing(Pace(8, 8, 5), NOW), "O limite de hoje (8) foi atingido. O envio continua amanhã."),
        (Standing(Pace(0, 0, 5), NOW), "Máx. Envio por Dia é 0"),
        (Standing(Pace(0, 8, 5, OFFICE), NOW), ""),
        (
            Standing(Pace(0, 8, 5, OFFICE), moment("2026-11-22 14:00")),
            "9h às 18h; não envia em feriados nacionais). O envio continua amanhã às 9h.",
        ),
        (Standing(Pace(0, 8, 5, OFFICE), moment("2026-11-20 08:00")), "O envio continua segunda-feira às 9h."),
        (Standing(Pace(0, 8, 5, OFFICE), moment("2026-11-23 08:00")), "O envio continua hoje às 9h."),
        (
            Standing(Pace(8, 8, 5, OFFICE), moment("2026-11-27 10:00")),
            "O limite de hoje (8) foi atingido. O envio continua segunda-feira às 9h.",
        ),
        (Standing(Pace(0, 8, 5, NEVER), NOW), "não abre em nenhum dia"),
    ],
)
def test_a_dispatch_that_stands_still_says_why(standing: Standing, words: str) -> None:
    assert words in why_held(standing)
    assert bool(words) == bool(why_held(standing))


@pytest.mark.parametrize(
    ("pace", "now", "words"),
    [
        (Pace(0, 1000, 5), NOW, "Hoje ainda podem ser iniciadas 1.000 conversas."),
        (Pace(7, 8, 5), NOW, "Hoje ainda pode ser iniciada 1 conversa."),
        (Pace(0, 0, 5), NOW, ""),
        (
            Pace(8, 8, 5),
            NOW,
            "O limite de hoje já foi atingido: se você iniciar agora, as mensagens saem a partir de amanhã.",
        ),
        (Pace(0, 8, 5, OFFICE), moment("2026-11-22 14:00"), "fora da janela de envio: se você iniciar agora"),
        (Pace(0, 8, 5, OFFICE), moment("2026-11-22 14:00"), "saem a partir de amanhã às 9h."),
        (Pace(0, 8, 5, NEVER), NOW, "não abre em nenhum dia"),
    ],
)
def test_who_starts_now_is_told_what_happens(pace: Pace, now: datetime, words: str) -> None:
    assert words in room_words(pace, now)


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
