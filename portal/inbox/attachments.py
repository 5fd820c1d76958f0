"""Files that an operator sends: as what each goes, and why one cannot go. The content decides, not the name. Pure: no
database, no request."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from portal.gateways import media_rules
from portal.inbox.rules import files as rules

MAX_FILES = 10
MAX_TOTAL = 3 * media_rules.LARGEST
"""Bytes of all files of one sending: they arrive as one request, which is sent anew as a whole when it breaks."""

MAX_CAPTION = 1024

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_TYPES = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
}
_OFFICE_TYPES = {
    ending: mime_type for mime_type, ending in media_rules.EXTENSIONS.items() if ending in ("docx", "xlsx", "pptx")
}
_PROGRAM_NAMES = frozenset(
    "apk app appx bat cmd cpl dmg exe hta jar js jse lnk msi msp pif ps1 reg scr sh vb vbe vbs wsf wsh".split()
)
_PLURALS = {"image": "imagens", "video": "vídeos", "audio": "áudios", "document": "documentos"}

PROGRAM = "“{name}” é um programa e não pode ser enviado."
EMPTY = "“{name}” está vazio."
TYPE = "O WhatsApp não aceita arquivos como “{name}”. Envie JPG, PNG, MP4, MP3, M4A, PDF, texto, Word, Excel ou PowerPoint."
TOO_LARGE = "“{name}” tem {size}. Envie {kinds} de até {limit} MB."
TOO_MANY = f"Envie no máximo {MAX_FILES} arquivos de uma vez."
TOO_MUCH = f"Os arquivos passam de {MAX_TOTAL // rules.MEGABYTE} MB ao todo. Envie-os em partes."


class NotSendable(Exception):
    """A file, or all of them together, cannot be sent; the message says why, in Portuguese."""


@dataclass(frozen=True)
class Attachment:
    """A file as it would go out; `kind` is image, video, audio or document."""

    kind: str
    filename: str
    mime_type: str
    size: int
    stream: BinaryIO = field(repr=False, compare=False)


def limits(largest: int = media_rules.LARGEST) -> dict[str, Any]:
    """What a browser may say before anything is sent, in bytes; what is true is decided here, by the content."""
    return {
        "files": MAX_FILES,
        "total": MAX_TOTAL,
        "largest": largest,
        "types": {each: min(media_rules.limit_for(each), largest) for each in media_rules.EXTENSIONS},
    }


def look_at(given: Sequence[tuple[str, BinaryIO]], largest: int = media_rules.LARGEST) -> list[Attachment]:
    """Names and contents as what they would go out; `largest` is the most bytes that the connection takes of a file.

    Raises NotSendable with every reason there is.
    """
    if len(given) > MAX_FILES:
        raise NotSendable(TOO_MANY)
    found, problems = [], []
    for name, stream in given:
        try:
            found.append(attachment(name, stream, largest))
        except NotSendable as problem:
            problems.append(str(problem))
    if sum(each.size for each in found) > MAX_TOTAL:
        problems.append(TOO_MUCH)
    if problems:
        raise NotSendable(" ".join(problems))
    return found


def attachment(name: str, stream: BinaryIO, largest: int = media_rules.LARGEST) -> Attachment:
    """One file. Raises NotSendable."""
    stream.seek(0)
    head = stream.read(rules.HEAD)
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    mime_type = type_of(head, name)
    shown = rules.safe_name(name, "", mime_type)
    if not mime_type:
        raise NotSendable(PROGRAM.format(name=shown))
    problem = media_rules.problem(mime_type, size) or ("too_large" if size > largest else "")
    if problem:
        raise NotSendable(_told(problem, shown, mime_type, size, largest))
    kind = media_rules.kind_for(mime_type, size)
    return Attachment(kind, _named(name, kind, mime_type), mime_type, size, stream)


def type_of(head: bytes, name: str) -> str:
    """The type by the first bytes; "" for a program, which some names too say. The name only tells apart the documents
    of an office suite, which look alike."""
    ending = _ending(name)
    found = "" if ending in _PROGRAM_NAMES else rules.type_of(head)
    if head.startswith(_OLE):
        return found and _OLE_TYPES.get(ending, rules.UNKNOWN_TYPE)
    if found == "application/zip" and b"[Content_Types].xml" in head:
        return _OFFICE_TYPES.get(ending, found)
    if found == "audio/ogg" and b"OpusHead" not in head:
        return "application/ogg"  # WhatsApp plays no other sound in this container
    return "video/quicktime" if found == "video/mp4" and head[8:12] == b"qt  " else found


def _ending(name: str) -> str:
    stem, dot, ending = name.strip(". ").rpartition(".")
    return ending.lower() if stem and dot else ""


def _named(name: str, kind: str, mime_type: str) -> str:
    """The name that people see, with the ending of its type when it has none or that of another type."""
    safe = rules.safe_name(name, kind, mime_type)
    ending, right = _ending(safe), media_rules.EXTENSIONS[mime_type]
    others = set(media_rules.EXTENSIONS.values()) - {right}
    return f"{safe}.{right}" if not ending or ending in others else safe


def _told(problem: str, name: str, mime_type: str, size: int, largest: int) -> str:
    if problem == "empty":
        return EMPTY.format(name=name)
    if problem == "type":
        return TYPE.format(name=name)
    limit = min(media_rules.limit_for(mime_type), largest)
    group = mime_type.partition("/")[0]
    kinds = _PLURALS.get(group, _PLURALS["document"])
    return TOO_LARGE.format(name=name, size=rules.Size(size), kinds=kinds, limit=limit // rules.MEGABYTE)


def goes_before(text: str, first: Attachment) -> bool:
    """Whether the text is a message of its own before the files: WhatsApp shows none with a sound, and no long one."""
    return bool(text) and (first.kind == "audio" or len(text) > MAX_CAPTION)
