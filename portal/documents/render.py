"""Sheets to PDF and to pictures, by typst and the layout of this package.

The text of the company and the data of the debtor reach the layout as JSON and are printed as text, never evaluated.
The layout sees its own folder and the bundled font, no other file, no font of the machine and no package.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import typst

from portal import clock
from portal.documents.rules.content import Filled, Table
from portal.documents.rules.markup import Block, Gap, Heading, Items, Line, Paragraph, TablePlace, parse
from portal.documents.rules.wildcards import clean, fill

LAYOUT = Path(__file__).parent / "layout" / "document.typ"
FONTS = Path(__file__).parent / "fonts"

PREVIEW_PPI = 110.0
STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]


class RenderError(Exception):
    """A document could not be drawn. The text is for the person at the screen and names no file."""


@dataclass(frozen=True)
class Sheet:
    """Everything that is printed. In `letterhead` an empty line parts the company (left) from the creditor (right).

    `number` and `issued_at` are ready text ("2026/000123", "22/11/2026 às 14:30") of the footer; either may be empty.
    """

    title: str
    body: str
    filled: Filled
    letterhead: tuple[str, ...]
    number: str
    issued_at: str
    author: str


def pdf(sheet: Sheet) -> bytes:
    """The sheet as a tagged PDF (PDF/A-2a and PDF/UA-1), dated now. Raises RenderError.

    The standards refuse a character that the font does not have (an emoji in a name). The PDF is then made without
    them: the character shows as an empty box and can still be copied.
    """
    data = _data(sheet)
    try:
        return _pages(data, format="pdf", pdf_standards=STANDARDS)[0]
    except RenderError:
        return _pages(data, format="pdf")[0]


def pictures(sheet: Sheet) -> list[bytes]:
    """The pages of the sheet, each a PNG of 110 pixels an inch. Raises RenderError."""
    return _pages(_data(sheet), format="png", ppi=PREVIEW_PPI)


def _pages(data: str, **options: Any) -> list[bytes]:
    """A compiler for each call: one may not be shared by threads, and a new one costs next to nothing."""
    try:
        compiler = typst.Compiler(LAYOUT, root=LAYOUT.parent, font_paths=_fonts(), ignore_system_fonts=True)
        made = compiler.compile(sys_inputs={"sheet": data}, timestamp=clock.now().replace(microsecond=0), **options)
    except (RuntimeError, ValueError, OSError) as error:
        raise RenderError("Não foi possível gerar o documento. Tente novamente.") from error
    return made if isinstance(made, list) else [made or b""]


def _data(sheet: Sheet) -> str:
    return json.dumps(_content(sheet), ensure_ascii=False)


def _content(sheet: Sheet) -> dict[str, Any]:
    groups = [[clean(line) for line in lines] for filled, lines in groupby(sheet.letterhead, key=_has_ink) if filled]
    return {
        "title": clean(sheet.title),
        "author": clean(sheet.author),
        "owner": groups[0][0] if groups else "",
        "origin": _origin(clean(sheet.number), clean(sheet.issued_at)),
        "letterhead": groups,
        "blocks": list(_blocks(sheet)),
    }


def _has_ink(line: str) -> bool:
    return bool(clean(line))


def _origin(number: str, issued_at: str) -> str:
    parts = [f"Documento nº {number}" if number else "", f"emitido em {issued_at}" if issued_at else ""]
    text = ", ".join(part for part in parts if part)
    return text[:1].upper() + text[1:]


def _blocks(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """The blocks as the layout takes them. The title is heading 1, and no level is skipped: PDF/UA asks for it."""
    deepest = 1
    for block in parse(sheet.body):
        made = _block(block, sheet.filled)
        if isinstance(block, Heading):
            deepest = made["level"] = min(block.level, deepest) + 1
        yield made


def _block(block: Block, filled: Filled) -> dict[str, Any]:
    match block:
        case Heading(level, line):
            return {"kind": "heading", "main": level == 1, "line": _line(line, filled.values)}
        case Paragraph(lines):
            return {"kind": "paragraph", "lines": [_line(line, filled.values) for line in lines]}
        case Items(ordered, items):
            rows = [_line(item.line, filled.values) for item in items]
            return {"kind": "items", "ordered": ordered, "labels": [item.label for item in items], "items": rows}
        case Gap(lines):
            return {"kind": "gap", "lines": lines}
        case TablePlace(name) if name in filled.tables:
            return _table(filled.tables[name])
        case TablePlace(name):
            return {"kind": "paragraph", "lines": [[{"text": name, "bold": False}]]}


def _line(line: Line, values: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"text": fill(run.text, values), "bold": run.bold} for run in line]


def _table(table: Table) -> dict[str, Any]:
    return {
        "kind": "table",
        "columns": [{"title": clean(column.title), "right": column.align == "right"} for column in table.columns],
        "rows": [[clean(cell) for cell in row] for row in table.rows],
        "footer": [clean(cell) for cell in table.footer],
    }


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
