"""Confirmed files into the portfolio: 2,000 rows a transaction, each with the place where a killed import goes on."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError, TimeoutError

from portal import clock
from portal.accounts.models import Account
from portal.extensions import db, transactions
from portal.live.service import emit
from portal.portfolio.files.reading import read_table
from portal.portfolio.files.rows import Checked, Row, check_rows
from portal.portfolio.models import ImportStatus, PortfolioImport
from portal.portfolio.service.collector import passing_over_the_program
from portal.portfolio.service.upsert import upsert

log = logging.getLogger("portal.portfolio")

CHUNK = 2_000

Line = tuple[int, Row | None]
"""The number of a line, and its row unless it was refused."""

_OPEN = (ImportStatus.QUEUED, ImportStatus.RUNNING)


class Source:
    """The rows of a stored file, in order, a chunk at a time."""

    def __init__(self, content: bytes, filename: str, today: date) -> None:
        self._rows: Iterator[Checked] = check_rows(read_table(content, filename), today)
        self._read: list[Line] = []

    def chunk(self, from_line: int) -> Sequence[Line]:
        """The next rows from a line on. What comes before it is read too, for it counts in the titles' sequence."""
        self._read = [read for read in self._read if read[0] >= from_line]
        while len(self._read) < CHUNK and (checked := next(self._rows, None)) is not None:
            if checked.line >= from_line:
                self._read.append((checked.line, checked.row))
        return self._read


def apply_next() -> PortfolioImport | None:
    """Apply the oldest confirmed import to its end. Returns it, or None when there is none."""
    with transactions(read_only=True):
        import_id = db.session.scalar(
            sa.select(PortfolioImport.id).where(PortfolioImport.status.in_(_OPEN)).order_by(PortfolioImport.id).limit(1)
        )
        db.session.rollback()
    return apply(import_id) if import_id is not None else None


def apply(import_id: int) -> PortfolioImport:
    """Apply a confirmed import from where it stands to its end; commits each chunk. Returns it in its last state.

    Two that apply the same import do its chunks in turn, none twice. A busy database raises, and the next call goes on;
    any other error ends the import as failed, keeps what was done, and is raised.
    """
    try:
        with passing_over_the_program():
            source, start = _open(import_id)
            line: int | None = start
            while line is not None:
                line = apply_chunk(import_id, source, line)
    except (OperationalError, TimeoutError):
        db.session.rollback()
        raise
    except Exception:
        db.session.rollback()
        _fail(import_id)
        raise
    return db.session.get_one(PortfolioImport, import_id, populate_existing=True)


def _open(import_id: int) -> tuple[Source, int]:
    with transactions(read_only=True):
        found = db.session.get_one(PortfolioImport, import_id)
        today = clock.today(db.session.get_one(Account, found.account_id).timezone)
        source, line = Source(found.content, found.filename, today), found.next_line
        db.session.rollback()
    return source, line


def apply_chunk(import_id: int, source: Source, line: int) -> int | None:
    """Apply the chunk at a line, in one transaction. Returns the line to go on from, or None when it is over.

    The file is read before the transaction begins. If another process was there first, nothing is done here but to
    return where it stopped.
    """
    rows = source.chunk(line)
    found = _claim(import_id)
    if found is None or found.next_line != line:
        after = None if found is None else found.next_line
        db.session.rollback()
        return after
    if rows:
        _write(found, rows)
    else:
        found.status, found.ended_at = ImportStatus.DONE, clock.now()
    emit(found.account_id, "import", found.id, found.user_id)
    after = found.next_line if rows else None
    db.session.commit()
    return after


def _claim(import_id: int) -> PortfolioImport | None:
    return db.session.scalar(
        sa.select(PortfolioImport)
        .where(PortfolioImport.id == import_id, PortfolioImport.status.in_(_OPEN))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _write(found: PortfolioImport, lines: Sequence[Line]) -> None:
    counts = upsert(found.account_id, [row for _, row in lines if row])
    found.status = ImportStatus.RUNNING
    found.created_titles += counts.created_titles
    found.updated_titles += counts.updated_titles
    found.unchanged_titles += counts.unchanged_titles
    found.created_debtors += counts.created_debtors
    found.done_rows += len(lines)
    found.next_line = lines[-1][0] + 1


def _fail(import_id: int) -> None:
    found = _claim(import_id)
    if found is not None:
        found.status, found.ended_at = ImportStatus.FAILED, clock.now()
        found.error = "A importação parou por um erro do sistema. O que já foi gravado continua gravado."
        emit(found.account_id, "import", found.id, found.user_id)
    db.session.commit()
