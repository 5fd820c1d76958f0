"""A chat starter as the company writes it, and the same in Meta's components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from portal.chat_starters.rules.wildcards import wildcard_count

LANGUAGE = "pt_BR"


class ButtonKind(StrEnum):
    QUICK_REPLY = "quick_reply"
    URL = "url"


@dataclass(frozen=True)
class Button:
    """`url` is empty for a quick reply."""

    kind: ButtonKind
    text: str
    url: str = ""

    def to_json(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Button:
        """The button that `to_json` wrote."""
        return cls(ButtonKind(data["kind"]), str(data["text"]), str(data.get("url", "")))


@dataclass(frozen=True)
class Draft:
    """What is written of a starter. `category` is "utility" or "marketing"; `samples[n-1]` is the example of {{n}}.

    The header takes no wildcard: an own decision, so that everything that is filled in stands in the body.
    """

    name: str
    category: str
    body: str
    header: str = ""
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    samples: tuple[str, ...] = ()


def components(draft: Draft) -> list[dict[str, Any]]:
    """The draft as the `components` of a template creation (Meta, templates/components); quick replies stand together."""
    parts: list[dict[str, Any]] = []
    if draft.header:
        parts.append({"type": "HEADER", "format": "TEXT", "text": draft.header})
    parts.append(_body(draft))
    if draft.footer:
        parts.append({"type": "FOOTER", "text": draft.footer})
    if draft.buttons:
        ordered = sorted(draft.buttons, key=lambda button: button.kind is ButtonKind.URL)
        parts.append({"type": "BUTTONS", "buttons": [_button(button) for button in ordered]})
    return parts


def _body(draft: Draft) -> dict[str, Any]:
    body: dict[str, Any] = {"type": "BODY", "text": draft.body}
    count = wildcard_count(draft.body)
    if count:
        body["example"] = {"body_text": [list(draft.samples[:count])]}
    return body


def _button(button: Button) -> dict[str, str]:
    if button.kind is ButtonKind.URL:
        return {"type": "URL", "text": button.text, "url": button.url}
    return {"type": "QUICK_REPLY", "text": button.text}


@dataclass(frozen=True)
class Parts:
    """What can be read of Meta's components: the text of each, and the buttons of the two kinds that we write."""

    body: str = ""
    header: str = ""
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    samples: tuple[str, ...] = ()


def parts_of(found: Sequence[Mapping[str, Any]]) -> Parts:
    """Meta's components as parts; what is of another kind or shape is left out, never an error."""
    by_type = {str(component.get("type", "")).upper(): component for component in found}
    body = by_type.get("BODY", {})
    header = by_type.get("HEADER", {})
    return Parts(
        body=_text(body),
        header=_text(header) if str(header.get("format", "")).upper() == "TEXT" else "",
        footer=_text(by_type.get("FOOTER", {})),
        buttons=_buttons(by_type.get("BUTTONS", {}).get("buttons")),
        samples=_samples(body.get("example")),
    )


def _text(component: Mapping[str, Any]) -> str:
    text = component.get("text", "")
    return text if isinstance(text, str) else ""


def _buttons(found: object) -> tuple[Button, ...]:
    kinds = {"QUICK_REPLY": ButtonKind.QUICK_REPLY, "URL": ButtonKind.URL}
    items = [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []
    return tuple(
        Button(kinds[kind], str(item.get("text", "")), str(item.get("url", "")))
        for item in items
        if (kind := str(item.get("type", "")).upper()) in kinds
    )


def _samples(example: object) -> tuple[str, ...]:
    rows = example.get("body_text") if isinstance(example, Mapping) else None
    first = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], list) else ()
    return tuple(str(value) for value in first)
