"""What the fake Evolution API remembers, and what it checks of a request before it does anything."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.http_server import Request

_NUMBER = re.compile(r"[0-9]{10,15}|[0-9]+@lid")
_OPTIONAL = {"mimetype", "fileName", "caption", "delay", "linkPreview", "quoted", "convertToMp4"}


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
    wrong += [f"additional property {name}" for name in data if name not in schema and name not in _OPTIONAL]
    if "number" in schema and not _NUMBER.fullmatch(str(data.get("number"))):
        wrong.append("Invalid format")
    if "media" in schema and not data.get("fileName"):
        wrong.append("For base64 the file name must be informed.")
    if wrong:
        raise Bad(400, "Bad Request", [wrong])
    return dict(data)
