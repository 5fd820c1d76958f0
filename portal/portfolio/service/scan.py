"""One pass over a file, before anything is written: what it holds and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from portal.extensions import db, transactions
from portal.portfolio.files.reading import FileError, read_table
from portal.portfolio.files.rows import Checked, Problem, Row, check_rows
from portal.portfolio.service.collector import passing_over_the_program
from portal.portfolio.service.upsert import Counts, foresee

KEPT_REMARKS = 10_000
"""Of each kind, on screen. The file of refused rows always has them all."""

SAMPLE = 10
_LOOK_UP = 2_000


@dataclass
class Scan:
    """The counts and the first remarks of a file; `expected` is what importing it now would do."""

    total: int = 0
    good: int = 0
    refused: int = 0
    warned: int = 0
    refusals: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    expected: Counts = field(default_factory=Counts)


def scan(account_id: int, content: bytes, filename: str, today: date, kept: int = KEPT_REMARKS) -> Scan:
    """Read a whole file without writing, keeping up to `kept` remarks of each kind. Raises FileError.

    Reading takes seconds, so no transaction is open meanwhile: on SQLite it would keep everybody else from writing.
    """
    db.session.rollback()
    found = Scan()
    with passing_over_the_program():
        _read_all(account_id, check_rows(read_table(content, filename), today), found, kept)
    if not found.total:
        raise FileError(f"O arquivo {filename} tem só o cabeçalho. Exporte a carteira de novo, com as linhas.")
    return found


def _read_all(account_id: int, lines: Iterable[Checked], found: Scan, kept: int) -> None:
    rows: list[Row] = []
    for checked in lines:
        _count(found, checked, kept)
        if checked.row:
            rows.append(checked.row)
        if len(rows) == _LOOK_UP:
            _foresee(account_id, rows, found.expected)
            rows = []
    _foresee(account_id, rows, found.expected)


def sample(content: bytes, filename: str, today: date) -> list[Row]:
    """The first rows that will be imported."""
    return list(_first_good(check_rows(read_table(content, filename), today)))


def _first_good(rows: Iterator[Checked]) -> Iterator[Row]:
    found = 0
    for checked in rows:
        if checked.row:
            found += 1
            yield checked.row
        if found == SAMPLE:
            return


def _count(found: Scan, checked: Checked, kept: int) -> None:
    found.total += 1
    if checked.row is None:
        found.refused += 1
        found.refusals.extend(checked.refusals[: kept - len(found.refusals)])
        return
    found.good += 1
    if checked.warnings:
        found.warned += 1
        found.warnings.extend(checked.warnings[: kept - len(found.warnings)])


def _foresee(account_id: int, rows: list[Row], total: Counts) -> None:
    if not rows:
        return
    with transactions(read_only=True):
        counts = foresee(account_id, rows)
        db.session.rollback()
    total.created_titles += counts.created_titles
    total.updated_titles += counts.updated_titles
    total.unchanged_titles += counts.unchanged_titles
