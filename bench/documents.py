"""A one-page statement of 30 titles as a PDF, and 1,000 of them without growth of memory.

Two figures bound ours, taken in turns with it by the same compiler. The empty page is what starting and writing a PDF
costs on this machine. The bare table has the same 30 rows and nothing else: typst's own price of laying out the text.
Every document has figures of its own, for typst remembers what it has laid out before.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import pypdfium2
import typst

from bench import machine
from portal.documents.render import FONTS, STANDARDS, Sheet, pdf
from portal.documents.rules.content import Column, Filled, Table
from portal.documents.rules.examples import examples
from portal.documents.rules.wildcards import TITLES_TABLE

TITLES = 30
GOAL_MS = 50.0
GROWTH_MB = 8.0
"""What the allocator may keep over 1,000 documents; a kilobyte lost each time would be a fault of ours."""

SECONDS = 240.0
"""All that a run is given: what is not done until then is not counted."""

WARM_UP = 50
SETTLE = 250
"""Documents before memory is looked at: until then typst fills the memory of its last layouts, and the heap settles."""

EMPTY = '#set document(title: "Vazio")\n#set text(font: "Source Sans 3", lang: "pt")\n#"x"'
BARE = """\
#let rows = json(bytes(sys.inputs.rows))
#set document(title: "Tabela")
#set text(font: "Source Sans 3", size: 8pt, lang: "pt")
#table(columns: rows.first().len(), table.header(..rows.first()), ..rows.slice(1).flatten())
"""

BODY = """\
Olá, #PRIMEIRO_NOME#. Estes são os seus títulos em aberto com *#NOME_CREDOR#*, atualizados em #DATA_ATUAL#.

*Devedor:* #NOME_DEVEDOR#, CPF/CNPJ #CPF_CNPJ_MASCARADO#

# Títulos em aberto

#TABELA_TITULOS#

*Total em #DATA_ATUAL#: #TOTAL#* (#TOTAL_EXTENSO#)
"""

COLUMNS = (
    Column("Título"),
    Column("Vencimento"),
    *(
        Column(name, "right")
        for name in ("Atraso (dias)", "Original (R$)", "Multa", "Juros", "Honorários", "Total (R$)")
    ),
)


@dataclass
class Times:
    """Milliseconds of one runner, a document each. CPU time is what remains comparable on a busy machine."""

    name: str
    work: Callable[[int], Any]
    taken: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def turn(self, number: int) -> None:
        begun, worked = time.perf_counter(), time.process_time()
        self.work(number)
        self.taken.append((time.perf_counter() - begun) * 1000)
        self.cpu.append((time.process_time() - worked) * 1000)

    def facts(self) -> dict[str, float]:
        figures = {
            "p50_ms": median(self.taken),
            "p95_ms": quantiles(self.taken, n=20)[18],
            "worst_ms": max(self.taken),
            "cpu_p50_ms": median(self.cpu),
        }
        return {name: round(figure, 2) for name, figure in figures.items()}


@dataclass(frozen=True)
class Memory:
    documents: int
    before_mb: float
    after_mb: float
    per_second: float

    @property
    def growth_mb(self) -> float:
        return round(self.after_mb - self.before_mb, 1)


def main(arguments: list[str]) -> int:
    """Run, print, and return 1 when a page is wrong or memory grew. The goal of the time is shown, not enforced."""
    chosen = _options(arguments)
    deadline = time.monotonic() + SECONDS
    is_right = _is_right(pdf(_sheet(0)))
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        runners = _runners(Path(folder))
        for number in range(WARM_UP + chosen.turns):
            for runner in runners:
                runner.turn(number)
            if time.monotonic() > deadline - SECONDS / 2:
                break
    for runner in runners:
        del runner.taken[: min(WARM_UP, len(runner.taken) - 2)], runner.cpu[: min(WARM_UP, len(runner.cpu) - 2)]
    memory = _memory(chosen.documents, deadline)
    _report(runners, memory, is_right)
    return 0 if is_right and memory.growth_mb <= GROWTH_MB else 1


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench documents", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--turns", type=int, default=200, help="documents of each runner, in turns (default 200)")
    parser.add_argument("--documents", type=int, default=1_000, help="documents while memory is watched (default 1000)")
    return parser.parse_args(arguments)


def _rows(number: int) -> tuple[tuple[str, ...], ...]:
    """Rows that no other document has: typst would answer equal ones from memory."""
    cents = [f"{(number * TITLES + row) % 10_000 + 1_000_000:,}".replace(",", ".") for row in range(TITLES)]
    return tuple(
        (
            f"NF {number}-{row}",
            "10/05/2026",
            "196",
            f"{cents[row]},10",
            f"2{row},{number % 90 + 10}",
            f"6{row},{number % 89 + 10}",
            f"1{row},{number % 83 + 10}",
            f"{cents[row]},86",
        )
        for row in range(TITLES)
    )


def _sheet(number: int) -> Sheet:
    rows = _rows(number)
    values = {**examples().values, "#NOME_DEVEDOR#": f"Maria Aparecida da Silva {number}"}
    table = Table(COLUMNS, rows, ("Total", "", "", *rows[-1][3:]))
    letterhead = (
        "Cobrança Exemplo Ltda.",
        "CNPJ 12.ABC.345/01DE-35",
        "",
        "Credor: Loja Modelo Ltda.",
        "CNPJ 11.222.333/0001-81",
    )
    filled = Filled(values, {TITLES_TABLE: table})
    return Sheet("Demonstrativo de débito", BODY, filled, letterhead, str(number), "22/11/2026 às 14:30", "Cobrança")


def _runners(folder: Path) -> tuple[Times, ...]:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
    for name, source in (("empty.typ", EMPTY), ("bare.typ", BARE)):
        (folder / name).write_text(source)

    def compiled(name: str, inputs: dict[str, str]) -> None:
        compiler = typst.Compiler(folder / name, root=folder, font_paths=fonts, ignore_system_fonts=True)
        compiler.compile(format="pdf", pdf_standards=STANDARDS, sys_inputs=inputs)

    def bare(number: int) -> None:
        compiled("bare.typ", {"rows": json.dumps([[column.title for column in COLUMNS], *_rows(number)])})

    return (
        Times("empty page", lambda number: compiled("empty.typ", {"number": str(number)})),
        Times("bare table", bare),
        Times("ours", lambda number: pdf(_sheet(number))),
    )


def _is_right(made: bytes) -> bool:
    """Whether it is one page that has the last title and the totals."""
    with pypdfium2.PdfDocument(made) as document:
        if len(document) != 1:
            return False
        page = document[0]
        words = page.get_textpage()
        text = words.get_text_range()
        words.close()
        page.close()
    return f"NF 0-{TITLES - 1}" in text and "Total em 22/11/2026" in text


def _memory(count: int, deadline: float) -> Memory:
    for number in range(SETTLE):
        pdf(_sheet(90_000 + number))
    before, begun, done = _resident_mb(), time.perf_counter(), 0
    while done < count and time.monotonic() < deadline:
        pdf(_sheet(100_000 + done))
        done += 1
    return Memory(done, before, _resident_mb(), round(done / (time.perf_counter() - begun), 1))


def _resident_mb() -> float:
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return round(int(line.split()[1]) / 1024, 1)


def _report(runners: tuple[Times, ...], memory: Memory, is_right: bool) -> None:
    times = {runner.name: runner.facts() for runner in runners}
    ours = times["ours"]["p50_ms"]
    facts = {
        "benchmark": "documents",
        "titles": TITLES,
        "turns": len(runners[0].taken),
        "cores": machine.cores(),
        "load": machine.load(),
        "times": times,
        "ours_to_bare": round(ours / times["bare table"]["p50_ms"], 2),
        "goal_ms": GOAL_MS,
        "documents": memory.documents,
        "rss_before_mb": memory.before_mb,
        "rss_after_mb": memory.after_mb,
        "rss_growth_mb": memory.growth_mb,
        "per_second": memory.per_second,
        "is_right": is_right,
        "versions": machine.versions() | {"typst": version("typst")},
    }
    _print_words(facts)
    print(json.dumps(facts), flush=True)


def _print_words(facts: dict[str, Any]) -> None:
    print(f"\ndocuments: one page, {facts['titles']} titles, {facts['turns']} turns of one thread")
    print(f"  {facts['cores']} cores, load {facts['load']}, typst {facts['versions']['typst']}")
    print(f"  {'':<12}{'p50 ms':>10}{'p95 ms':>10}{'worst':>10}{'CPU p50':>10}")
    for name, each in facts["times"].items():
        print(
            f"  {name:<12}{each['p50_ms']:>10.1f}{each['p95_ms']:>10.1f}{each['worst_ms']:>10.1f}{each['cpu_p50_ms']:>10.1f}"
        )
    ours = facts["times"]["ours"]["p50_ms"]
    print(
        f"  ours/bare table {facts['ours_to_bare']:.2f}; goal p50 {facts['goal_ms']:.0f} ms"
        f" {'met' if ours <= facts['goal_ms'] else 'missed'}, not enforced; page {'right' if facts['is_right'] else 'WRONG'}"
    )
    grown = facts["rss_growth_mb"]
    print(
        f"  {facts['documents']} documents, {facts['per_second']} a second: {facts['rss_before_mb']} MB before,"
        f" {facts['rss_after_mb']} MB after ({grown:+} MB, {'flat' if grown <= GROWTH_MB else 'GREW'})"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
