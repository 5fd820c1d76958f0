"""Signed webhooks at 8 connections, each on the disk before its 200: a bare Flask route → pywa → ours, in turns.

All run on the same gunicorn with the same settings. The bare route reads the body and does nothing else; pywa's checks
the signature, reads the JSON and keeps it by a handler of three lines; ours is the portal as `./dev run` serves it. The
load shares the machine, so only ratios of one run can be compared.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench import machine
from bench import webhook_servers as servers
from bench.databases import NoServer, templates
from bench.webhook_load import Turn, posts, run

GOAL_RATIO, GOAL_P99_MS = 0.8, 50.0
SECONDS = 60.0
"""All that a run is given, the setting up of pywa included; what is not done until then is not counted."""

WARM_UP = 200


@dataclass
class Runner:
    server: servers.Server
    turns: list[Turn] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    accepted: list[bytes] = field(default_factory=list)
    refused: int = 0
    begun: int = 0

    def turn(self, count: int, connections: int, seconds: float, *, counted: bool = True) -> None:
        given = posts(count, self.server.path, self.begun)
        self.begun += count
        used = self.server.cpu_seconds()
        turn = run(self.server.port, given, connections, seconds)
        used = self.server.cpu_seconds() - used
        self.accepted += turn.accepted
        self.refused += turn.refused
        if counted:
            self.turns.append(turn)
            self.cpu_us.append(used / max(len(turn.accepted), 1) * 1e6)

    def facts(self) -> dict[str, Any]:
        every = sorted(each for turn in self.turns for each in turn.latencies_ms)
        rates = [round(turn.per_second) for turn in self.turns]
        return {
            "name": self.server.name,
            "per_second": median(rates),
            "rates": rates,
            "p50_ms": round(median(every), 2),
            "p99_ms": round(quantiles(every, n=100)[98], 2),
            "worst_ms": round(every[-1], 2),
            "cpu_us": round(median(self.cpu_us)),
            "accepted": len(self.accepted),
            "refused": self.refused,
        }


def main(arguments: list[str]) -> int:
    """Run, print, and return 1 when an accepted body is not kept exactly once. The goals are shown, not enforced."""
    chosen = _options(arguments)
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
    deadline = time.monotonic() + SECONDS
    try:
        with tempfile.TemporaryDirectory(prefix="portal-bench-", ignore_cleanup_errors=True) as name:
            return _measure(chosen, Path(name), deadline)
    except NoServer as error:
        print(error, file=sys.stderr)
        return 2


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench webhooks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--posts", type=_positive, default=3_000, help="posts of each turn (default 3000)")
    parser.add_argument("--connections", type=_positive, default=8, help="kept-alive connections (default 8)")
    parser.add_argument("--rounds", type=_positive, default=3, help="turns of each server (default 3)")
    parser.add_argument("--postgresql", action="store_true", help="PostgreSQL instead of SQLite for the portal")
    parser.add_argument(
        "--applying", action="store_true", help="the portal also acts on what comes, in the same process"
    )
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _measure(chosen: argparse.Namespace, folder: Path, deadline: float) -> int:
    engine = "postgresql" if chosen.postgresql else "sqlite"
    (folder / "template").mkdir()
    with templates(engine, folder / "template") as database:
        env, path = servers.prepare(database, folder)
        fsyncs = machine.fsync_rate(folder)
        with ExitStack() as stack:
            runners = [Runner(stack.enter_context(servers.bare()))]
            missing = _add_pywa(runners, stack, folder)
            runners.append(Runner(stack.enter_context(servers.ours(env, path, applying=chosen.applying))))
            _take_turns(chosen, runners, deadline)
        is_right = all(_kept(runner, env, folder) for runner in runners[1:])
        database.discard(env)
    _report(chosen, engine, runners, fsyncs, missing, is_right)
    return 0 if is_right else 1


def _add_pywa(runners: list[Runner], stack: ExitStack, folder: Path) -> str:
    """Why pywa is not among the servers, "" when it is."""
    try:
        runners.append(Runner(stack.enter_context(servers.pywa(servers.pywa_python(folder), folder))))
    except (RuntimeError, TimeoutError) as error:
        return str(error)
    return ""


def _take_turns(chosen: argparse.Namespace, runners: list[Runner], deadline: float) -> None:
    for runner in runners:
        runner.turn(WARM_UP, chosen.connections, SECONDS, counted=False)
    share = (deadline - time.monotonic()) * 0.85 / (chosen.rounds * len(runners))
    for _ in range(chosen.rounds):
        for runner in runners:
            runner.turn(chosen.posts, chosen.connections, share)


def _kept(runner: Runner, env: dict[str, str], folder: Path) -> bool:
    if runner.server.name == "ours":
        kept = servers.ours_kept_once(env, runner.accepted)
    else:
        kept = servers.pywa_kept_once(folder, runner.accepted)
    return kept and not runner.refused


def _report(
    chosen: argparse.Namespace, engine: str, runners: list[Runner], fsyncs: int, missing: str, is_right: bool
) -> None:
    bare, *_, ours = (runner.facts() for runner in runners)
    ratios = [
        mine.per_second / limit.per_second for mine, limit in zip(runners[-1].turns, runners[0].turns, strict=True)
    ]
    facts: dict[str, Any] = {
        "benchmark": "webhooks",
        "engine": engine,
        "posts": chosen.posts,
        "connections": chosen.connections,
        "applying": chosen.applying,
        "cores": machine.cores(),
        "load": machine.load(),
        "fsyncs_per_second": fsyncs,
        "servers": [runner.facts() for runner in runners],
        "missing": missing,
        "ratios": [round(ratio, 3) for ratio in ratios],
        "ratio": round(median(ratios), 3),
        "goal": GOAL_RATIO,
        "cpu_ratio": round(bare["cpu_us"] / ours["cpu_us"], 3),
        "goal_p99_ms": GOAL_P99_MS,
        "is_right": is_right,
        "versions": machine.versions(),
    }
    _print_words(facts)
    print(json.dumps(facts), flush=True)


def _print_words(facts: dict[str, Any]) -> None:
    doing = ", acting on them in the same process" if facts["applying"] else ""
    print(f"\nwebhooks on {facts['engine']}: {facts['posts']} posts a turn, {facts['connections']} connections{doing}")
    print(
        f"  {facts['cores']} cores, load {facts['load']}, {facts['fsyncs_per_second']} fsync/s; load on the same cores"
    )
    print("  " + ", ".join(f"{name} {number}" for name, number in facts["versions"].items()))
    print(f"  {'':<12}{'median/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'worst ms':>10}{'CPU µs each':>13}   turns")
    for each in facts["servers"]:
        print(
            f"  {each['name']:<12}{each['per_second']:>10,.0f}{each['p50_ms']:>9.2f}{each['p99_ms']:>9.2f}"
            f"{each['worst_ms']:>10.1f}{each['cpu_us']:>13,}   {each['rates']}"
        )
    if facts["missing"]:
        print(f"  without pywa: {facts['missing']}")
    print(
        f"  ours/bare {facts['ratio']:.3f} ({min(facts['ratios']):.3f} to {max(facts['ratios']):.3f}); goal"
        f" {GOAL_RATIO:.2f} and p99 {GOAL_P99_MS:.0f} ms, not enforced; by processor time {facts['cpu_ratio']:.3f}"
    )
    print(f"  {'exact' if facts['is_right'] else 'WRONG'}: every accepted body is kept once, and nothing else")
