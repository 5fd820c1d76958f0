"""The Graph API's manners, the same for every call: addresses, error envelopes, answers that are none."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from portal.gateways import http
from portal.gateways.base import SendError, Uncertain
from portal.gateways.cloud_api_errors import classify, graph_error, proves_not_sent

_OBJECT_ID = re.compile(r"[0-9]{1,32}")


class Graph:
    """One version of the Graph API. `read`, `write` and `delete` are for calls that send no message."""

    def __init__(self, base_url: str, version: str) -> None:
        self._root = f"{base_url.rstrip('/')}/{version.strip('/')}"

    def url(self, object_id: str, edge: str = "") -> str:
        """The address of an object or of one of its edges. Raises `SendError` for what is no id of Meta's."""
        if not _OBJECT_ID.fullmatch(object_id):
            raise SendError("credentials", "an id of Meta's is a string of digits", stop=True)
        return f"{self._root}/{object_id}/{edge}".rstrip("/")

    def named(self, name: str) -> str:
        """The address of what has a name and no id, as debug_token."""
        return f"{self._root}/{name}"

    def read(self, token: str, url: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        """GET an object. Raises `SendError`; nothing was changed."""
        try:
            status, answer = http.get(f"{url}?{urlencode(query)}", token)
        except Uncertain as error:
            raise SendError("unreachable", str(error), retry=True) from error
        return harmless(status, answer, "unreachable")

    def write(self, token: str, url: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """POST a change. Raises `SendError` when Meta refused it, `Uncertain` when nobody knows whether it was made."""
        status, answer = http.post_json(url, token, payload)
        return settled(status, answer)

    def delete(self, token: str, url: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        """DELETE an object; errors as in `write`."""
        status, answer = http.delete(f"{url}?{urlencode(query)}", token)
        return settled(status, answer)


def settled(status: int, answer: bytes) -> Mapping[str, Any]:
    """The object answered to a change: a refusal is a `SendError`, whatever is neither leaves it `Uncertain`."""
    data = parsed(answer)
    error = graph_error(data)
    if error is not None and status >= 400 and proves_not_sent(error, status):
        raise classify(error)
    if error is None and 200 <= status < 300 and isinstance(data, Mapping):
        return data
    raise Uncertain(f"HTTP {status}, {len(answer)} bytes: neither done nor refused")


def harmless(status: int, answer: bytes, code: str) -> Mapping[str, Any]:
    """The object answered to a request that changes nothing, so that no failure of it leaves a doubt."""
    data = parsed(answer)
    error = graph_error(data)
    if error is not None and proves_not_sent(error, status):
        raise classify(error)
    if error is not None or not 200 <= status < 300 or not isinstance(data, Mapping):
        raise SendError(code, f"HTTP {status}, {len(answer)} bytes: not an answer of the Graph API", retry=True)
    return data


def parsed(answer: bytes) -> Any:
    """The JSON of an answer, None when it is none."""
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        return None


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def as_id(value: Any) -> str:
    """An id as text: REST gives strings, webhooks numbers."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return text(value)
