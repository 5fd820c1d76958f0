"""Refused rows out again, ready to be corrected in a spreadsheet and sent back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date

from portal.portfolio.files.reading import Cell, column_key

REASON = "MOTIVO"

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# A sign followed by digits and separators alone calls no function: phones such as +55 51 95211-0478 stay as they are.
_HARMLESS = re.compile(r"[+-][0-9 ().,/-]*")


def refused_csv(header: Sequence[str], rows: Iterable[tuple[Sequence[Cell], Sequence[str]]]) -> bytes:
    """A CSV (`;`, UTF-8 with BOM) of rows given as (cells, reasons), with the reasons in a last column MOTIVO.

    The file can be read back as it is: cells beyond the header stay after MOTIVO, where they are refused again, and a
    MOTIVO of a former round is replaced. Cells that a spreadsheet would run as a formula get an apostrophe.
    """
    kept = [position for position, name in enumerate(header) if column_key(name) != REASON]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([*(_guarded(header[position]) for position in kept), REASON])
    for cells, reasons in rows:
        texts = [_guarded(_written(cell)) for cell in cells]
        texts.extend([""] * (len(header) - len(texts)))
        writer.writerow([*(texts[position] for position in kept), _guarded(" ".join(reasons)), *texts[len(header) :]])
    return out.getvalue().encode("utf-8-sig", "replace")


def _written(cell: Cell) -> str:
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    return str(cell).replace(".", ",") if isinstance(cell, float) else cell


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) and not _HARMLESS.fullmatch(text) else text
