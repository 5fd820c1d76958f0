"""A portfolio file of 100,000 rows on SQLite: preview and import, against csv.reader and executemany of the same rows.

The limit reads the file and puts its cells, unchecked, into one table with one unique key, 5,000 rows a commit, on the
same kind of connection (a commit is on the disk before the next). Ours checks every cell and writes some 275,000 rows
into five tables with their indexes. Meanwhile another thread wants to write now and then, as a reply does: its waits are
told.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask

from bench import machine
from bench.databases import templates
from portal import clock, create_app
from portal.extensions import db
from portal.portfolio.models import Debtor, ImportStatus, Title
from portal.portfolio.service import apply, imports
from portal.sqlite import LedgerConnection
from tests.support.databases import Template
from tests.support.people import make_company
from tests.support.portfolio import COLUMNS, cpf, row

GOAL_RATIO, GOAL_PREVIEW_S, GOAL_ROWS = 0.2, 5.0, 30_000
SECONDS = 240.0
"""All that a run is given: rounds that would begin after three quarters of it are left out."""

LIMIT_CHUNK = 5_000
PAUSE = 0.02
"""Between two wishes of the other writer."""

AREAS = ("11", "21", "31", "41", "51", "61", "71", "81")


@dataclass
class Stage:
    """One piece of work, a figure for each round. Megabytes are the most that the process held above its start."""

    name: str
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    grown: list[float] = field(default_factory=list)
    waits_ms: list[float] = field(default_factory=list)

    @contextmanager
    def turn(self) -> Iterator[None]:
        Path("/proc/self/clear_refs").write_text("5")
        before, begun, worked = _memory_mb("VmRSS"), time.perf_counter(), time.process_time()
        yield
        self.wall.append(time.perf_counter() - begun)
        self.cpu.append(time.process_time() - worked)
        self.grown.append(_memory_mb("VmHWM") - before)

    def facts(self, rows: int) -> dict[str, Any]:
        waits = sorted(self.waits_ms)
        facts = {
            "rows_per_second": round(rows / median(self.wall)),
            "wall_s": round(median(self.wall), 2),
            "cpu_s": round(median(self.cpu), 2),
            "grown_mb": round(max(self.grown), 1),
        }
        if waits:
            facts |= {"wait_p50_ms": round(median(waits), 1), "wait_worst_ms": round(waits[-1], 1)}
        return facts


def main(arguments: list[str]) -> int:
    """Run, print, and return 1 when a row is missing or doubled. The goals are shown, not enforced."""
    chosen = _options(arguments)
    deadline = time.monotonic() + SECONDS
    content = _file(chosen.rows)
    stages = {name: Stage(name) for name in ("limit", "preview", "import", "again")}
    is_right = True
    with tempfile.TemporaryDirectory(prefix="portal-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "template").mkdir()
        with templates("sqlite", folder / "template") as database:
            fsyncs = machine.fsync_rate(folder)
            for number in range(chosen.rounds):
                if number and time.monotonic() > deadline - SECONDS / 4:
                    break
                place = folder / str(number)
                place.mkdir()
                _limit(stages["limit"], content, place / "limit.sqlite3")
                is_right &= _ours(stages, content, chosen.rows, database, place)
    _report(chosen.rows, len(content), stages, fsyncs, is_right)
    return 0 if is_right else 1


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench imports", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the file (default 100000)")
    parser.add_argument("--rounds", type=int, default=2, help="turns of each, on empty databases (default 2)")
    return parser.parse_args(arguments)


def _file(rows: int) -> bytes:
    """A file as Cedrus exports it: half as many debtors as rows, the rows of one far apart, nothing to refuse."""
    lines = (_line(number, number % (rows // 2 or 1)) for number in range(rows))
    return "\r\n".join([COLUMNS, *lines, ""]).encode("cp1252")


def _line(number: int, person: int) -> str:
    area = AREAS[person % len(AREAS)]
    phones = [f"({area}) 9{6_000 + person % 3_000}-{person % 10_000:04d}", f"{area}3{person % 10_000_000:07d}"]
    return row(
        creditor=f"Credor São João {number % 20} Ltda",
        code=str(1000 + person),
        name=f"Conceição D’Ávila {person}",
        tax_id=cpf(person).lstrip("0"),
        due=f"{number % 28 + 1:02d}/{number % 12 + 1:02d}/{2022 + number % 5}",
        amount=f"{number % 9 + 1}.{number % 1000:03d},{number % 100:02d}",
        phones_=phones[: 1 + person % 2],
        email=f"pessoa{person}@exemplo.com.br" if person % 3 else "",
    )


def _limit(stage: Stage, content: bytes, path: Path) -> None:
    connection = sqlite3.connect(path, factory=LedgerConnection)
    width = COLUMNS.count(";") + 1
    columns = ", ".join(f"c{number} TEXT" for number in range(width))
    connection.execute(f"CREATE TABLE bare (line INTEGER PRIMARY KEY, {columns}, UNIQUE (c0, c3, c6, line))")
    insert = (
        f"INSERT INTO bare ({', '.join(f'c{number}' for number in range(width))}) VALUES ({', '.join('?' * width)})"
    )
    with stage.turn():
        reader = csv.reader(io.TextIOWrapper(io.BytesIO(content), "cp1252", newline=""), delimiter=";")
        next(reader)
        while rows := [cells for cells, _ in zip(reader, range(LIMIT_CHUNK), strict=False)]:
            connection.begin(read_only=False)
            connection.executemany(insert, rows)
            connection.commit()
    connection.close()


def _ours(stages: dict[str, Stage], content: bytes, rows: int, database: Template, place: Path) -> bool:
    env = database.copy(place).env
    app = create_app(env)
    company = make_company(app, "Cobrança Medida")
    today = clock.today("America/Sao_Paulo")
    with app.app_context():
        with stages["preview"].turn():
            kept = imports.preview(company.id, company.admin.id, "carteira.csv", content, today)
        import_id = kept.id
        imports.confirm(kept, company.admin.id)
        db.session.remove()
        with _another_writer(app, stages["import"]), stages["import"].turn():
            done = apply.apply(import_id)
            db.session.remove()  # its last look at the import holds the lock for which the other writer waits
        is_right = (done.status, done.created_titles) == (ImportStatus.DONE, rows)
        is_right &= db.session.query(Title).count() == rows and db.session.query(Debtor).count() == done.created_debtors
        db.session.remove()
        with stages["again"].turn():
            again = imports.preview(company.id, company.admin.id, "carteira.csv", content, today)
        is_right &= again.unchanged_titles == rows
        db.session.remove()
        db.engine.dispose()
    database.discard(env)
    return is_right


@contextmanager
def _another_writer(app: Flask, stage: Stage) -> Iterator[None]:
    """Somebody who wants the write lock for a moment, again and again, and notes how long it took to get it."""
    path, is_over = app.extensions["sqlalchemy"].engines[None].url.database, threading.Event()

    def write() -> None:
        connection = sqlite3.connect(path, factory=LedgerConnection)
        while not is_over.wait(PAUSE):
            begun = time.perf_counter()
            connection.begin(read_only=False)
            stage.waits_ms.append((time.perf_counter() - begun) * 1000)
            connection.rollback()
        connection.close()

    with app.app_context():
        thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _memory_mb(name: str) -> float:
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024


def _report(rows: int, size: int, stages: dict[str, Stage], fsyncs: int, is_right: bool) -> None:
    limit, ours = stages["limit"], stages["import"]
    ratios = [bare / mine for bare, mine in zip(limit.wall, ours.wall, strict=True)]
    facts = {
        "benchmark": "imports",
        "rows": rows,
        "file_mb": round(size / 1e6, 1),
        "rounds": len(ours.wall),
        "cores": machine.cores(),
        "load": machine.load(),
        "fsyncs_per_second": fsyncs,
        "stages": {name: stage.facts(rows) for name, stage in stages.items()},
        "ratio": round(median(ratios), 3),
        "cpu_ratio": round(median(limit.cpu) / median(ours.cpu), 3),
        "goal": GOAL_RATIO,
        "goal_preview_s": GOAL_PREVIEW_S,
        "goal_rows_per_second": GOAL_ROWS,
        "is_right": is_right,
        "versions": machine.versions(),
    }
    _print_words(facts)
    print(json.dumps(facts), flush=True)


def _print_words(facts: dict[str, Any]) -> None:
    print(f"\nimports on sqlite: {facts['rows']:,} rows, {facts['file_mb']} MB, {facts['rounds']} rounds")
    print(f"  {facts['cores']} cores, load {facts['load']}, {facts['fsyncs_per_second']} fsync/s")
    print(f"  {'':<10}{'rows/s':>10}{'wall s':>9}{'CPU s':>8}{'MB more':>9}")
    for name, each in facts["stages"].items():
        print(
            f"  {name:<10}{each['rows_per_second']:>10,}{each['wall_s']:>9.2f}{each['cpu_s']:>8.2f}{each['grown_mb']:>9.1f}"
        )
    ours = facts["stages"]["import"]
    print(f"  another writer waited {ours['wait_p50_ms']:.0f} ms (median), {ours['wait_worst_ms']:.0f} ms at worst")
    print(
        f"  import/limit {facts['ratio']:.3f}, by processor time {facts['cpu_ratio']:.3f}; goals {GOAL_RATIO:.1f},"
        f" preview {GOAL_PREVIEW_S:.0f} s, {GOAL_ROWS:,} rows/s, not enforced"
    )
    print(
        f"  {'exact' if facts['is_right'] else 'WRONG'}: every row is one title, and none changes when it comes again"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
