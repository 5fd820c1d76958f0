"""Times and small builders that several tests here share."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portal.gateways.messages import Audio, Document, Image, Video
from portal.gateways.outgoing import Attached
from tests.fakes import graph_webhooks

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MARIA = "5511987654321"

FILES: dict[str, Attached] = {
    "document": Document("termo.pdf", "Termo de acordo.pdf", "application/pdf", "Seu termo"),
    "image": Image("foto.jpg", "Recibo de março.jpg", "image/jpeg", "O recibo"),
    "video": Video("filme.mp4", "Como pagar.mp4", "video/mp4", "Como pagar"),
    "audio": Audio("voz.ogg", "voz.ogg", "audio/ogg; codecs=opus"),
}
BYTES = {
    "document": b"%PDF-1.7 termo",
    "image": b"\xff\xd8\xff\xe0 foto",
    "video": b"\x00\x00\x00\x18ftypmp42 filme",
    "audio": b"OggS voz",
}


def put_files(folder: Path) -> None:
    """Each file of `FILES` in a file store."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, content in FILES.items():
        (folder / content.path).write_bytes(BYTES[kind])


def body_of(*, messages: list[Any] | None = None, statuses: list[Any] | None = None, **value: Any) -> bytes:
    """A webhook body of the number 1065 with these messages and statuses."""
    lists = {"messages": messages, "statuses": statuses}
    value |= {name: items for name, items in lists.items() if items is not None}
    return graph_webhooks.envelope("2020", graph_webhooks.change("1065", **value))


def raw(data: Any) -> bytes:
    return json.dumps(data).encode()
