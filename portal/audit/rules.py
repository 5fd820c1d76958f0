"""Telling a change: which fields differ, how a value reads that nobody explains, and the words that were replaced."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

PieceKind = Literal["same", "old", "new"]

NOTHING = "—"
NOT_TOLD = "(não mostrado)"
LONG = 60
"""Characters from which a text is told word by word."""
CONTEXT = 60
"""Characters kept on each side of a change; the rest of what stayed the same becomes an ellipsis."""
COSTLY = 250_000
"""Words against words from which comparing them takes longer than it helps: the whole passage is told as replaced."""

LARGEST_ID = 2**31 - 1

_SUBJECT = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9_.:-]+")
_SECRET = re.compile(r"password|passwd|senha|secret|token|hash|api_?key", re.IGNORECASE)
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stayed, went, or came."""

    kind: PieceKind
    text: str


@dataclass(frozen=True)
class Change:
    """One field, from → to; None where there was, or is, no such field. `pieces` when it is a long text."""

    label: str
    before: str | None
    after: str | None
    pieces: tuple[Piece, ...] = ()


def is_subject(text: str) -> bool:
    """Whether a text can name a thing: "<prefix>:<key>" of letters, digits, "-", "_", ":" and ".", at most 80.

    A key that is a number must fit a row's.
    """
    if len(text) > 80 or not _SUBJECT.fullmatch(text):
        return False
    key = text.partition(":")[2]
    return not key.isdigit() or int(key) <= LARGEST_ID


def is_secret(field: str) -> bool:
    """Whether a field's own name says that its value is for nobody's eyes."""
    return _SECRET.search(field) is not None


def plain(value: Any) -> str:
    """A JSON value as a person reads it."""
    if value is None or value == "" or value == [] or value == {}:
        return NOTHING
    if isinstance(value, bool):
        return "Sim" if value else "Não"
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {NOT_TOLD if is_secret(str(key)) else plain(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(plain(each) for each in value)
    return str(value)


def differing(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, told: Iterable[str]) -> list[str]:
    """Which of the `told` fields have another value after than before, in their order."""
    return [
        name
        for name in told
        if (name in (before or {})) != (name in (after or {})) or (before or {}).get(name) != (after or {}).get(name)
    ]


def change(label: str, before: str | None, after: str | None) -> Change:
    """A field's change in words; long texts word by word."""
    texts = [text for text in (before, after) if text is not None]
    long = any(len(text) > LONG or "\n" in text for text in texts)
    by_word = len(texts) == 2 and long and NOTHING not in texts
    return Change(label, before, after, word_diff(before or "", after or "") if by_word else ())


def word_diff(old: str, new: str) -> tuple[Piece, ...]:
    """Two texts as one: `same` and `old` pieces make the old one, `same` and `new` the new one."""
    return _joined(_line_pieces(old.splitlines(keepends=True), new.splitlines(keepends=True)))


def shortened(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The same, long stretches that stayed cut to what surrounds a change."""
    last = len(pieces) - 1
    return tuple(
        Piece("same", _cut(piece.text, first=index == 0, last=index == last)) if piece.kind == "same" else piece
        for index, piece in enumerate(pieces)
    )


def excerpt(text: str, limit: int) -> str:
    """The beginning of a text, in one line of at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def in_short(change: Change) -> str:
    """A field's change in a clause: of a long text only the words that go and come."""
    if not change.pieces:
        before, after = (excerpt(side or NOTHING, 60) for side in (change.before, change.after))
        return f"{change.label}: de “{before}” para “{after}”"
    sides = {"sai": "old", "entra": "new"}
    words = {verb: [p.text.strip() for p in change.pieces if p.kind == kind] for verb, kind in sides.items()}
    told = [f"{verb} “{excerpt(' … '.join(texts), 60)}”" for verb, texts in words.items() if any(texts)]
    return f"{change.label}: {', '.join(told) or 'muda o espaçamento'}"


def newest_values(versions: Iterable[Mapping[str, Any] | None]) -> dict[str, Any]:
    """What notes say of a thing now: of each field the newest value. `versions` come newest first."""
    known: dict[str, Any] = {}
    for version in versions:
        known = {**(version or {}), **known}
    return known


def agrees(current: Mapping[str, Any], version: Mapping[str, Any]) -> bool:
    """Whether a thing already is what a version says; of what the version does not say, anything will do."""
    return all(name in current and current[name] == value for name, value in version.items())


def _line_pieces(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    """Lines first: what stayed is found quickly, and words are compared inside the passages that differ."""
    if len(old) * len(new) > COSTLY:
        return _replaced("".join(old), "".join(new))
    found: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        before, after = "".join(old[i1:i2]), "".join(new[j1:j2])
        found += [Piece("same", before)] if tag == "equal" else _word_pieces(before, after)
    return found


def _word_pieces(old: str, new: str) -> list[Piece]:
    a, b = _WORDS.findall(old), _WORDS.findall(new)
    if not a or not b or len(a) * len(b) > COSTLY:
        return _replaced(old, new)
    found: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        before, after = "".join(a[i1:i2]), "".join(b[j1:j2])
        found += [Piece("same", before)] if tag == "equal" else _replaced(before, after)
    return found


def _replaced(old: str, new: str) -> list[Piece]:
    return [Piece("old", old), Piece("new", new)]


def _joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Neighbours of one kind become one; a blank between two replaced words does not break the passage in two."""
    old, new, found = "", "", list[Piece]()
    kept = [piece for piece in pieces if piece.text]
    for index, piece in enumerate(kept):
        bridge = piece.kind == "same" and piece.text == " " and (old or new) and index + 1 < len(kept)
        if piece.kind == "same" and not bridge:
            found += [*_replaced(old, new), piece]
            old = new = ""
            continue
        old += piece.text if piece.kind != "new" else ""
        new += piece.text if piece.kind != "old" else ""
    found += _replaced(old, new)
    return tuple(_merged([piece for piece in found if piece.text]))


def _merged(pieces: Sequence[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for piece in pieces:
        if found and found[-1].kind == piece.kind:
            found[-1] = Piece(piece.kind, found[-1].text + piece.text)
        else:
            found.append(piece)
    return found


def _cut(text: str, *, first: bool, last: bool) -> str:
    if len(text) <= 2 * CONTEXT + 20:
        return text
    head = "" if first else f"{text[:CONTEXT]} "
    tail = "" if last else f" {text[-CONTEXT:]}"
    return f"{head}[…]{tail}"
