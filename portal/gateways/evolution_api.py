"""Evolution API's manners, the same for every call: the key in a header, the instance at the end of the path, errors as
`{"status", "error", "response": {"message"}}`, and a few that arrive as 200."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from portal.gateways import evolution_address as address
from portal.gateways import http
from portal.gateways.base import Line, SendError, Uncertain
from portal.gateways.evolution_errors import CREDENTIALS, NO_INSTANCE, NO_ROUTE, NO_WHATSAPP, NOT_CONNECTED, refusal

HIDDEN = "***"
_INSTANCE = re.compile(r"\w[\w .@+-]{0,99}")
_KEY = re.compile(r"[\x21-\x7e]{1,400}")
_TOO_LARGE = 413
_REQUEST_TIMEOUT = 408
# Baileys says so before it writes the message to its socket; after that it waits for nothing that could say it again.
_NO_SOCKET = ("connection closed", "connection terminated")
# What is looked at before WhatsApp is asked anything: jsonschema's sentences, and the controllers' own.
_INVALID = (
    "requires property",
    "is not of a type",
    "is not one of enum",
    "invalid format",
    "text is required",
    "owned media must be",
    "file name must be informed",
)


@dataclass(frozen=True)
class Answer:
    """A whole answer: `data` is its JSON, None when it is none."""

    status: int
    size: int
    data: Any

    @property
    def fine(self) -> bool:
        return 200 <= self.status < 300

    @property
    def object(self) -> Mapping[str, Any]:
        return self.data if isinstance(self.data, Mapping) else {}

    @property
    def about(self) -> str:
        return f"HTTP {self.status}, {self.size} bytes"


class Api:
    """Calls to the instance of a line. `call` is for what sends no message, `send` for what does."""

    def __init__(self, base_url: str, resolve: address.Resolve = socket.getaddrinfo) -> None:
        self._base_url = base_url
        self._trusted = address.trusted_origin(base_url)
        self._resolve = resolve

    def send(self, line: Line, path: str, payload: Mapping[str, Any]) -> Answer:
        """POST what may send a message: the bare answer. `SendError` if nothing was written, else `Uncertain`."""
        return self._exchange(line, "POST", path, payload)

    def call(self, line: Line, method: str, path: str, payload: Mapping[str, Any] | None = None) -> Answer:
        """A request whose repetition harms nobody, so that no failure of it leaves a doubt. Raises `SendError`."""
        try:
            answer = self._exchange(line, method, path, payload)
        except Uncertain as error:
            raise refusal("unreachable", str(error)) from error
        if answer.fine and answer.object.get("error") is not True:
            return answer
        raise self.refused(line, answer) or _other(answer, redacted(_told(answer), line))

    def refused(self, line: Line, answer: Answer) -> SendError | None:
        """The refusal that an answer proves, None when it proves none: another 400 may come after the message left."""
        code = _code(answer)
        return refusal(code, f"HTTP {answer.status}: {redacted(_told(answer), line)}") if code else None

    def url(self, line: Line, path: str) -> str:
        """The whole address of a call; the host is looked up and checked. Raises `SendError`."""
        if not _INSTANCE.fullmatch(line.phone_number_id):
            raise refusal(NO_INSTANCE, "not the name of an instance")
        base = address.check(line.base_url or self._base_url, self._trusted, self._resolve)
        return f"{base}/{path.format(instance=quote(line.phone_number_id, safe=''))}"

    def headers(self, line: Line) -> dict[str, str]:
        """The key of a line as a header. Raises `SendError` for one that cannot travel."""
        if not _KEY.fullmatch(line.access_token):
            raise refusal(CREDENTIALS, "the apikey is empty or cannot travel in a header")
        return {"apikey": line.access_token}

    def _exchange(self, line: Line, method: str, path: str, payload: Mapping[str, Any] | None) -> Answer:
        headers, body = self.headers(line), None
        if payload is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(payload, separators=(",", ":")).encode()
        status, answer = http.request(method, self.url(line, path), headers, body)
        return Answer(status, len(answer), parsed(answer))


def redacted(told: str, line: Line) -> str:
    """Words of the provider without the secrets of the line."""
    for secret in (line.access_token, line.app_secret, line.verify_token):
        if secret:
            told = re.sub(re.escape(secret), HIDDEN, told, flags=re.IGNORECASE)
    return told


def parsed(body: bytes) -> Any:
    """The JSON of a body, None when it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _code(answer: Answer) -> str:
    """Our code for a refusal that proves itself, else ""."""
    if answer.status == _TOO_LARGE:
        return "too_large"
    if answer.fine or not isinstance(answer.object.get("response"), Mapping):
        return ""
    told = _told(answer).lower()
    if any(each.get("exists") is False for each in _leaves(answer) if isinstance(each, Mapping)):
        return NO_WHATSAPP
    if any(fragment in told for fragment in _NO_SOCKET):
        return NOT_CONNECTED
    if answer.status == 400:
        return "refused" if any(fragment in told for fragment in _INVALID) else ""
    if answer.status == 404:
        return NO_INSTANCE if "does not exist" in told else NO_ROUTE
    return {401: CREDENTIALS, 403: CREDENTIALS, 429: "rate"}.get(answer.status, "")


def _other(answer: Answer, told: str) -> SendError:
    """A failure of a call that sent nothing: what would leave a doubt about a message leaves none here."""
    known = isinstance(answer.object.get("response"), Mapping) or answer.object.get("error") is True
    if known and answer.status < 500:
        return refusal("refused", f"HTTP {answer.status}: {told}")
    if 300 <= answer.status < 500 and answer.status not in {_REQUEST_TIMEOUT, 429}:
        return refusal(NO_ROUTE, answer.about)
    return refusal("unreachable", answer.about)


def _leaves(answer: Answer) -> Iterator[Any]:
    """The single messages of an error: one, a list of them, or a list in a list."""
    response = answer.object.get("response")
    message = response.get("message") if isinstance(response, Mapping) else answer.object.get("message")
    listed = message if isinstance(message, list) else [message]
    for each in listed:
        yield from each if isinstance(each, list) else [each]


def _told(answer: Answer) -> str:
    return " · ".join(each for each in _leaves(answer) if isinstance(each, str))
