"""Files that go out, looked at before anything leaves."""

from __future__ import annotations

from pathlib import Path

from portal.gateways import media_rules
from portal.gateways.base import SendError
from portal.gateways.messages import Audio, Document, Image, Video, kind_of

Attached = Document | Image | Video | Audio


def checked(root: Path, content: Attached, most: int = media_rules.LARGEST) -> Path:
    """Where a content's file is. `most` is what the provider's way of taking files allows, in bytes.

    Raises SendError: "file" for a path that leads out of the store, to no file or to an empty one; "file_limit" for a
    type or a size that WhatsApp does not take under this kind.
    """
    store = root.resolve()
    path = (store / content.path).resolve()
    if not path.is_relative_to(store) or not path.is_file():
        raise SendError("file", "no such file in the store")
    size = path.stat().st_size
    if not size:
        raise SendError("file", "the file is empty")
    kind = kind_of(content)
    shown = kind == media_rules.DOCUMENT or media_rules.base_type(content.mime_type) in media_rules.SENDABLE[kind].types
    if not shown or media_rules.problem(content.mime_type, size) or size > most:
        raise SendError("file_limit", f"{size} bytes of {content.mime_type} as {kind}")
    return path


def read(path: Path) -> bytes:
    """The bytes of a checked file. Raises SendError "file"."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SendError("file", f"cannot read the file: {type(error).__name__}") from error
