"""PlugMessage's manners, the same for every call: addresses that hold secrets, errors that arrive as 200.

The instance's token is a part of the address, and refusals repeat the account's token. Nothing that comes from here,
an exception or its causes or a line of the HTTP library's log, holds one of them.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.gateways import http
from portal.gateways.base import Line, SendError, Uncertain
from portal.gateways.plugmessage_errors import NO_ROUTE, NOT_PROVEN, TOKEN_MISSING, TOO_LARGE, code_of, refusal
from portal.gateways.plugmessage_reading import storable

HIDDEN = "***"
_WORD = re.compile(r"[A-Za-z0-9_-]{1,200}")
_HEADER = re.compile(r"[\x21-\x7e]{0,400}")
_BASE = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?")
_IN_ADDRESS = re.compile(r"(/token/)[^/\s?\"']+")
_ECHOED = re.compile(r"(client-token)[:\s]+\S.*?\s+(not allowed)", re.IGNORECASE)
_LOGS_OF_ADDRESSES = ("urllib3.connection", "urllib3.connectionpool", "urllib3.poolmanager", "urllib3.util.retry")
# A time-out of a server in between, which proves nothing about the one behind it.
_REQUEST_TIMEOUT = 408
_NO_SUCH_ROUTE = frozenset({404, 405})
# Said by the first server that meets the request, which then does not hand it on.
_TOO_LARGE = 413


class _HideTokens(logging.Filter):
    """At DEBUG the HTTP library logs every address that it calls."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_hidden(each) for each in record.args)
        record.msg = _hidden(record.msg)
        return True


def _hidden(value: Any) -> Any:
    if isinstance(value, bool | int | float):
        return value
    return _IN_ADDRESS.sub(rf"\g<1>{HIDDEN}", str(value))


for _name in _LOGS_OF_ADDRESSES:
    logging.getLogger(_name).addFilter(_HideTokens())


@dataclass(frozen=True)
class Answer:
    """A whole answer: `data` is its JSON, None when it is none. `body` is for what may be an image."""

    status: int
    body: bytes
    data: Any

    @property
    def fine(self) -> bool:
        return 200 <= self.status < 300

    @property
    def told(self) -> str:
        """What the provider wrote as an error, whatever the HTTP status; "" when there is none."""
        return _told(self.data)

    @property
    def about(self) -> str:
        return f"HTTP {self.status}, {len(self.body)} bytes"


class Api:
    """Calls to the instance of a line. `send` is for what sends a message, `call` and `ask` for what does not."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    def send(self, line: Line, action: str, payload: Mapping[str, Any]) -> Answer:
        """POST what may send a message: the bare answer. `SendError` if nothing was written, else `Uncertain`."""
        answer = self._exchange(line, "POST", action, payload)
        if _token_hiccup(answer):
            answer = self._exchange(line, "POST", action, payload)
        return answer

    def ask(self, line: Line, method: str, action: str, payload: Mapping[str, Any] | None = None) -> Answer:
        """A request whose repetition harms nobody, so that no failure of it leaves a doubt. Raises `SendError`.

        The answer has a 2xx, and may hold a refusal all the same."""
        try:
            answer = self._exchange(line, method, action, payload)
            if _token_hiccup(answer):
                answer = self._exchange(line, method, action, payload)
        except Uncertain as error:
            problem = SendError("unreachable", str(error), retry=True)
        else:
            if answer.fine:
                return answer
            missing = answer.status in _NO_SUCH_ROUTE  # said by a page of the server, too
            problem = self.refused(line, answer) or refusal(NO_ROUTE if missing else "unreachable", answer.about)
        raise problem

    def call(self, line: Line, method: str, action: str, payload: Mapping[str, Any] | None = None) -> Answer:
        """The same where an answer with an error is none. Raises `SendError`."""
        answer = self.ask(line, method, action, payload)
        if refused := self.refused(line, answer):
            raise refused
        return answer

    def refused(self, line: Line, answer: Answer) -> SendError | None:
        """The refusal that an answer proves, None when it proves none: a 5xx, a page of a server in between, a time-out
        between the provider and WhatsApp."""
        if answer.status == _TOO_LARGE and not _has_id(answer):
            return refusal(TOO_LARGE, answer.about)
        client_fault = 400 <= answer.status < 500 and answer.status != _REQUEST_TIMEOUT
        if not isinstance(answer.data, Mapping) or not (answer.fine or client_fault):
            return None
        told = answer.told
        if answer.fine and not told:
            failed = answer.data.get("value") is False
            return refusal("not_sent", f"{answer.about}: value false") if failed else None
        code = code_of(told)
        if code == NOT_PROVEN:
            return None
        if code == "refused" and answer.status in _NO_SUCH_ROUTE:
            code = NO_ROUTE
        if code == "refused" and answer.status == 429:
            code = "rate"
        return refusal(code, f"HTTP {answer.status}: {redacted(told, line)}")

    def _exchange(self, line: Line, method: str, action: str, payload: Mapping[str, Any] | None) -> Answer:
        url, headers = self._url(line, action), _headers(line)
        body = None
        if payload is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(payload, separators=(",", ":")).encode()
        problem: SendError | Uncertain
        try:
            status, answer = http.request(method, url, headers, body)
            return Answer(status, answer, parsed(answer))
        except SendError as error:
            problem = SendError(error.code, redacted(error.detail, line), retry=error.retry, stop=error.stop)
        except Uncertain as error:
            problem = Uncertain(redacted(str(error), line))
        raise problem  # out here it has no cause: the cause would name the address

    def _url(self, line: Line, action: str) -> str:
        base = (line.base_url or self._base_url).rstrip("/")
        named = _WORD.fullmatch(line.phone_number_id) and _WORD.fullmatch(line.access_token)
        if not named or not _BASE.fullmatch(base):
            raise SendError("credentials", "the instance's id, its token or the address is not usable", stop=True)
        return f"{base}/instances/{line.phone_number_id}/token/{line.access_token}/{action}"


def redacted(told: str, line: Line) -> str:
    """Words of the provider or of the HTTP library without the secrets of the line."""
    for secret in (line.access_token, line.app_secret, line.verify_token):
        if secret:
            told = re.sub(re.escape(secret), HIDDEN, told, flags=re.IGNORECASE)
    return without_tokens(told)


def without_tokens(told: str) -> str:
    """The same where the line is not at hand: tokens where the provider is known to repeat them."""
    return _IN_ADDRESS.sub(rf"\g<1>{HIDDEN}", _ECHOED.sub(rf"\g<1> {HIDDEN} \g<2>", told))


def parsed(body: bytes) -> Any:
    """The JSON of a body, every text in it storable; None when it is none."""
    try:
        return storable(json.loads(body))
    except (ValueError, RecursionError):
        return None


def _headers(line: Line) -> dict[str, str]:
    if not _HEADER.fullmatch(line.app_secret):
        raise SendError("credentials", "the Client-Token cannot travel in a header", stop=True)
    return {"Client-Token": line.app_secret} if line.app_secret else {}


def _told(data: Any) -> str:
    if not isinstance(data, Mapping):
        return ""
    error, message = data.get("error"), data.get("message")
    if isinstance(error, Mapping):
        error = error.get("message") or json.dumps(error)
    if not error:
        return ""
    parts = (error if isinstance(error, str) else "error", message)
    return " · ".join(part for part in parts if isinstance(part, str))


def _token_hiccup(answer: Answer) -> bool:
    """The provider has been seen to overlook a right token now and then; it says so before it does anything."""
    return answer.status == 400 and bool(answer.told) and code_of(answer.told) == TOKEN_MISSING and not _has_id(answer)


def _has_id(answer: Answer) -> bool:
    return isinstance(answer.data, Mapping) and bool(answer.data.get("messageId") or answer.data.get("zaapId"))
