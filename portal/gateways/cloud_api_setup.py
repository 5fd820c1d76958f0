"""What has to be true before the official API works, asked one thing at a time."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from portal.gateways.base import Line, SendError
from portal.gateways.cloud_api_graph import Graph, as_id, text

SCOPES = ("whatsapp_business_messaging", "whatsapp_business_management")
_PAGES = 20
_SHOWN = 5
# Meta takes the token to inspect in the address only.
_IN_ADDRESS = re.compile(r"(input_token=)[^&\s\"']+")


class _HideTokens(logging.Filter):
    """At DEBUG the HTTP library logs every address that it calls."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_hidden(each) for each in record.args)
        record.msg = _hidden(record.msg)
        return True


def _hidden(value: Any) -> Any:
    return value if isinstance(value, bool | int | float) else _IN_ADDRESS.sub(r"\1***", str(value))


for _name in ("urllib3.connection", "urllib3.connectionpool", "urllib3.poolmanager", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(_HideTokens())


@dataclass(frozen=True)
class TokenInfo:
    """A token as Meta sees it. `expires_at` is None for one that never does; `missing` are permissions it lacks."""

    valid: bool
    app_id: str = ""
    expires_at: datetime | None = None
    missing: tuple[str, ...] = ()


class Setup:
    """Questions that change nothing, and the one wish: to be told of messages. All raise `SendError`."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def token(self, line: Line) -> TokenInfo:
        """What the line's token is good for. `SendError` also when Meta does not let the token look at itself."""
        data = self._graph.read(line.access_token, self._graph.named("debug_token"), {"input_token": line.access_token})
        told = data.get("data")
        if not isinstance(told, Mapping):
            raise SendError("unreachable", "debug_token answered without data", retry=True)
        scopes = {text(each) for each in told.get("scopes") or ()}
        return TokenInfo(
            valid=told.get("is_valid") is True,
            app_id=as_id(told.get("app_id")),
            expires_at=_moment(told.get("expires_at")),
            missing=tuple(scope for scope in SCOPES if scope not in scopes),
        )

    def secret_fits(self, line: Line) -> bool:
        """Whether the app secret belongs to the token's app: Meta refuses a proof that is made with another secret.

        Ask it only of a number that the token can read: a hidden one is refused with the same code.
        """
        proof = hmac.new(line.app_secret.encode(), line.access_token.encode(), hashlib.sha256).hexdigest()
        query = {"fields": "id", "appsecret_proof": proof}
        try:
            self._graph.read(line.access_token, self._graph.url(line.phone_number_id), query)
        except SendError as error:
            if error.code == "100":
                return False
            raise
        return True

    def account_name(self, line: Line) -> str:
        """The name of the WhatsApp Business account (WABA)."""
        query = {"fields": "id,name"}
        return text(self._graph.read(line.access_token, self._graph.url(line.waba_id), query).get("name"))

    def numbers(self, line: Line) -> dict[str, str]:
        """The numbers of the account: by id, as Meta spells them."""
        url = self._graph.url(line.waba_id, "phone_numbers")
        rows = self._rows(line, url, {"fields": "id,display_phone_number", "limit": "100"})
        return {as_id(row.get("id")): text(row.get("display_phone_number")) for row in rows}

    def subscribers(self, line: Line) -> tuple[str, ...]:
        """The ids of the apps that are told of the account's messages."""
        rows = self._rows(line, self._graph.url(line.waba_id, "subscribed_apps"), {})
        apps = [row.get("whatsapp_business_api_data") for row in rows]
        return tuple(as_id(app.get("id")) for app in apps if isinstance(app, Mapping))

    def subscribe(self, line: Line) -> None:
        """Have the token's app told of the account's messages; safe to repeat. Raises `Uncertain` too."""
        self._graph.write(line.access_token, self._graph.url(line.waba_id, "subscribed_apps"), {})

    def _rows(self, line: Line, url: str, query: Mapping[str, str]) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = []
        after: Mapping[str, str] = {}
        for _ in range(_PAGES):
            page = self._graph.read(line.access_token, url, {**query, **after})
            data, paging = page.get("data"), page.get("paging")
            rows += [row for row in data if isinstance(row, Mapping)] if isinstance(data, list) else []
            cursor = _after(paging)
            if not cursor:
                break
            after = {"after": cursor}
        return rows


def _after(paging: Any) -> str:
    if not isinstance(paging, Mapping) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    return text(cursors.get("after")) if isinstance(cursors, Mapping) else ""


def problems(entities: Any) -> tuple[str, ...]:
    """What Meta wrote about each thing that keeps a number from sending; the keys are spelled in more than one way."""
    found: list[str] = []
    for entity in entities if isinstance(entities, list) else ():
        errors = entity.get("errors") if isinstance(entity, Mapping) else None
        for error in errors if isinstance(errors, list) else ():
            words = _words(error)
            found += [words] if words and words not in found else []
    return tuple(found[:_SHOWN])


def _words(error: Any) -> str:
    if not isinstance(error, Mapping):
        return ""
    parts: Sequence[str] = [text(error.get(name)) for name in ("error_description", "possible_solution")]
    return " ".join(part.strip() for part in parts if part.strip())[:300]


def _moment(value: Any) -> datetime | None:
    """Seconds since 1970; 0 is Meta's "never"."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10**11:
        return None
    return datetime.fromtimestamp(value, UTC)
