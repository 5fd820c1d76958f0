"""Files that people send, asked of the company's own server by the message's id: it decrypts them, and answers base64."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import time
from collections.abc import Mapping
from typing import Any, BinaryIO

import requests

from portal.gateways.base import Line, Media, SendError
from portal.gateways.evolution_api import Api, parsed
from portal.gateways.media import Fetched, MediaError, download_url

_CONNECT_SECONDS = 3.05
_READ_SECONDS = 60.0  # the server downloads from WhatsApp before its first byte
_TOTAL_SECONDS = 300.0
_CHUNK = 65_536
_ENVELOPE = 100_000


class EvolutionMedia:
    """Files of the instance of a line."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def fetch(self, line: Line, media: Media, target: BinaryIO, limit: int) -> Fetched:
        """Write a file to `target`, at most `limit` bytes. Raises MediaError.

        A server that does not keep messages knows no id; if it keeps files elsewhere, their address is tried instead.
        """
        try:
            data = self._asked(line, media.provider_id, limit)
        except MediaError as error:
            if not media.url or error.code == "too_large":
                raise
            return download_url(media.url, target, limit)
        return _written(data, target, limit)

    def _asked(self, line: Line, message_id: str, limit: int) -> bytes:
        body = json.dumps({"message": {"key": {"id": message_id}}, "convertToMp4": False})
        try:
            url = self._api.url(line, "chat/getBase64FromMediaMessage/{instance}")
            headers = {**self._api.headers(line), "Content-Type": "application/json", "Accept-Encoding": "identity"}
        except SendError as error:
            raise MediaError("refused", f"code {error.code}") from error
        try:
            with requests.post(
                url,
                body,
                headers=headers,
                stream=True,
                allow_redirects=False,
                timeout=(_CONNECT_SECONDS, _READ_SECONDS),
            ) as response:
                return _decoded(response.status_code, _bounded(response, limit * 4 // 3 + _ENVELOPE))
        except requests.RequestException as error:
            raise MediaError("unreachable", type(error).__name__) from error


def _bounded(response: requests.Response, limit: int) -> bytes:
    parts, deadline = bytearray(), time.monotonic() + _TOTAL_SECONDS
    for chunk in response.iter_content(_CHUNK):
        parts += chunk
        if len(parts) > limit:
            raise MediaError("too_large", f"more than {limit} bytes", final=True)
        if time.monotonic() > deadline:
            raise MediaError("unreachable", "it took too long")
    return bytes(parts)


def _decoded(status: int, body: bytes) -> bytes:
    if status == 404 or (status == 400 and b"not found" in body.lower()):
        raise MediaError("gone", f"HTTP {status}")
    if not 200 <= status < 300:
        raise MediaError("refused", f"HTTP {status}")
    data: Any = parsed(body)
    encoded = data.get("base64") if isinstance(data, Mapping) else None
    try:
        return base64.b64decode(encoded, validate=True) if isinstance(encoded, str) and encoded else _missing()
    except (binascii.Error, ValueError) as error:
        raise MediaError("cut", "not base64") from error


def _missing() -> bytes:
    raise MediaError("cut", "an answer without a file")


def _written(data: bytes, target: BinaryIO, limit: int) -> Fetched:
    if len(data) > limit:
        raise MediaError("too_large", f"{len(data)} bytes", final=True)
    target.write(data)
    return Fetched(len(data), hashlib.sha256(data).hexdigest())
