"""Dispatch through a fake Graph API without latency: limit → ours in turns. Speed without exactness counts for nothing.

The limit is `http.client` on kept-alive connections: the same requests, by the same number of threads, with no
database. Ours reserves every message and debits the day's limit in a committed, synced transaction before its request,
and commits its result after. Fake and client share the machine, so only ratios of one run can be compared.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench import machine
from bench.databases import NoServer, templates
from bench.dispatch_runs import Outcome, Speed, run_limit, run_ours
from bench.fake_graph import FakeGraph
from tests.support.databases import Template

SECONDS = 120.0
"""All that one batch size is given. A round has its even share, and counts what it did until then."""

SMALL_BATCH = 5
GOAL_SMALL, GOAL_LARGE = 0.45, 0.60


@dataclass
class Rounds:
    engine: str
    batch: int
    limit: list[Speed] = field(default_factory=list)
    ours: list[Speed] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        return [ours.per_second / limit.per_second for ours, limit in zip(self.ours, self.limit, strict=True)]

    @property
    def goal(self) -> float:
        return GOAL_SMALL if self.batch <= SMALL_BATCH else GOAL_LARGE

    @property
    def is_right(self) -> bool:
        return bool(self.outcomes) and all(outcome.is_right for outcome in self.outcomes)


def main(arguments: list[str]) -> int:
    """Run, print, and return 1 when a single message was lost, doubled, left unsettled or not counted exactly once."""
    chosen = _options(arguments)
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
    failed = 0
    try:
        engine = "postgresql" if chosen.postgresql else "sqlite"
        with _place(engine) as (folder, database), FakeGraph() as fake:
            for batch in chosen.batch:
                failed |= _one(chosen, fake, database, folder, Rounds(engine, batch))
    except NoServer as error:
        print(error, file=sys.stderr)
        return 2
    return failed


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench dispatch", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--messages", type=_positive, default=2_000, help="people of each dispatch (default 2000)")
    parser.add_argument("--batch", type=_positive, nargs="+", default=[5], help="batch sizes (default 5)")
    parser.add_argument("--threads", type=_positive, default=4, help="workers of both runners (default 4)")
    parser.add_argument("--rounds", type=_positive, default=3, help="rounds, limit and ours in turns (default 3)")
    parser.add_argument("--postgresql", action="store_true", help="PostgreSQL instead of SQLite")
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


@contextmanager
def _place(engine: str) -> Iterator[tuple[Path, Template]]:
    with tempfile.TemporaryDirectory(prefix="portal-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "template").mkdir()
        with templates(engine, folder / "template") as database:
            yield folder, database


def _one(chosen: argparse.Namespace, fake: FakeGraph, database: Template, folder: Path, rounds: Rounds) -> int:
    fsyncs = machine.fsync_rate(folder)
    for number in range(chosen.rounds):
        deadline = time.monotonic() + SECONDS / chosen.rounds
        rounds.limit.append(run_limit(fake, chosen.messages, chosen.threads, deadline))
        place = folder / f"{rounds.engine}-{rounds.batch}-{number}"
        speed, outcome = run_ours(fake, database, place, chosen.messages, rounds.batch, chosen.threads, deadline)
        rounds.ours.append(speed)
        rounds.outcomes.append(outcome)
    _report(chosen, rounds, fsyncs)
    return 0 if rounds.is_right else 1


def _report(chosen: argparse.Namespace, rounds: Rounds, fsyncs: int) -> None:
    facts: dict[str, Any] = {
        "benchmark": "dispatch",
        "engine": rounds.engine,
        "messages": chosen.messages,
        "batch": rounds.batch,
        "threads": chosen.threads,
        "cores": machine.cores(),
        "load": machine.load(),
        "fsyncs_per_second": fsyncs,
        "limit": [asdict(speed) for speed in rounds.limit],
        "ours": [asdict(speed) for speed in rounds.ours],
        "ratios": rounds.ratios,
        "ratio": median(rounds.ratios),
        "goal": rounds.goal,
        "outcomes": [asdict(outcome) for outcome in rounds.outcomes],
        "is_right": rounds.is_right,
        "versions": machine.versions(),
    }
    _print_words(chosen, rounds, facts)
    print(json.dumps(facts), flush=True)


def _print_words(chosen: argparse.Namespace, rounds: Rounds, facts: dict[str, Any]) -> None:
    print(f"\ndispatch on {rounds.engine}: {chosen.messages} messages, batch {rounds.batch}, {chosen.threads} threads")
    print(
        f"  {facts['cores']} cores, load {facts['load']}, {facts['fsyncs_per_second']} fsync/s; fake on the same cores"
    )
    print("  " + ", ".join(f"{name} {number}" for name, number in facts["versions"].items()))
    print(f"  {'':<7}{'median/s':>10}{'lowest':>10}{'highest':>10}{'CPU µs per message':>21}")
    for name, speeds in (("limit", rounds.limit), ("ours", rounds.ours)):
        rates = [speed.per_second for speed in speeds]
        cpu = median(speed.cpu_us for speed in speeds)
        print(f"  {name:<7}{median(rates):>10,.0f}{min(rates):>10,.0f}{max(rates):>10,.0f}{cpu:>21,.0f}")
    ratios = rounds.ratios
    print(
        f"  ours/limit {median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f}, {len(ratios)} rounds);"
        f" goal {rounds.goal:.2f}, not enforced"
    )
    for outcome in rounds.outcomes:
        print(
            f"  {'exact' if outcome.is_right else 'WRONG'}: accepted {outcome.accepted} of {outcome.wanted},"
            f" unique {outcome.unique}, doubled {outcome.doubled}, lost {outcome.lost},"
            f" unsettled {outcome.unsettled}, limit debited {outcome.debited}"
            f"{f'; time was up with {outcome.left} not begun' if outcome.left else ''}"
        )
