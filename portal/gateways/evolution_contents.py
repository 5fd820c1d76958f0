"""What a person sent through Evolution API, which passes on WhatsApp's own structure: put in the words of the official
API, so that one module describes both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from portal.gateways.base import Media
from portal.gateways.cloud_api_texts import UNSUPPORTED, describe
from portal.gateways.plugmessage_contents import Said
from portal.gateways.plugmessage_reading import ident, part, text

_FILES = {
    "imageMessage": "image",
    "audioMessage": "audio",
    "videoMessage": "video",
    "ptvMessage": "video",
    "documentMessage": "document",
    "stickerMessage": "sticker",
}
_WRAPPERS = (
    "ephemeralMessage",
    "viewOnceMessage",
    "viewOnceMessageV2",
    "viewOnceMessageV2Extension",
    "documentWithCaptionMessage",
    "deviceSentMessage",
)
_MAX_WRAPPERS = 5
# What travels beside a content, or is none: keys of sessions and groups, and the protocol's own talk.
_ABOUT = frozenset({"messageContextInfo", "senderKeyDistributionMessage", "protocolMessage", "keepInChatMessage"})
_NAME_LENGTH = 200
_MIME_LENGTH = 100


def read(message: Mapping[str, Any], message_id: str) -> Said | None:
    """The content of a message; None when there is none, as of an event of the protocol."""
    message = _unwrapped(message)
    for words in (text(message.get("conversation")), text(part(message, "extendedTextMessage").get("text"))):
        if words:
            return Said("text", words)
    for key, kind in _FILES.items():
        if isinstance(message.get(key), Mapping):
            return _file(kind, part(message, key), message, message_id)
    if isinstance(message.get("reactionMessage"), Mapping):
        return _reaction(part(message, "reactionMessage"))
    return _reply(message) or _other(message)


def edited(message: Mapping[str, Any]) -> str:
    """The new text of a message that its writer edited."""
    message = _unwrapped(message)
    caption = (text(part(message, key).get("caption")) for key in _FILES)
    words = (text(message.get("conversation")), text(part(message, "extendedTextMessage").get("text")), *caption)
    return next((each for each in words if each), "")


def _unwrapped(message: Mapping[str, Any]) -> Mapping[str, Any]:
    for _ in range(_MAX_WRAPPERS):
        inner = next((found for key in _WRAPPERS if (found := part(part(message, key), "message"))), None)
        if inner is None:
            break
        message = inner
    return message


def _file(kind: str, content: Mapping[str, Any], message: Mapping[str, Any], message_id: str) -> Said:
    name = (text(content.get("fileName")) or text(content.get("title")))[:_NAME_LENGTH]
    described = describe(kind, {kind: {"caption": text(content.get("caption")), "filename": name}})
    # The address inside `content` is WhatsApp's and leads to encrypted bytes; `mediaUrl` is the server's own store.
    media = Media(message_id, text(message.get("mediaUrl")), text(content.get("mimetype"))[:_MIME_LENGTH], name)
    return Said(*described, media=media)


def _reaction(content: Mapping[str, Any]) -> Said:
    described = describe("reaction", {"reaction": {"emoji": text(content.get("text"))}})
    return Said(*described, about_id=ident(part(content, "key").get("id")))


def _reply(message: Mapping[str, Any]) -> Said | None:
    """A tap on a button or in a list, in the four shapes that WhatsApp has for it."""
    button, listed = part(message, "buttonsResponseMessage"), part(message, "listResponseMessage")
    template, flow = part(message, "templateButtonReplyMessage"), part(message, "interactiveResponseMessage")
    if button:
        return _tap(button.get("selectedButtonId"), button.get("selectedDisplayText"))
    if template:
        return _tap(template.get("selectedId"), template.get("selectedDisplayText"))
    if listed:
        return _tap(part(listed, "singleSelectReply").get("selectedRowId"), listed.get("title"))
    if flow:
        chosen = _parameters(part(flow, "nativeFlowResponseMessage").get("paramsJson"))
        return _tap(chosen.get("id"), chosen.get("display_text") or part(flow, "body").get("text"))
    return None


def _tap(reply_id: Any, title: Any) -> Said:
    reply = {"type": "button_reply", "button_reply": {"id": ident(reply_id), "title": text(title)}}
    return Said(*describe("interactive", {"interactive": reply}))


def _parameters(value: Any) -> Mapping[str, Any]:
    """The JSON inside the JSON, empty when it is none."""
    try:
        found = json.loads(text(value))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _other(message: Mapping[str, Any]) -> Said | None:
    for key in ("locationMessage", "liveLocationMessage"):
        if isinstance(message.get(key), Mapping):
            place = {"name": text(part(message, key).get("name")), "address": text(part(message, key).get("address"))}
            return Said(*describe("location", {"location": place}))
    for key in ("contactMessage", "contactsArrayMessage"):
        if isinstance(message.get(key), Mapping):
            name = {"formatted_name": text(part(message, key).get("displayName"))}
            return Said(*describe("contacts", {"contacts": [{"name": name}]}))
    named = [key for key, value in message.items() if isinstance(value, Mapping) and key not in _ABOUT]
    return Said("unsupported", UNSUPPORTED) if named else None
