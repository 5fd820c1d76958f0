"""What Meta's page on supported media types says, written down apart from the portal: type → kind, and what a file of it
starts with. `WEBP` is for stickers alone."""

from __future__ import annotations

MB = 1024 * 1024
LIMITS = {"image": 5 * MB, "video": 16 * MB, "audio": 16 * MB, "document": 100 * MB, "sticker": 500 * 1024}

_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = {
    "audio/aac": "audio",
    "audio/amr": "audio",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
    "audio/ogg": "audio",
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "sticker",
    "video/mp4": "video",
    "video/3gpp": "video",
    "text/plain": "document",
    "application/pdf": "document",
    "application/msword": "document",
    "application/vnd.ms-excel": "document",
    "application/vnd.ms-powerpoint": "document",
    f"{_OFFICE}.wordprocessingml.document": "document",
    f"{_OFFICE}.spreadsheetml.sheet": "document",
    f"{_OFFICE}.presentationml.presentation": "document",
}
EXTENSIONS = {
    "audio/mpeg": ("mp3",),
    "audio/mp4": ("m4a", "mp4"),
    "image/jpeg": ("jpg", "jpeg"),
    "video/3gpp": ("3gp", "3gpp"),
    "text/plain": ("txt",),
    "application/msword": ("doc",),
    "application/vnd.ms-excel": ("xls",),
    "application/vnd.ms-powerpoint": ("ppt",),
    f"{_OFFICE}.wordprocessingml.document": ("docx",),
    f"{_OFFICE}.spreadsheetml.sheet": ("xlsx",),
    f"{_OFFICE}.presentationml.presentation": ("pptx",),
}
_MAGIC = {
    "application/pdf": (0, b"%PDF"),
    "image/png": (0, b"\x89PNG"),
    "image/jpeg": (0, b"\xff\xd8"),
    "audio/ogg": (0, b"OggS"),
    "audio/amr": (0, b"#!AMR"),
    "video/mp4": (4, b"ftyp"),
    "video/3gpp": (4, b"ftyp3g"),
    "audio/mp4": (4, b"ftyp"),
}


def starts_as(mime_type: str, content: bytes) -> bool:
    """Whether a file's first bytes are those of its type; True for a type that has none of its own."""
    start, magic = _MAGIC.get(mime_type, (0, b""))
    return content[start : start + len(magic)] == magic


def fits_name(mime_type: str, filename: str) -> bool:
    """Whether a file's ending is one of its type."""
    return filename.rpartition(".")[2].lower() in EXTENSIONS.get(mime_type, (mime_type.rpartition("/")[2],))
