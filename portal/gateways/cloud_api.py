"""Meta's WhatsApp Business Cloud API: one message a call, media uploads, templates and the state of a number."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from portal.gateways import cloud_api_webhooks, http
from portal.gateways.base import Accepted, Capabilities, Delivery, Line, Recipient, SendError, Uncertain
from portal.gateways.cloud_api_errors import classify, graph_error, proves_not_sent
from portal.gateways.cloud_api_payloads import payload
from portal.gateways.messages import Content, Document

MAX_DOCUMENT = 100_000_000
TEMPLATE_PAGE = 100
_MAX_PAGES = 200
_TEMPLATE_FIELDS = "id,name,language,status,category,parameter_format,components,rejected_reason,quality_score"
_NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,name_status,quality_rating,status,code_verification_status,platform_type,"
    "whatsapp_business_manager_messaging_limit"
)
_OBJECT_ID = re.compile(r"[0-9]{1,32}")


@dataclass(frozen=True)
class RemoteTemplate:
    """A template as Meta holds it. `status` and `category` are Meta's words; `body` keeps its `{{1}}` marks."""

    provider_id: str
    name: str
    language: str
    status: str
    category: str
    parameter_format: str
    body: str
    components: tuple[Mapping[str, Any], ...]
    rejected_reason: str = ""
    quality: str = ""


@dataclass(frozen=True)
class NumberInfo:
    """What Meta says of the connected number, in Meta's words. Only a CONNECTED number can send."""

    phone_number_id: str
    display_phone: str = ""
    verified_name: str = ""
    name_status: str = ""
    status: str = ""
    quality: str = ""
    code_verification: str = ""
    platform: str = ""
    messaging_limit: str = ""

    @property
    def connected(self) -> bool:
        return self.status == "CONNECTED"


class CloudApi:
    """The official API. `base_url` and `version` say where, `files` is the folder that `Document.path` is inside."""

    kind = "cloud_api"
    capabilities = Capabilities(interactive=True, templates=True, signed_webhooks=True)

    def __init__(self, base_url: str, version: str, files: Path) -> None:
        self._root = f"{base_url.rstrip('/')}/{version.strip('/')}"
        self._files = files

    def send(self, line: Line, to: Recipient, content: Content, attempt_id: str) -> Accepted:
        """Send one message. Raises `SendError` when it surely did not go out, `Uncertain` when nobody can know.

        A document is uploaded first; whatever goes wrong there is a `SendError`, as no message was asked for yet.
        """
        body = payload(to, content, attempt_id)
        if isinstance(content, Document):
            body = payload(to, content, attempt_id, self._upload(line, content))
        status, answer = http.post_json(self._url(line.phone_number_id, "messages"), line.access_token, body)
        return _accepted(status, answer)

    def mark_read(self, line: Line, provider_id: str) -> None:
        """Show the person that their message, and those before it, were read. Raises `SendError`; safe to repeat."""
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": provider_id}
        try:
            status, answer = http.post_json(self._url(line.phone_number_id, "messages"), line.access_token, body)
        except Uncertain as error:
            raise SendError("unreachable", str(error), retry=True) from error
        _harmless(status, answer, "unreachable")

    def check(self, line: Line) -> NumberInfo:
        """Read the number's own state: the test of a connection. Raises `SendError`, with Meta's code if any."""
        data = self._read(line, self._url(line.phone_number_id), {"fields": _NUMBER_FIELDS})
        return NumberInfo(
            phone_number_id=_text(data.get("id")),
            display_phone=_text(data.get("display_phone_number")),
            verified_name=_text(data.get("verified_name")),
            name_status=_text(data.get("name_status")),
            status=_text(data.get("status")),
            quality=_text(data.get("quality_rating")),
            code_verification=_text(data.get("code_verification_status")),
            platform=_text(data.get("platform_type")),
            messaging_limit=_text(data.get("whatsapp_business_manager_messaging_limit")),
        )

    def templates(self, line: Line) -> list[RemoteTemplate]:
        """Every template of the account, all languages and states. Raises `SendError`; never a partial list."""
        return [_template(item) for page in self._template_pages(line) for item in page]

    def authentic(self, line: Line, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether Meta's signature of these bytes holds with the app secret. False when there is no secret."""
        return cloud_api_webhooks.authentic(line.app_secret, body, headers)

    def parse(self, body: bytes) -> Delivery:
        """Every item of a webhook body, in order. Raises ValueError when the body is no JSON object at all."""
        return cloud_api_webhooks.parse(body)

    def _upload(self, line: Line, document: Document) -> str:
        url = self._url(line.phone_number_id, "media")
        fields = {"messaging_product": "whatsapp", "type": document.mime_type}
        path = self._file(document.path)
        try:
            status, answer = http.post_file(url, line.access_token, fields, document.filename, path, document.mime_type)
        except OSError as error:
            raise SendError("file", f"cannot read the file: {error}") from error
        except Uncertain as error:
            raise SendError("upload", str(error), retry=True) from error
        media_id = _text(_harmless(status, answer, "upload").get("id"))
        if not media_id:
            raise SendError("upload", "the upload was answered without an id", retry=True)
        return media_id

    def _file(self, relative: str) -> Path:
        """The file inside the store; a path that leads out of it, or to no file, is refused."""
        root = self._files.resolve()
        path = (root / relative).resolve()
        if not path.is_relative_to(root) or not path.is_file():
            raise SendError("file", "no such file in the store")
        if not 0 < path.stat().st_size <= MAX_DOCUMENT:
            raise SendError("file", "the file is empty or larger than 100 MB")
        return path

    def _template_pages(self, line: Line) -> Iterator[list[Any]]:
        """Pages by cursor, until Meta names no next one. Its `next` address itself is not followed."""
        url = self._url(line.waba_id, "message_templates")
        query = {"fields": _TEMPLATE_FIELDS, "limit": str(TEMPLATE_PAGE)}
        for _ in range(_MAX_PAGES):
            data = self._read(line, url, query)
            items = data.get("data")
            if not isinstance(items, list):
                raise SendError("unreachable", "a page of templates without data", retry=True)
            yield items
            paging = data.get("paging")
            if not isinstance(paging, Mapping) or not paging.get("next"):
                return
            query["after"] = _cursor(paging, query.get("after", ""))
        raise SendError("unreachable", f"more than {_MAX_PAGES} pages of templates")

    def _read(self, line: Line, url: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        try:
            status, answer = http.get(f"{url}?{urlencode(query)}", line.access_token)
        except Uncertain as error:
            raise SendError("unreachable", str(error), retry=True) from error
        return _harmless(status, answer, "unreachable")

    def _url(self, object_id: str, edge: str = "") -> str:
        if not _OBJECT_ID.fullmatch(object_id):
            raise SendError("credentials", "an id of Meta's is a string of digits", stop=True)
        return f"{self._root}/{object_id}/{edge}".rstrip("/")


def _accepted(status: int, answer: bytes) -> Accepted:
    """Meta's acceptance, its refusal as `SendError`, and everything that is neither as `Uncertain`."""
    data = _json(answer)
    provider_id = _first(data, "messages", "id")
    error = graph_error(data)
    if 200 <= status < 300 and provider_id and error is None:
        return Accepted(provider_id, _first(data, "contacts", "wa_id"))
    if status >= 400 and error is not None and not provider_id and proves_not_sent(error, status):
        raise classify(error)
    code = f", code {error.get('code')}" if error is not None else ""
    raise Uncertain(f"HTTP {status}{code}, {len(answer)} bytes: neither an acceptance nor a refusal")


def _harmless(status: int, answer: bytes, code: str) -> Mapping[str, Any]:
    """The object answered to a request that sends no message, so that no failure of it leaves a doubt."""
    data = _json(answer)
    error = graph_error(data)
    if error is not None and proves_not_sent(error, status):
        raise classify(error)
    if error is not None or not 200 <= status < 300 or not isinstance(data, Mapping):
        raise SendError(code, f"HTTP {status}, {len(answer)} bytes: not an answer of the Graph API", retry=True)
    return data


def _json(answer: bytes) -> Any:
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        return None


def _first(data: Any, name: str, key: str) -> str:
    listed = data.get(name) if isinstance(data, Mapping) else None
    first = listed[0] if isinstance(listed, list) and listed else None
    return _text(first.get(key)) if isinstance(first, Mapping) else ""


def _cursor(paging: Mapping[str, Any], previous: str) -> str:
    cursors = paging.get("cursors")
    after = _text(cursors.get("after")) if isinstance(cursors, Mapping) else ""
    if not after or after == previous:
        raise SendError("unreachable", "the pages of templates do not advance", retry=True)
    return after


def _template(item: Any) -> RemoteTemplate:
    data: Mapping[str, Any] = item if isinstance(item, Mapping) else {}
    listed = data.get("components")
    components = tuple(c for c in listed if isinstance(c, Mapping)) if isinstance(listed, list) else ()
    quality = data.get("quality_score")
    reason = _text(data.get("rejected_reason"))
    return RemoteTemplate(
        provider_id=_text(data.get("id")),
        name=_text(data.get("name")),
        language=_text(data.get("language")),
        status=_text(data.get("status")).upper(),
        category=_text(data.get("category")).upper(),
        parameter_format=_text(data.get("parameter_format")).upper() or "POSITIONAL",
        body=next((_text(c.get("text")) for c in components if _text(c.get("type")).upper() == "BODY"), ""),
        components=components,
        rejected_reason="" if reason == "NONE" else reason,
        quality=_text(quality.get("score")) if isinstance(quality, Mapping) else "",
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
