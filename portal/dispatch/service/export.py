"""The people of a dispatch as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from portal import clock
from portal.dispatch.service.overview import Line

HEADER = ("NOME", "TELEFONE", "SITUACAO", "DETALHE", "ENVIADA_EM", "TEXTO")

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def people_csv(lines: Iterable[Line], zone: str) -> bytes:
    """A CSV (`;`, UTF-8 with BOM) that no spreadsheet runs as a formula: such cells get an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    for line in lines:
        at = f"{clock.local(line.at, zone):%d/%m/%Y %H:%M}" if line.at else ""
        cells = (line.name, line.phone.removeprefix("+"), line.state, line.detail, at, line.text)
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return out.getvalue().encode("utf-8-sig")
