"""The markup of a document's text, as in WhatsApp, parsed to blocks. What is no markup is literal; nothing is refused.

"# Título" and "## Subtítulo" are headings, "*negrito*" is bold, "- " and "1. " begin items, a table's wildcard alone on
its line is the table. A blank line parts paragraphs (further ones leave space), a single line break stays a line break.
"\\*" is an asterisk. Parse before filling: a value then never becomes markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from portal.documents.rules.wildcards import WILDCARDS, is_control, tidy

MOST_GAP = 10  # blank lines in a row that leave space: enough to sign in


@dataclass(frozen=True)
class Run:
    """A stretch of one line, in bold or not."""

    text: str
    bold: bool = False


Line = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """`level` 1 is "# ", 2 is "## "."""

    level: int
    line: Line


@dataclass(frozen=True)
class Paragraph:
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Item:
    """`label` is "-", or the number as it was typed: "1."."""

    label: str
    line: Line


@dataclass(frozen=True)
class Items:
    ordered: bool
    items: tuple[Item, ...]


@dataclass(frozen=True)
class TablePlace:
    """Where the table of a wildcard stands."""

    name: str


@dataclass(frozen=True)
class Gap:
    """Blank lines beyond the one that parts paragraphs."""

    lines: int


Block = Heading | Paragraph | Items | TablePlace | Gap

_HEADING = re.compile(r"(##?) +(\S.*)")
_ITEM = re.compile(r"(-|\d{1,3}\.) +(\S.*)")
# Like WhatsApp: the asterisks touch the bold text, and no letter or figure touches them from outside.
_BOLD = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]*[^\s*])\*(?![\w*])")
_ESCAPED = "\0"  # stands for "\*" while bold is looked for; no text holds it, for controls are dropped before


def parse(text: str) -> tuple[Block, ...]:
    """The blocks of a text, in their order."""
    kept = "".join(char for char in tidy(text) if not is_control(char))
    lines = [line.strip() for line in kept.split("\n")]
    return tuple(block for kind, group in groupby(lines, _kind) for block in _blocks(kind, list(group)))


def _kind(line: str) -> str:
    if not line:
        return "blank"
    if line in WILDCARDS and WILDCARDS[line].is_table:
        return "table"
    if _HEADING.fullmatch(line):
        return "heading"
    if item := _ITEM.fullmatch(line):
        return "bullets" if item[1] == "-" else "numbers"
    return "paragraph"


def _blocks(kind: str, lines: list[str]) -> Iterator[Block]:
    if kind == "heading":
        yield from (_heading(line) for line in lines)
    elif kind == "table":
        yield from (TablePlace(line) for line in lines)
    elif kind == "paragraph":
        yield Paragraph(tuple(_line(line) for line in lines))
    elif kind != "blank":
        yield Items(kind == "numbers", tuple(_item(line) for line in lines))
    elif len(lines) > 1:
        yield Gap(min(len(lines) - 1, MOST_GAP))


def _heading(line: str) -> Heading:
    marks, _, rest = line.partition(" ")
    return Heading(len(marks), _line(rest.strip()))


def _item(line: str) -> Item:
    label, _, rest = line.partition(" ")
    return Item(label, _line(rest.strip()))


def _line(text: str) -> Line:
    """The runs of a line: every second part between the asterisks of `_BOLD` is bold."""
    parts = _BOLD.split(text.replace("\\*", _ESCAPED))
    return tuple(Run(part.replace(_ESCAPED, "*"), bold=number % 2 == 1) for number, part in enumerate(parts) if part)
