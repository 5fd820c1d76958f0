"""What Meta checks before it accepts a message: shapes and limits, by its documentation. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.media_types import KINDS, LIMITS, fits_name, starts_as

_BAD_PARAMETER = re.compile(r"[\n\t\r]| {5,}")


class Refused(Exception):
    """A synchronous refusal: HTTP status and the fields of the Graph error object; the last two are for people."""

    def __init__(
        self, code: int, details: str, *, status: int = 400, subcode: int = 0, user_title: str = "", user_text: str = ""
    ) -> None:
        super().__init__(details)
        self.code, self.details, self.status, self.subcode = code, details, status, subcode
        self.user_title, self.user_text = user_title, user_text

    def body(self, *, details_as_text: bool = False) -> dict[str, Any]:
        data: Any = {"messaging_product": "whatsapp", "details": self.details}
        error: dict[str, Any] = {
            "message": f"(#{self.code}) {self.details}",
            "type": "OAuthException",
            "code": self.code,
            "error_data": self.details if details_as_text else data,
            "fbtrace_id": "AFakeTrace",
        }
        if self.subcode:
            error["error_subcode"] = self.subcode
        if self.user_text:
            error["error_user_title"], error["error_user_msg"] = self.user_title, self.user_text
        return {"error": error}


def check_message(data: Mapping[str, Any]) -> str:
    """The message's type, after every check that needs no memory. Raises Refused."""
    _need(data.get("messaging_product") == "whatsapp", 100, "The parameter messaging_product is required.")
    _need(data.get("recipient_type", "individual") == "individual", 100, "recipient_type")
    _need(bool(data.get("to") or data.get("recipient")), 100, "The parameter to is required.")
    _need(len(str(data.get("biz_opaque_callback_data", ""))) <= 512, 131009, "biz_opaque_callback_data is too long")
    kind = data.get("type", "text")
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        raise Refused(131051, f"Unsupported message type: {kind}")
    content = data.get(kind)
    if not isinstance(content, dict):
        raise Refused(131008, f"Parameter '{kind}' is mandatory for type '{kind}'")
    check(content)
    return str(kind)


def check_parameters(values: list[Any], expected: int, body: str) -> None:
    """The values of a template's body against the approved text. Raises Refused."""
    if len(values) != expected:
        details = f"body: number of localizable_params ({len(values)}) does not match the expected number of params"
        raise Refused(132000, f"{details} ({expected})")
    texts = [_parameter(value) for value in values]
    for number, text in enumerate(texts, start=1):
        body = body.replace(f"{{{{{number}}}}}", text)
    _need(len(body) <= 1024, 132005, "Translated text too long")


def check_upload(fields: Mapping[str, str], mime_type: str, filename: str, content: bytes) -> None:
    """A media upload: product, allowed type, the same type on the part, and name, size and content of that type. Raises
    Refused."""
    _need(fields.get("messaging_product") == "whatsapp", 100, "The parameter messaging_product is required.")
    _need(mime_type in KINDS, 100, f"Param file must be a file with one of the following types, not {mime_type}")
    _need(fields.get("type", mime_type) == mime_type, 131053, "type and the part's type differ")
    _need(set(fields) <= {"messaging_product", "type"}, 100, "Unexpected key")
    _need(0 < len(content) <= LIMITS[KINDS[mime_type]], 131053, "file size")
    _need(fits_name(mime_type, filename), 131053, "the file's name does not match its type")
    _need(starts_as(mime_type, content), 131053, "content does not match its type")


def _parameter(value: Any) -> str:
    if not isinstance(value, dict) or value.get("type") != "text":
        raise Refused(132012, "Parameter format does not match format in the created template")
    _need("parameter_name" not in value, 132012, "Parameter name is not expected for a positional template")
    text = value.get("text")
    _need(isinstance(text, str) and bool(text), 131008, "Parameter text is empty")
    message = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
    _need(not _BAD_PARAMETER.search(str(text)), 132018, message)
    return str(text)


def _text(content: Mapping[str, Any]) -> None:
    _string(content.get("body"), 4096, "text.body")


def _interactive(content: Mapping[str, Any]) -> None:
    kind, action = content.get("type"), content.get("action")
    if not isinstance(action, dict):
        raise Refused(131008, "interactive.action is required")
    header = content.get("header") or {}
    _string(_inner(content, "body"), 1024, "interactive.body.text")
    if header.get("type") == "text":
        _string(header.get("text"), 60, "interactive.header.text")
    if content.get("footer"):
        _string(_inner(content, "footer"), 60, "interactive.footer.text")
    check = {"button": _buttons, "list": _list, "cta_url": _cta}.get(str(kind))
    if check is None:
        raise Refused(131009, f"interactive.type {kind}")
    check(action)


def _buttons(action: Mapping[str, Any]) -> None:
    buttons = action.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Refused(131009, "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    replies = [button.get("reply") or {} for button in buttons]
    for reply in replies:
        _string(reply.get("title"), 20, "button title")
        _string(reply.get("id"), 256, "button id", spaces=False)
    for key in ("id", "title"):
        _need(len({reply[key] for reply in replies}) == len(replies), 131009, f"button {key} is not unique")


def _list(action: Mapping[str, Any]) -> None:
    _string(action.get("button"), 20, "action.button")
    sections = action.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= 10:
        raise Refused(131009, "sections count")
    for section in sections:
        if len(sections) > 1 or "title" in section:
            _string(section.get("title"), 24, "section title")
    rows = [row for section in sections for row in section.get("rows") or []]
    _need(1 <= len(rows) <= 10, 131009, "Total row count exceed max allowed count: 10")
    for row in rows:
        _string(row.get("title"), 24, "row title")
        _string(row.get("id"), 200, "row id", spaces=False)
        if "description" in row:
            _string(row["description"], 72, "row description")
    _need(len({row["id"] for row in rows}) == len(rows), 131009, "row id is not unique")


def _cta(action: Mapping[str, Any]) -> None:
    parameters = action.get("parameters") or {}
    _need(action.get("name") == "cta_url", 131009, "action.name")
    _string(parameters.get("display_text"), 20, "display_text")
    _string(parameters.get("url"), 2000, "url")


def _media(content: Mapping[str, Any], *more: str) -> None:
    _need(("id" in content) != ("link" in content), 131009, "exactly one of id and link is required")
    unknown = set(content) - {"id", "link", *more}
    _need(not unknown, 100, f"Unexpected key {sorted(unknown)} on param")
    _need(len(content.get("caption", "")) <= 1024, 131009, "caption")


def _captioned(content: Mapping[str, Any]) -> None:
    _media(content, "caption")


def _document(content: Mapping[str, Any]) -> None:
    _media(content, "caption", "filename")


def _audio(content: Mapping[str, Any]) -> None:
    _media(content, "voice")


def _template(content: Mapping[str, Any]) -> None:
    _string(content.get("name"), 512, "template.name")
    _string(_inner(content, "language", "code"), 15, "template.language.code")


def _reaction(content: Mapping[str, Any]) -> None:
    _string(content.get("message_id"), 512, "reaction.message_id")


def _inner(content: Mapping[str, Any], name: str, key: str = "text") -> Any:
    part = content.get(name)
    return part.get(key) if isinstance(part, dict) else None


def _string(value: Any, maximum: int, what: str, *, spaces: bool = True) -> None:
    if not isinstance(value, str) or not value.strip():
        raise Refused(131008, f"{what} is required")
    _need(len(value) <= maximum, 131009, f"{what} length invalid. Min length: 1, Max length: {maximum}")
    _need(spaces or value == value.strip(), 131009, f"{what} cannot start or end with a space")


def _need(condition: bool, code: int, details: str) -> None:
    if not condition:
        raise Refused(code, details)


_CHECKS: dict[str, Callable[[Mapping[str, Any]], None]] = {
    "text": _text,
    "interactive": _interactive,
    "document": _document,
    "image": _captioned,
    "video": _captioned,
    "audio": _audio,
    "sticker": _media,
    "template": _template,
    "reaction": _reaction,
}
