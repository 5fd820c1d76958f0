"""What a person sent through PlugMessage: put in the words of the official API, so that one module describes both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.gateways.base import Media
from portal.gateways.cloud_api_texts import UNSUPPORTED, describe
from portal.gateways.plugmessage_reading import ident, part, text

_FILES = {
    "image": "imageUrl",
    "audio": "audioUrl",
    "video": "videoUrl",
    "document": "documentUrl",
    "sticker": "stickerUrl",
}
_REPLIES = {
    "buttonsResponseMessage": ("buttonId", "message"),
    "listResponseMessage": ("selectedRowId", "title"),
}
# Keys of the envelope that hold an object and are no content.
_ABOUT = frozenset({"externalAdReply", "statusImage", "profilePicThumb"})
_NAME_LENGTH = 200
_MIME_LENGTH = 100


@dataclass(frozen=True)
class Said:
    """`kind` in the official API's words. `about_id` is the message that a reaction is about."""

    kind: str
    text: str
    reply_id: str = ""
    media: Media | None = None
    about_id: str = ""


def read(envelope: Mapping[str, Any]) -> Said | None:
    """The content of a message; None when there is none: an event, or a body that is not decrypted yet."""
    if isinstance(envelope.get("text"), Mapping):
        return Said("text", _words(part(envelope, "text")))
    for key, (id_key, title_key) in _REPLIES.items():
        if isinstance(envelope.get(key), Mapping):
            return _reply(part(envelope, key), id_key, title_key)
    for key in _FILES:
        if isinstance(envelope.get(key), Mapping):
            return _file(key, part(envelope, key))
    return _other(envelope)


def _words(content: Mapping[str, Any]) -> str:
    """The text; of a link without one, what its preview says (a key of it is misspelt now and then)."""
    keys = ("message", "title", "description", "descritpion", "url")
    return next((found for key in keys if (found := text(content.get(key)))), "")


def _reply(content: Mapping[str, Any], id_key: str, title_key: str) -> Said:
    title = text(content.get(title_key)) or text(content.get("message"))
    reply = {"type": "button_reply", "button_reply": {"id": ident(content.get(id_key)), "title": title}}
    return Said(*describe("interactive", {"interactive": reply}))


def _file(key: str, content: Mapping[str, Any]) -> Said:
    name = (text(content.get("fileName")) or text(content.get("title")))[:_NAME_LENGTH]
    described = describe(key, {key: {"caption": text(content.get("caption")), "filename": name}})
    url = text(content.get(_FILES[key]))
    media = Media(url=url, mime_type=text(content.get("mimeType"))[:_MIME_LENGTH], filename=name) if url else None
    return Said(*described, media=media)


def _other(envelope: Mapping[str, Any]) -> Said | None:
    if isinstance(envelope.get("location"), Mapping):
        return Said(*describe("location", {"location": part(envelope, "location")}))
    if isinstance(envelope.get("contact"), Mapping):
        return _contact(part(envelope, "contact"))
    if isinstance(envelope.get("reaction"), Mapping):
        return _reaction(part(envelope, "reaction"))
    named = [key for key, value in envelope.items() if isinstance(value, Mapping) and value and key not in _ABOUT]
    return Said("unsupported", UNSUPPORTED) if named else None


def _contact(content: Mapping[str, Any]) -> Said:
    listed = content.get("phones")
    phones = [{"phone": ident(each)} for each in listed] if isinstance(listed, list) else []
    contact = {"name": {"formatted_name": text(content.get("displayName"))}, "phones": phones}
    return Said(*describe("contacts", {"contacts": [contact]}))


def _reaction(content: Mapping[str, Any]) -> Said:
    described = describe("reaction", {"reaction": {"emoji": text(content.get("value"))}})
    return Said(*described, about_id=ident(part(content, "referencedMessage").get("messageId")))
