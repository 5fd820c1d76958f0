"""What runs on a clock. A feature declares its jobs with `@job` in its `jobs.py`; the runner does the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Work = Callable[[], str]


@dataclass(frozen=True)
class Job:
    """`work` does one pass and returns what it did in Portuguese, "" when there was nothing to do."""

    name: str
    title: str
    every: float
    work: Work


registry: dict[str, Job] = {}
_wakers: list[Callable[[str], None]] = []


def job(name: str, title: str, every: float) -> Callable[[Work], Work]:
    """Register a job that runs every so many seconds. `title` is its name on screen."""

    def register(work: Work) -> Work:
        registry[name] = Job(name, title, every, work)
        return work

    return register


def counted(count: int, one: str, many: str) -> str:
    """What a job did, in words: "1 conversa iniciada", "5 conversas iniciadas"; "" when there was nothing to do."""
    return f"{count} {one if count == 1 else many}" if count else ""


def wake(name: str) -> None:
    """Run a job now if its clock is in this process; elsewhere its next tick comes soon enough."""
    for waker in _wakers:
        waker(name)


def on_wake(waker: Callable[[str], None]) -> None:
    _wakers.append(waker)


def forget_wakers() -> None:
    _wakers.clear()
