from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.reports.rules import are_silent, elapsed, is_late

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (48 * 3600 - 1, "47 h"),
        (48 * 3600, "2 dias"),
        (5 * 86400, "5 dias"),
    ],
)
def test_elapsed_uses_one_unit(seconds: int, words: str) -> None:
    assert elapsed(NOW - timedelta(seconds=seconds), NOW) == words


@pytest.mark.parametrize(("seconds", "silent"), [(0, False), (120, False), (121, True)])
def test_jobs_are_silent_after_two_minutes(seconds: int, silent: bool) -> None:
    assert are_silent(NOW - timedelta(seconds=seconds), NOW) is silent


def test_jobs_that_never_ran_are_silent() -> None:
    assert are_silent(None, NOW)


@pytest.mark.parametrize(
    ("every", "seconds", "late"),
    [(1, 120, False), (1, 121, True), (30, 121, True), (3600, 3 * 3600, False), (3600, 3 * 3600 + 1, True)],
)
def test_a_job_is_late_after_three_missed_runs_and_never_before_two_minutes(
    every: float, seconds: int, late: bool
) -> None:
    assert is_late(NOW - timedelta(seconds=seconds), every, NOW) is late
