"""What the portal says, as the Cloud API's JSON. Meta's limits are checked here, before anything leaves.

Lengths are code points, as Meta counts them. Source of the limits: Meta's pages on each message type.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

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
INTERACTIVE_BODY = 1024
CAPTION = 1024
TEMPLATE_BODY = 1024
BUTTONS = 3
BUTTON_TITLE = 20
BUTTON_ID = 256
LIST_LABEL = 20
ROWS = 10
ROW_TITLE = 24
ROW_DESCRIPTION = 72
ROW_ID = 200
TEMPLATE_NAME = 512
FILENAME = 240
CALLBACK_DATA = 512

_WA_ID = re.compile(r"[0-9]{7,20}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,140}")
_TEMPLATE_NAME = re.compile(r"[a-z0-9_]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Za-z]{2,4})?")
_BREAKS = re.compile(r"\s*[\n\r\t\v\f\x1c-\x1f\x85\u2028\u2029]\s*| {4,}")


def payload(to: Recipient, content: Content, attempt_id: str, media_id: str = "") -> dict[str, Any]:
    """The body of `POST /{phone_number_id}/messages`. A file goes by the `media_id` of its upload.

    Raises SendError "limit" or "recipient": nothing was sent, and the same content will not pass later either.
    """
    _require(0 < len(attempt_id) <= CALLBACK_DATA, "the attempt id is empty or too long")
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_recipient(to),
        **_content(content, media_id),
        "biz_opaque_callback_data": attempt_id,
    }


def clean_parameter(value: str) -> str:
    """A template value as Meta takes it: a line break, a tab or a run of four spaces becomes one space (132018)."""
    return _BREAKS.sub(" ", value).strip()


def _recipient(to: Recipient) -> dict[str, str]:
    if _WA_ID.fullmatch(to.wa_id):
        # Without the plus, Meta may prepend the sending number's own country code and misdeliver.
        return {"to": "+" + to.wa_id}
    if _E164.fullmatch(to.e164):
        return {"to": to.e164}
    if _BSUID.fullmatch(to.bsuid):
        return {"recipient": to.bsuid}
    raise SendError("recipient", "no usable wa_id, E.164 number or business-scoped id")


def _content(content: Content, media_id: str) -> dict[str, Any]:
    match content:
        case Text():
            return _text(content)
        case Buttons():
            return _buttons(content)
        case ChoiceList():
            return _list(content)
        case Document() | Image() | Video() | Audio():
            return _file(content, media_id)
        case Template():
            return _template(content)


def _text(content: Text) -> dict[str, Any]:
    _require_text(content.body, TEXT_BODY, "text body")
    return {"type": "text", "text": {"body": content.body, "preview_url": False}}


def _buttons(content: Buttons) -> dict[str, Any]:
    _require_text(content.body, INTERACTIVE_BODY, "body")
    _require_choices(content.choices, BUTTONS, BUTTON_ID, BUTTON_TITLE)
    titles = [choice.title for choice in content.choices]
    _require(len(set(titles)) == len(titles), "two buttons have the same title")
    buttons = [{"type": "reply", "reply": {"id": c.id, "title": c.title}} for c in content.choices]
    return _interactive("button", content.body, {"buttons": buttons})


def _list(content: ChoiceList) -> dict[str, Any]:
    _require_text(content.body, INTERACTIVE_BODY, "body")
    _require_text(content.button, LIST_LABEL, "list label")
    _require_choices(content.choices, ROWS, ROW_ID, ROW_TITLE)
    rows = [_row(choice) for choice in content.choices]
    return _interactive("list", content.body, {"button": content.button, "sections": [{"rows": rows}]})


def _row(choice: Choice) -> dict[str, str]:
    row = {"id": choice.id, "title": choice.title}
    if not choice.description:
        return row
    _require_text(choice.description, ROW_DESCRIPTION, "row description")
    return {**row, "description": choice.description}


def _interactive(kind: str, body: str, action: dict[str, Any]) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": body}, "action": action}}


def _file(content: Document | Image | Video | Audio, media_id: str) -> dict[str, Any]:
    kind, file = kind_of(content), {"id": media_id}
    _require_text(content.filename, FILENAME, "file name")
    if isinstance(content, Document):
        file["filename"] = content.filename
    _require(len(content.caption) <= CAPTION, f"caption longer than {CAPTION}")
    if content.caption:
        _require(not isinstance(content, Audio), "a caption with a sound, where WhatsApp shows none")
        file["caption"] = content.caption
    return {"type": kind, kind: file}


def _template(content: Template) -> dict[str, Any]:
    _require_text(content.name, TEMPLATE_NAME, "template name")
    _require(_TEMPLATE_NAME.fullmatch(content.name) is not None, "template name outside a-z, 0-9 and _")
    _require(_LANGUAGE.fullmatch(content.language) is not None, "template language")
    _require(len(content.body) <= TEMPLATE_BODY, f"filled template longer than {TEMPLATE_BODY}")
    template: dict[str, Any] = {"name": content.name, "language": {"code": content.language}}
    if content.parameters:
        template["components"] = [{"type": "body", "parameters": [_parameter(v) for v in content.parameters]}]
    return {"type": "template", "template": template}


def _parameter(value: str) -> dict[str, str]:
    cleaned = clean_parameter(value)
    _require(bool(cleaned), "a template value is empty")
    return {"type": "text", "text": cleaned}


def _require_choices(choices: Sequence[Choice], maximum: int, id_length: int, title_length: int) -> None:
    _require(1 <= len(choices) <= maximum, f"{len(choices)} choices, 1 to {maximum} allowed")
    for choice in choices:
        _require_text(choice.title, title_length, "choice title")
        _require_text(choice.id, id_length, "choice id")
        _require(choice.id == choice.id.strip(), "a choice id starts or ends with a space")
    _require(len({choice.id for choice in choices}) == len(choices), "two choices have the same id")


def _require_text(value: str, maximum: int, what: str) -> None:
    _require(bool(value.strip()), f"{what} is empty")
    _require(len(value) <= maximum, f"{what} longer than {maximum}")


def _require(condition: bool, detail: str) -> None:
    if not condition:
        raise SendError("limit", detail)
