"""What can be read of an inbound message: its words, or a Portuguese placeholder for what has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MEDIA = {
    "image": "[imagem]",
    "audio": "[áudio]",
    "video": "[vídeo]",
    "document": "[documento]",
    "sticker": "[figurinha]",
}
_PLACEHOLDERS = {
    "location": "[localização]",
    "contacts": "[contato]",
    "order": "[pedido]",
    "edit": "[mensagem editada]",
    "revoke": "[mensagem apagada]",
    "interactive": "[resposta]",
    "button": "[resposta]",
}
UNSUPPORTED = "[mensagem não suportada]"


def describe(kind: str, raw: Mapping[str, Any]) -> tuple[str, str, str]:
    """Kind, readable text and reply id of a message. A kind of the future is kept and gets a placeholder."""
    part = raw.get(kind)
    content: Mapping[str, Any] = part if isinstance(part, Mapping) else {}
    if kind == "interactive":
        return _interactive(content)
    if kind == "button":
        return kind, _text(content.get("text")) or _PLACEHOLDERS[kind], _text(content.get("payload"))
    return kind, _words(kind, content, part), ""


def _interactive(content: Mapping[str, Any]) -> tuple[str, str, str]:
    if not content:
        return "unsupported", UNSUPPORTED, ""
    reply = content.get(_text(content.get("type")))
    if not isinstance(reply, Mapping):
        return "interactive", _PLACEHOLDERS["interactive"], ""
    return "interactive", _text(reply.get("title")) or _PLACEHOLDERS["interactive"], _text(reply.get("id"))


def _words(kind: str, content: Mapping[str, Any], part: Any) -> str:
    if kind == "text":
        return _text(content.get("body"))
    if kind in _MEDIA:
        return _text(content.get("caption")) or _media(kind, content)
    if kind == "reaction":
        emoji = _text(content.get("emoji"))
        return f"[reação {emoji}]" if emoji else "[reação removida]"
    if kind == "location":
        return _with(_PLACEHOLDERS[kind], _place(content))
    if kind == "contacts":
        return _with(_PLACEHOLDERS[kind], _contacts(part))
    if kind in {"order", "edit"}:
        return _with(_PLACEHOLDERS[kind], _text(content.get("text")) or _edited(content))
    return _PLACEHOLDERS.get(kind, UNSUPPORTED)


def _media(kind: str, content: Mapping[str, Any]) -> str:
    return _with(_MEDIA[kind], _text(content.get("filename")))


def _with(placeholder: str, words: str) -> str:
    return f"{placeholder} {words}" if words else placeholder


def _place(content: Mapping[str, Any]) -> str:
    """The name and address of a place, and where it is: a map finds it by the pair of numbers."""
    point = [content.get("latitude"), content.get("longitude")]
    numbers = [str(each) for each in point if isinstance(each, int | float) and not isinstance(each, bool)]
    named = [_text(content.get("name")), _text(content.get("address"))]
    return " · ".join(each for each in (*named, ", ".join(numbers) if len(numbers) == 2 else "") if each)


def _contacts(part: Any) -> str:
    """The names and numbers of the contacts that were shared."""
    found = [_contact(each) for each in part if isinstance(each, Mapping)] if isinstance(part, list) else []
    return "; ".join(each for each in found if each)


def _contact(contact: Mapping[str, Any]) -> str:
    name, phones = contact.get("name"), contact.get("phones")
    words = [_text(name.get("formatted_name"))] if isinstance(name, Mapping) else []
    listed = phones if isinstance(phones, list) else []
    words += [_text(each.get("phone")) or _text(each.get("wa_id")) for each in listed if isinstance(each, Mapping)]
    return " ".join(each for each in words if each)


def _edited(content: Mapping[str, Any]) -> str:
    message = content.get("message")
    text = message.get("text") if isinstance(message, Mapping) else None
    return _text(text.get("body")) if isinstance(text, Mapping) else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
