"""The only source of the time. Rules take the time as an argument; services ask here; tests move it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """The moment, aware, in UTC."""
    return _source()


def today(zone: str) -> date:
    """The calendar day in a company's zone: what its people call "hoje"."""
    return local(now(), zone).date()


def local(moment: datetime, zone: str) -> datetime:
    """A moment as the clock on a company's wall shows it."""
    return moment.astimezone(ZoneInfo(zone))


def use(source: Callable[[], datetime] | None) -> None:
    """Replace the source of the time for this process; None restores the system's."""
    global _source
    _source = source or _system


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Freeze the time within a block."""
    previous = _source
    use(lambda: moment)
    try:
        yield
    finally:
        use(previous)
