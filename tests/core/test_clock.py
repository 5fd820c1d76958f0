"""The one source of the time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from portal import clock


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert abs(datetime.now(UTC) - clock.now()) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("America/Sao_Paulo", datetime(2026, 11, 23, 2, 59, tzinfo=UTC), date(2026, 11, 22)),
        ("America/Sao_Paulo", datetime(2026, 11, 23, 3, 0, tzinfo=UTC), date(2026, 11, 23)),
        ("America/Rio_Branco", datetime(2026, 11, 23, 3, 0, tzinfo=UTC), date(2026, 11, 22)),
        ("America/Noronha", datetime(2026, 12, 31, 23, 59, tzinfo=UTC), date(2026, 12, 31)),
        ("America/Sao_Paulo", datetime(2027, 1, 1, 0, 0, tzinfo=UTC), date(2026, 12, 31)),
    ],
)
def test_hoje_is_the_day_on_the_companys_wall(zone: str, moment: datetime, day: date) -> None:
    with clock.at(moment):
        assert clock.today(zone) == day


def test_a_frozen_clock_stands_still_and_starts_again() -> None:
    noon, later = datetime(2026, 11, 22, 15, 0, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    with clock.at(noon):
        assert clock.now() == noon == clock.now()
        with pytest.raises(ZeroDivisionError), clock.at(later):
            assert clock.now() == later
            raise ZeroDivisionError
        assert clock.now() == noon, "an error inside restores the time too"
    assert clock.now() != noon


def test_use_replaces_the_source_and_none_restores_it() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    clock.use(lambda: moment)
    try:
        assert clock.now() == moment
    finally:
        clock.use(None)
    assert clock.now() != moment
