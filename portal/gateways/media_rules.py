"""Which files WhatsApp takes: as what a type is shown, and how large it may be. Pure.

Source: Meta's page on supported media types. Meta checks the size when a file is uploaded, by its type and before it
knows as what it will be sent, so that a picture too large for a picture is too large for a document as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MEGABYTE = 1024 * 1024
DOCUMENT = "document"

_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class Sendable:
    """Types (without parameters) and the most bytes of a file."""

    types: frozenset[str]
    max_bytes: int


SENDABLE: Mapping[str, Sendable] = {
    "image": Sendable(frozenset({"image/jpeg", "image/png"}), 5 * MEGABYTE),
    "video": Sendable(frozenset({"video/mp4", "video/3gpp"}), 16 * MEGABYTE),
    "audio": Sendable(
        frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}),
        16 * MEGABYTE,
    ),
    DOCUMENT: Sendable(
        frozenset(
            {
                "application/pdf",
                "text/plain",
                "application/msword",
                "application/vnd.ms-excel",
                "application/vnd.ms-powerpoint",
                f"{_OFFICE}.wordprocessingml.document",
                f"{_OFFICE}.spreadsheetml.sheet",
                f"{_OFFICE}.presentationml.presentation",
            }
        ),
        100 * MEGABYTE,
    ),
}
"""By the kind of a message (`messages.kind_of`)."""

LARGEST = SENDABLE[DOCUMENT].max_bytes

EXTENSIONS: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "application/pdf": "pdf",
    "text/plain": "txt",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    f"{_OFFICE}.wordprocessingml.document": "docx",
    f"{_OFFICE}.spreadsheetml.sheet": "xlsx",
    f"{_OFFICE}.presentationml.presentation": "pptx",
}
"""The ending of a file's name by its type."""


def kind_for(mime_type: str, size: int) -> str:
    """The kind under which a file is best sent: the one that shows its type, if it fits in it, else a document.

    Whether it can be sent at all is what `problem` tells."""
    kind = _kind_of_type(mime_type)
    return kind if kind and size <= SENDABLE[kind].max_bytes else DOCUMENT


def limit_for(mime_type: str) -> int:
    """The most bytes of a file of this type; 0 when WhatsApp does not take it."""
    kind = _kind_of_type(mime_type)
    return SENDABLE[kind].max_bytes if kind else 0


def problem(mime_type: str, size: int) -> str:
    """Why WhatsApp would not take a file: "empty", "type" or "too_large"; "" when it would."""
    if size <= 0:
        return "empty"
    limit = limit_for(mime_type)
    if not limit:
        return "type"
    return "too_large" if size > limit else ""


def base_type(mime_type: str) -> str:
    """A type without its parameters: "audio/ogg" of "audio/ogg; codecs=opus"."""
    return mime_type.partition(";")[0].strip().lower()


def _kind_of_type(mime_type: str) -> str:
    plain = base_type(mime_type)
    return next((kind for kind, rule in SENDABLE.items() if plain in rule.types), "")
