"""Files that are sent from the simulated phone, kept where a provider would keep them until they are fetched."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from pathlib import Path
from typing import BinaryIO

from portal.gateways.base import Line, Media
from portal.gateways.media import Fetched, MediaError

_root = Path("instance/files/simulated")
_ID = re.compile(r"[0-9]{18}")
_LIFE = 7 * 24 * 3600


def use(root: Path) -> None:
    """The folder of these files; set by `create_app`."""
    global _root
    _root = root


def upload(content: bytes) -> Media:
    """Keep a file as a provider does, under a number that is the way to it, for seven days."""
    _root.mkdir(mode=0o700, parents=True, exist_ok=True)
    _forget_old()
    media_id = str(secrets.randbelow(9 * 10**17) + 10**17)
    path = _root / media_id
    path.touch(mode=0o600)
    path.write_bytes(content)
    return Media(provider_id=media_id, sha256=hashlib.sha256(content).hexdigest())


def _forget_old() -> None:
    for path in _root.iterdir():
        if time.time() - path.stat().st_mtime > _LIFE:
            path.unlink(missing_ok=True)


def fetch(line: Line, media: Media, target: BinaryIO, limit: int) -> Fetched:
    """Write a file to `target`. Raises MediaError: "gone" for one that is not here, "too_large" beyond `limit` bytes."""
    path = _root / media.provider_id
    if not _ID.fullmatch(media.provider_id) or not path.is_file():
        raise MediaError("gone", "no such file")
    content = path.read_bytes()
    if len(content) > limit:
        raise MediaError("too_large", f"{len(content)} bytes", final=True)
    target.write(content)
    return Fetched(len(content), hashlib.sha256(content).hexdigest())
