"""An uploaded file from its preview to the queue. `apply.py` does the rest."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from portal import clock, jobs
from portal.audit.service import note
from portal.extensions import db
from portal.live.service import emit
from portal.portfolio.files.reading import read_table
from portal.portfolio.files.rows import Problem, check_rows
from portal.portfolio.files.writing import refused_csv
from portal.portfolio.models import ImportRemark, ImportStatus, PortfolioImport
from portal.portfolio.service.scan import Scan, scan

JOB = "import-portfolio"
KEEP_PREVIEWS = timedelta(days=7)
"""A file that nobody confirmed holds personal data for nothing."""

_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


class WrongState(Exception):
    """The import is no longer where the person saw it: somebody confirmed or discarded it meanwhile."""


def shown_name(filename: str) -> str:
    """A file name that is safe to show: without folders, control characters or direction marks; never empty."""
    name = _UNSAFE.sub("", filename.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    return name[:200] or "arquivo"


def preview(account_id: int, user_id: int | None, filename: str, content: bytes, today: date) -> PortfolioImport:
    """Keep a file with what was found in it; the portfolio is not touched yet. Commits. Raises FileError."""
    name = shown_name(filename)
    return keep(account_id, user_id, name, content, scan(account_id, content, name, today))


def keep(account_id: int, user_id: int | None, name: str, content: bytes, found: Scan) -> PortfolioImport:
    """A scanned file as an import that waits for confirmation. Commits."""
    kept = PortfolioImport(
        account_id=account_id,
        user_id=user_id,
        filename=name,
        content=content,
        digest=hashlib.sha256(content).hexdigest(),
        status=ImportStatus.PREVIEW,
        total_rows=found.total,
        good_rows=found.good,
        refused_rows=found.refused,
        warned_rows=found.warned,
        created_titles=found.expected.created_titles,
        updated_titles=found.expected.updated_titles,
        unchanged_titles=found.expected.unchanged_titles,
        created_at=clock.now(),
    )
    db.session.add(kept)
    db.session.flush()
    _add_remarks(kept, found.refusals, refused=True)
    _add_remarks(kept, found.warnings, refused=False)
    db.session.commit()
    return kept


def _add_remarks(kept: PortfolioImport, problems: Iterable[Problem], *, refused: bool) -> None:
    rows = [
        {
            "account_id": kept.account_id,
            "import_id": kept.id,
            "line": problem.line,
            "column": problem.column,
            "value": problem.value,
            "reason": problem.reason[:300],
            "refused": refused,
        }
        for problem in problems
    ]
    if rows:
        db.session.execute(sa.insert(ImportRemark), rows)


def confirm(found: PortfolioImport, actor_id: int | None) -> None:
    """Queue a preview, or a failed import from where it stopped, for the job. Commits. Raises WrongState."""
    if _locked_status(found) not in (ImportStatus.PREVIEW, ImportStatus.FAILED) or not found.good_rows:
        db.session.rollback()
        raise WrongState
    if found.status is ImportStatus.PREVIEW:
        # Until here these were the forecast; from here on they count what was done.
        found.created_titles = found.updated_titles = found.unchanged_titles = 0
    found.status, found.error, found.ended_at = ImportStatus.QUEUED, "", None
    found.confirmed_at = clock.now()
    after: dict[str, Any] = {"filename": found.filename, "rows": found.good_rows}
    note(found.account_id, actor_id, "portfolio.import", f"import:{found.id}", after=after)
    emit(found.account_id, "import", found.id, found.user_id)
    db.session.commit()
    jobs.wake(JOB)


def _locked_status(found: PortfolioImport) -> ImportStatus | None:
    """The status now, held until the transaction ends; None when the import is gone."""
    return db.session.scalar(sa.select(PortfolioImport.status).where(PortfolioImport.id == found.id).with_for_update())


def discard(found: PortfolioImport) -> None:
    """Delete a preview with its file. Commits. Raises WrongState."""
    if _locked_status(found) is not ImportStatus.PREVIEW:
        db.session.rollback()
        raise WrongState
    _delete([found.id])
    db.session.commit()


def sweep_previews() -> int:
    """Delete the previews that nobody confirmed for a week. Returns how many."""
    old = db.session.scalars(
        sa.select(PortfolioImport.id)
        .where(
            PortfolioImport.status == ImportStatus.PREVIEW,
            PortfolioImport.created_at < clock.now() - KEEP_PREVIEWS,
        )
        .with_for_update(skip_locked=True)  # somebody may be confirming one
    ).all()
    _delete(old)
    db.session.commit()
    return len(old)


def _delete(import_ids: Iterable[int]) -> None:
    chosen = list(import_ids)
    db.session.execute(sa.delete(ImportRemark).where(ImportRemark.import_id.in_(chosen)))
    db.session.execute(sa.delete(PortfolioImport).where(PortfolioImport.id.in_(chosen)))


def refused_file(found: PortfolioImport, today: date) -> bytes:
    """The refused rows of an import as a CSV with the reasons, to be corrected and sent again."""
    table = read_table(found.content, found.filename)
    refused = (
        (checked.cells, [f"{each.column}: {each.reason}" if each.column else each.reason for each in checked.refusals])
        for checked in check_rows(table, today)
        if checked.row is None
    )
    return refused_csv(table.header, refused)
