"""What the fake Evolution API remembers, and what it checks of a request before it does anything."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.http_server import Request

_NUMBER = re.compile(r"[0-9]{10,15}|[0-9]+@lid")
_QUOTING = {"delay", "quoted", "mentionsEveryOne", "mentioned"}
_OPTIONAL = {
    "sendText": {"linkPreview", *_QUOTING},
    "sendMedia": {"mimetype", "fileName", "caption", *_QUOTING},
    "sendWhatsAppAudio": {"encoding", *_QUOTING},
    "getBase64FromMediaMessage": {"convertToMp4"},
}
_MEDIA_TYPES = ("image", "document", "video", "audio")


class Bad(Exception):
    """An answer that is no success, in the shape of the server's last handler."""

    def __init__(self, status: int, error: str, message: Any) -> None:
        super().__init__(error)
        self.status = status
        self.body = {"status": status, "error": error, "response": {"message": message}}


@dataclass
class Instance:
    name: str
    token: str
    state: str = "close"
    phone: str = ""
    pairing: str = ""
    codes: int = 0
    webhook: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    message_id: str
    jid: str
    payload: dict[str, Any]
    document: bytes


@dataclass(frozen=True)
class Posted:
    """A webhook as it goes out."""

    url: str
    body: bytes
    headers: dict[str, str]


def check(request: Request, schema: Mapping[str, type]) -> dict[str, Any]:
    """The JSON of a request that has the fields of a route, else the validator's own words. A field that the real one
    does not know is refused here, so that no test passes by it."""
    if request.method != "POST":
        return {}
    if request.body and request.headers.get("content-type") != "application/json":
        raise Bad(400, "Bad Request", [["instance requires JSON"]])
    data = json.loads(request.body or b"{}")
    wrong = [f'instance requires property "{name}"' for name in schema if name not in data]
    wrong += [f"{name} is not of a type(s) x" for name, kind in schema.items() if not isinstance(data.get(name), kind)]
    optional = _OPTIONAL.get(request.path.split("/")[2], set())
    wrong += [f"additional property {name}" for name in data if name not in schema and name not in optional]
    if "number" in schema and not _NUMBER.fullmatch(str(data.get("number"))):
        wrong.append("Invalid format")
    if "media" in schema and data.get("mediatype") not in _MEDIA_TYPES:
        wrong.append(f"mediatype is not one of enum values: {','.join(_MEDIA_TYPES)}")
    if wrong:
        raise Bad(400, "Bad Request", [wrong])
    _check_file(data)
    return dict(data)


def _check_file(data: Mapping[str, Any]) -> None:
    """The controllers' own checks, after the schema's."""
    content = data.get("media", data.get("audio"))
    if "media" in data and not data.get("fileName"):
        raise Bad(400, "Bad Request", ["For base64 the file name must be informed."])
    if content is not None and not file_of(content):
        raise Bad(400, "Bad Request", ["Owned media must be a url or base64"])


def file_of(content: str) -> bytes:
    """The bytes of bare base64, none for anything else."""
    try:
        return base64.b64decode(content, validate=True)
    except ValueError:
        return b""
