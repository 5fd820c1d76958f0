"""Media that people send, on Meta's side: an id is asked for its address, which lives five minutes, and the address is
fetched with the same token. The token goes to Meta's own hosts and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from portal.gateways.base import Line, Media, SendError
from portal.gateways.cloud_api_graph import Graph, as_id, text
from portal.gateways.media import Fetched, MediaError, download_url, origin_of

HOSTS = ("lookaside.fbsbx.com", "*.fbcdn.net", "*.whatsapp.net", "graph.facebook.com")
"""Where Meta keeps files."""

_MEDIA_ID = re.compile(r"[0-9]{1,32}")
_GONE = frozenset({"100", "100/33", "803"})


@dataclass(frozen=True)
class MediaInfo:
    """What Meta says of a file. `size` is 0 when it does not say; `sha256` is hexadecimal."""

    url: str = field(repr=False)
    mime_type: str = ""
    sha256: str = ""
    size: int = 0


class CloudMedia:
    """Files of one Graph API. `base_url` is the configured one: its host may serve files too."""

    def __init__(self, graph: Graph, base_url: str) -> None:
        self._graph = graph
        self._trusted = (origin_of(base_url),)

    def info(self, line: Line, media_id: str) -> MediaInfo:
        """Where a file is now. Raises MediaError: "gone" when Meta does not know the id (any more)."""
        if not _MEDIA_ID.fullmatch(media_id):
            raise MediaError("gone", "no id of Meta's", final=True)
        query = {"phone_number_id": line.phone_number_id}
        try:
            data = self._graph.read(line.access_token, self._graph.url(media_id), query)
        except SendError as error:
            raise MediaError("gone" if error.code in _GONE else "refused", f"code {error.code}") from error
        if not text(data.get("url")):
            raise MediaError("refused", "the answer names no address")
        return MediaInfo(text(data["url"]), text(data.get("mime_type")), text(data.get("sha256")), _size(data))

    def fetch(self, line: Line, media: Media, target: BinaryIO, limit: int) -> Fetched:
        """Write a file to `target`, at most `limit` bytes. Raises MediaError; the next try asks for a new address."""
        found = self.info(line, media.provider_id)
        if found.size > limit:
            raise MediaError("too_large", f"{found.size} bytes", final=True)
        headers = {"Authorization": f"Bearer {line.access_token}"}
        return download_url(found.url, target, limit, hosts=HOSTS, trusted=self._trusted, headers=headers)


def _size(data: Mapping[str, Any]) -> int:
    """Meta writes it as a string or as a number."""
    digits = as_id(data.get("file_size"))
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else 0
