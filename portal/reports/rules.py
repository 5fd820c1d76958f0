"""How long ago things happened, and when their silence is worth a warning."""

from __future__ import annotations

from datetime import datetime, timedelta

JOBS_SILENT = timedelta(minutes=2)
"""The most frequent jobs note every 20 s that they are alive; after this long nobody is running them."""

REPLY_STUCK = timedelta(minutes=1)
"""A reply leaves the queue within a second or two; one that is older waits for something."""


def elapsed(since: datetime, now: datetime) -> str:
    """ "12 s", "3 min", "2 h" or "5 dias": one unit is enough to act upon."""
    seconds = max(0, int((now - since).total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} h"
    return f"{seconds // 86400} dias"


def are_silent(last_run: datetime | None, now: datetime) -> bool:
    """Whether the jobs as a whole have stopped, by the latest run of any of them."""
    return last_run is None or now - last_run > JOBS_SILENT


def is_late(ran_at: datetime, every: float, now: datetime) -> bool:
    """Whether one job missed several of its runs while others went on."""
    return now - ran_at > max(JOBS_SILENT, timedelta(seconds=3 * every))
