"""What is taken of the files that people send: sizes, types by content, tries, and how a failure is told. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MEGABYTE = 1024 * 1024

MAX_BYTES = 100 * MEGABYTE
"""The most that is taken of a person's file, whatever it is: what WhatsApp lets people send to a company. That is more
than what it lets a company send of pictures, sound and film (`gateways.media_rules`)."""

LIFE = timedelta(days=7)
"""How long Meta keeps the file of a message."""

WAITS = (
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
"""Pauses after each failed try; the last one for all that follow."""

TRUSTED_MISMATCHES = 3
"""After so many downloads whose bytes are not those that were announced, the announcement is what is wrong."""

HEAD = 8192
"""Bytes of a file by which its type is known."""

UNKNOWN_TYPE = "application/octet-stream"

INLINE = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/gif",
        "audio/aac",
        "audio/amr",
        "audio/mpeg",
        "audio/mp4",
        "audio/ogg",
        "audio/wav",
        "video/mp4",
        "video/3gpp",
        "video/webm",
        "application/pdf",
    }
)
"""Types that a browser may show by itself: none of them runs anything. All else is saved as a file."""

_MAGIC = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"OggS", "audio/ogg"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf2", "audio/mpeg"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xcf\xfa\xed\xfe",
    b"\xfe\xed\xfa",
    b"\xca\xfe\xba\xbe",
    b"#!/",
    b"\x4c\x00\x00\x00\x01\x14\x02",
)
_OFFICE = {
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "video/webm": "webm",
    "application/pdf": "pdf",
}
_NAMES = {"image": "imagem", "audio": "áudio", "video": "vídeo", "document": "documento", "sticker": "figurinha"}

REASONS = {
    "gone": "o WhatsApp não tem mais este arquivo",
    "refused": "o provedor recusou a entrega do arquivo",
    "unreachable": "não foi possível conectar ao provedor",
    "cut": "o arquivo chegou incompleto",
    "address": "o endereço do arquivo não é do provedor",
    "too_large": "o arquivo é maior do que o permitido",
    "empty": "o arquivo está vazio",
    "type": "o conteúdo não é do tipo anunciado ou não é aceito",
    "expired": "o prazo para baixar o arquivo terminou",
    "missing": "o arquivo não está mais no servidor",
}


def type_of(head: bytes) -> str:
    """The type of a file by its first bytes; `UNKNOWN_TYPE` for what is not known, "" for a program."""
    if head.startswith(_PROGRAMS):
        return ""
    for start, magic, found in _MAGIC:
        if head[start : start + len(magic)] == magic:
            return found
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], UNKNOWN_TYPE)
    if head[4:8] == b"ftyp":
        return _container(head[8:12])
    if head[:2] == b"PK":
        return _archive(head)
    return "text/plain" if _is_text(head) else UNKNOWN_TYPE


def _container(brand: bytes) -> str:
    if brand in (b"M4A ", b"M4B "):
        return "audio/mp4"
    if brand.startswith(b"3gp"):
        return "video/3gpp"
    return UNKNOWN_TYPE if brand in (b"heic", b"heix", b"mif1", b"avif") else "video/mp4"


def _is_text(head: bytes) -> bool:
    """Text has no control bytes but tabs and line ends. What a browser would run (HTML, SVG) is text too, and is
    served as a file to save."""
    return bool(head) and not any(byte < 9 or 13 < byte < 32 for byte in head)


def _archive(head: bytes) -> str:
    """An archive by the names near its start: a document of Word, Excel or PowerPoint, else a plain archive."""
    return next((found for name, found in _OFFICE.items() if name in head), "application/zip")


def accepts(kind: str, found: str) -> str:
    """The type under which a file of a message's kind is kept; "" when the content is not what the kind says.

    A voice message may come in a container that is called a video by its first bytes. A document may be anything but a
    program.
    """
    if not found:
        return ""
    group = found.partition("/")[0]
    if kind == "sticker":
        return found if found in ("image/webp", "image/png") else ""
    if kind == "audio" and found in ("video/mp4", "video/3gpp", "video/webm"):
        return found.replace("video/", "audio/") if found == "video/mp4" else found
    if kind in ("image", "audio", "video"):
        return found if group == kind else ""
    return found


def next_try(attempts: int, now: datetime) -> datetime:
    """When to try again after so many tries."""
    return now + WAITS[min(attempts, len(WAITS)) - 1]


def is_over(created_at: datetime, now: datetime) -> bool:
    """Whether the provider has dropped the file by now."""
    return now >= created_at + LIFE


def reason(code: str) -> str:
    """Why a file is not there, as the end of a Portuguese sentence."""
    return REASONS.get(code, REASONS["refused"])


def safe_name(given: str, kind: str, mime_type: str) -> str:
    """A file name for people and for their disks: no folders, no control or direction marks, at most 120 characters."""
    last = given.replace("\\", "/").rpartition("/")[2]
    shown = "".join(" " if c.isspace() else c for c in last if c.isspace() or c.isprintable())
    name = " ".join("".join(c for c in shown if c not in '<>:"|?*').split())
    name = name.strip(". ")[-120:].strip(". ")
    return name or default_name(kind, mime_type)


def default_name(kind: str, mime_type: str) -> str:
    """ "imagem.jpg" for a file that came without a name."""
    extension = _EXTENSIONS.get(mime_type)
    return _NAMES.get(kind, "arquivo") + (f".{extension}" if extension else "")


def placeholder(kind: str) -> str:
    """What stands for a file's words in the text of a message that has none."""
    return f"[{_NAMES[kind]}]" if kind in _NAMES else ""


@dataclass(frozen=True)
class Size:
    bytes: int

    def __str__(self) -> str:
        """As people say it: "312 KB", "1,4 MB"."""
        if self.bytes < 1024:
            return f"{self.bytes} bytes"
        if self.bytes < MEGABYTE:
            return f"{self.bytes // 1024} KB"
        return f"{self.bytes / MEGABYTE:.1f} MB".replace(".", ",")
