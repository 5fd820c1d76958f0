"""What the portal says, as PlugMessage's JSON: the route to call and its body.

PlugMessage documents no limits of its own, so those of WhatsApp are checked here, before anything leaves.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from portal.gateways import media_rules, outgoing
from portal.gateways.base import Recipient, SendError
from portal.gateways.messages import (
    Audio,
    Buttons,
    Choice,
    ChoiceList,
    Content,
    Document,
    Image,
    Template,
    Text,
    Video,
    kind_of,
)

TEXT_BODY = 4096
CAPTION = 1024
FILENAME = 240
BUTTONS = 3
ROWS = 10
BUTTON_TITLE = 20
ROW_TITLE = 24
ROW_DESCRIPTION = 72
# Base64 in JSON, held in memory on both sides: larger files are for a link, not for an attachment.
MAX_FILE = 25_000_000
LID = "lid:"

_DIGITS = re.compile(r"[0-9]{10,15}")
_LID = re.compile(r"lid:[0-9]{1,30}")
_EXTENSION = re.compile(r"[a-z0-9]{1,8}")


def phone_of(to: Recipient) -> str:
    """The number as PlugMessage takes it: digits alone, or `<digits>@lid`. Raises SendError "recipient"."""
    for number in (to.wa_id, to.e164.removeprefix("+")):
        if _DIGITS.fullmatch(number):
            return number
    if _LID.fullmatch(to.bsuid):
        return f"{to.bsuid.removeprefix(LID)}@lid"
    raise SendError("recipient", "no usable number")


def digits_of(phone: str) -> str:
    """A number with or without its plus, as digits. Raises SendError "recipient" for anything else."""
    digits = phone.removeprefix("+")
    if not _DIGITS.fullmatch(digits):
        raise SendError("recipient", "not a number with country and area code")
    return digits


def request(to: Recipient, content: Content, files: Path, *, interactive: bool) -> tuple[str, dict[str, Any]]:
    """The route and the body that send a content; choices are numbered text unless `interactive`.

    Raises SendError "limit", "recipient", "file" or "file_limit": nothing was sent, and the same will not pass later
    either.
    """
    action, body = _content(content, files, interactive=interactive)
    return action, {"phone": phone_of(to), **body}


def numbered(body: str, choices: Sequence[Choice]) -> str:
    """Choices for a person who answers with a number."""
    lines = [f"{number} - {_line(choice)}" for number, choice in enumerate(choices, start=1)]
    return "\n".join([body, "", *lines]) if lines else body


def _line(choice: Choice) -> str:
    return f"{choice.title} ({choice.description})" if choice.description else choice.title


def _content(content: Content, files: Path, *, interactive: bool) -> tuple[str, dict[str, Any]]:
    match content:
        case Text() | Template():
            return _text(content.body)
        case Buttons():
            _require_choices(content.choices, BUTTONS, BUTTON_TITLE)
            return _buttons(content) if interactive else _text(numbered(content.body, content.choices))
        case ChoiceList():
            _require_choices(content.choices, ROWS, ROW_TITLE)
            return _list(content) if interactive else _text(numbered(content.body, content.choices))
        case Document() | Image() | Video() | Audio():
            return _file(content, files)


def _text(body: str) -> tuple[str, dict[str, Any]]:
    _require_text(body, TEXT_BODY, "text")
    return "send-text", {"message": body}


def _buttons(content: Buttons) -> tuple[str, dict[str, Any]]:
    _require_text(content.body, TEXT_BODY, "text")
    buttons = [{"id": choice.id, "label": choice.title} for choice in content.choices]
    return "send-button-list", {"message": content.body, "buttonList": {"buttons": buttons}}


def _list(content: ChoiceList) -> tuple[str, dict[str, Any]]:
    _require_text(content.body, TEXT_BODY, "text")
    options = [{"id": each.id, "title": each.title, "description": each.description} for each in content.choices]
    named = {"title": content.button, "buttonLabel": content.button, "options": options}
    return "send-option-list", {"message": content.body, "optionList": named}


def _file(content: outgoing.Attached, files: Path) -> tuple[str, dict[str, Any]]:
    kind = kind_of(content)
    check_words(content)
    encoded = encoded_file(content, files)
    body = {kind: f"data:{media_rules.base_type(content.mime_type)};base64,{encoded}"}
    if content.caption:
        body["caption"] = content.caption
    if not isinstance(content, Document):
        return f"send-{kind}", body
    return f"send-document/{_extension(content)}", {**body, "fileName": content.filename}


def check_words(content: outgoing.Attached) -> None:
    """What is said with a file. Raises SendError "limit"."""
    _require_text(content.filename, FILENAME, "file name")
    _require(len(content.caption) <= CAPTION, f"caption longer than {CAPTION}")
    _require(not (content.caption and isinstance(content, Audio)), "a caption with a sound, where WhatsApp shows none")


def encoded_file(content: outgoing.Attached, files: Path) -> str:
    """A file in base64. Raises SendError "file" or "file_limit"."""
    return base64.b64encode(outgoing.read(outgoing.checked(files, content, MAX_FILE))).decode()


def _extension(content: Document) -> str:
    """Part of the address: the one of the name, which people see, else the type's."""
    named = PurePosixPath(content.filename).suffix.removeprefix(".").lower()
    return named if _EXTENSION.fullmatch(named) else media_rules.EXTENSIONS[media_rules.base_type(content.mime_type)]


def _require_choices(choices: Sequence[Choice], maximum: int, title_length: int) -> None:
    _require(1 <= len(choices) <= maximum, f"{len(choices)} choices, 1 to {maximum} allowed")
    for choice in choices:
        _require_text(choice.title, title_length, "choice title")
        _require(bool(choice.id) and choice.id == choice.id.strip(), "a choice id is empty or has spaces around it")
        _require(len(choice.description) <= ROW_DESCRIPTION, f"choice description longer than {ROW_DESCRIPTION}")
    _require(len({choice.id for choice in choices}) == len(choices), "two choices have the same id")


def _require_text(value: str, maximum: int, what: str) -> None:
    _require(bool(value.strip()), f"{what} is empty")
    _require(len(value) <= maximum, f"{what} longer than {maximum}")


def _require(condition: bool, detail: str) -> None:
    if not condition:
        raise SendError("limit", detail)
