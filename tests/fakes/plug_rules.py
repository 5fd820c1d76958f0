"""What PlugMessage checks of a message at once, and what it finds out later."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from tests.fakes.plug_state import Refused, Switches

_PHONE = re.compile(r"\d{10,15}|\d+-group|\d+@lid")
_EXTENSION = re.compile(r"send-document/[a-z0-9]+")
_DATA = re.compile(r"data:([\w.+-]+)/[\w.+-]+;base64,")
_COMMON = frozenset({"phone", "delayMessage", "delayTyping", "messageId"})
MEDIA = {"send-image": "image", "send-audio": "audio", "send-video": "video"}
_FIELDS = {
    "send-text": {"message", "editMessageId"},
    "send-button-list": {"message", "buttonList"},
    "send-option-list": {"message", "optionList"},
    "send-image": {"image", "caption", "viewOnce"},
    "send-audio": {"audio", "viewOnce", "waveform", "async"},
    "send-video": {"video", "caption", "viewOnce"},
    "send-document": {"document", "fileName", "caption", "editDocumentMessageId"},
}
TERMS = "You must accept buttons message terms in panel to send this message."


def check_phone(data: Mapping[str, Any], switches: Switches) -> str:
    """The phone as it was given; "" stands for one that fails later."""
    phone = data.get("phone")
    if not isinstance(phone, str) or not phone:
        raise Refused(400, "phone is required")
    if _PHONE.fullmatch(phone):
        return phone
    if switches.phone_check == "refuse":
        raise Refused(400, "Message has not been sent because it got invalid phone number")
    return ""


def delay_of(data: Mapping[str, Any], default: int) -> int:
    """Seconds before the next message; the documented 1 to 15, anything else refused."""
    for key in ("delayMessage", "delayTyping"):
        value = data.get(key, 1)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 15:
            raise Refused(400, f"{key} must be between 1 and 15")
    return int(data.get("delayMessage", default))


def check_content(action: str, data: Mapping[str, Any]) -> None:
    """Refuses at once what lacks its content. A field that no page names is refused too, so that no test passes by it."""
    wanted = {"send-text": "message", "send-button-list": "message", "send-option-list": "message"}
    key = file_key(action) or wanted.get(action)
    if key is None:
        raise Refused(200, "NOT_FOUND", message="Unable to find matching target resource method")
    if unknown := set(data) - _COMMON - _FIELDS[action.partition("/")[0]]:
        raise Refused(400, f"unknown: {sorted(unknown)}")
    if not isinstance(data.get(key), str) or not data[key].strip():
        raise Refused(400, f"{key} is required")
    if action == "send-button-list":
        _check_choices(data.get("buttonList"), "buttons", "label", 3)
    if action == "send-option-list":
        _check_choices(data.get("optionList"), "options", "title", 10)


def file_key(action: str) -> str:
    """The field that holds the file of an action, "" for one without."""
    return "document" if _EXTENSION.fullmatch(action) else MEDIA.get(action, "")


def read_file(key: str, value: str) -> tuple[bytes, str]:
    """The bytes of a data URI and the error that follows later, if any."""
    if value.startswith("https://"):
        return b"", ""
    prefix = _DATA.match(value)
    if prefix is None or (key != "document" and prefix[1] != key):
        return b"", "Message not send caused by invalid media url"
    try:
        return base64.b64decode(value[prefix.end() :], validate=True), ""
    except binascii.Error:
        return b"", "Message not send caused by invalid media url"


def button_error(action: str, phone: str, switches: Switches) -> str:
    if action not in {"send-button-list", "send-option-list"}:
        return ""
    if not switches.button_terms:
        return TERMS
    return "Whatsapp rejected sending this message" if phone.endswith("-group") else ""


def _check_choices(holder: Any, name: str, title: str, most: int) -> None:
    listed = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(listed, list) or not 1 <= len(listed) <= most:
        raise Refused(400, f"{name} is required")
    if not all(isinstance(each, dict) and each.get(title) for each in listed):
        raise Refused(400, f"{name}: {title} is required")
