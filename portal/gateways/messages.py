"""What the portal can say, in words that no provider owns: each gateway translates these to its own format."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Text:
    body: str


@dataclass(frozen=True)
class Choice:
    """One thing a person can tap. `id` comes back in the answer, `title` is what they read."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class Buttons:
    body: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class ChoiceList:
    body: str
    button: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class File:
    """A file that the gateway hands over itself; `path` is relative to the instance's file store."""

    path: str
    filename: str
    mime_type: str
    caption: str = ""


class Document(File):
    """Shown as a file to open."""


class Image(File):
    """Shown in the conversation."""


class Video(File):
    """Played in the conversation."""


class Audio(File):
    """Played in the conversation. WhatsApp shows no caption with it."""


@dataclass(frozen=True)
class Template:
    """An approved chat starter. `body` is the text as the person reads it, wildcards filled."""

    name: str
    language: str
    parameters: tuple[str, ...]
    body: str


Content = Text | Buttons | ChoiceList | Document | Image | Video | Audio | Template

_KINDS: dict[str, type[Any]] = {
    "text": Text,
    "buttons": Buttons,
    "list": ChoiceList,
    "document": Document,
    "image": Image,
    "video": Video,
    "audio": Audio,
    "template": Template,
}


def kind_of(content: Content) -> str:
    return next(kind for kind, cls in _KINDS.items() if isinstance(content, cls))


def to_json(content: Content) -> dict[str, Any]:
    """The content as a JSON object with its `kind`, for the ledger row."""
    return {"kind": kind_of(content), **asdict(content)}


def from_json(data: dict[str, Any]) -> Content:
    """The inverse of `to_json`. Raises KeyError or TypeError for an object that `to_json` did not write."""
    fields = {key: value for key, value in data.items() if key != "kind"}
    if "choices" in fields:
        fields["choices"] = tuple(Choice(**choice) for choice in fields["choices"])
    if "parameters" in fields:
        fields["parameters"] = tuple(fields["parameters"])
    content: Content = _KINDS[data["kind"]](**fields)
    return content


def readable(content: Content) -> str:
    """The content as plain text: what a search finds and a screen reader says."""
    if isinstance(content, File):
        return content.caption or content.filename
    return content.body
