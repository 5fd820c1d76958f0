"""Meta's webhook bodies, read with suspicion: any JSON object gives items, never an exception.

Every entry, change, message and status of a batch is looked at. What cannot be read becomes `Broken`, what is not acted
on becomes `Unknown`, and the rest of the batch is unharmed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from portal.gateways import cloud_api_template_events
from portal.gateways.base import Broken, Delivery, Inbound, Item, Media, Preference, StatusUpdate, Unknown
from portal.gateways.cloud_api_texts import describe

SIGNATURE_HEADER = "X-Hub-Signature-256"

_STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}
_MEDIA = frozenset({"image", "audio", "video", "document", "sticker"})
_NOT_MESSAGES = frozenset({"system", "request_welcome"})
_EARLIEST, _LATEST = 1_000_000_000, 4_102_444_800
_ID_LENGTH = 255
_NAME_LENGTH = 255
_DETAIL_LENGTH = 500
# Escapes that a database refuses: NUL, and halves of a surrogate pair (a whole pair is decoded before we look).
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89abAB])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def parse(body: bytes) -> Delivery:
    """Every item of a webhook body, in order. Raises ValueError when the body is no JSON object at all."""
    data = _load(body)
    items: list[tuple[str, Item]] = []
    for entry in _objects(data.get("entry"), items):
        for change in _objects(entry.get("changes"), items):
            items.extend(_change(change, entry))
    return Delivery(tuple(items))


def authentic(app_secret: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether the signature header is the HMAC-SHA256 of these very bytes. False without a secret: fail closed."""
    if not app_secret:
        return False
    given = next((value for name, value in headers.items() if name.lower() == SIGNATURE_HEADER.lower()), "")
    return hmac.compare_digest(given.encode("utf-8", "replace"), sign(body, app_secret).encode())


def sign(body: bytes, app_secret: str) -> str:
    """The value of the signature header for a body, as Meta computes it."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def verification(query: Mapping[str, str], verify_token: str) -> str | None:
    """The challenge to answer Meta's GET with, bare and as text/plain; None means 403."""
    challenge = query.get("hub.challenge", "")
    if not verify_token or not challenge or query.get("hub.mode") != "subscribe":
        return None
    given = query.get("hub.verify_token", "").encode("utf-8", "replace")
    return challenge if hmac.compare_digest(given, verify_token.encode()) else None


def _load(body: bytes) -> Mapping[str, Any]:
    try:
        data = json.loads(body, parse_constant=_refuse_constant, parse_float=_finite)
        if _SUSPECT.search(body):
            data = _storable(data)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if isinstance(data, dict):
        return data
    raise ValueError("not a JSON object")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(literal: str) -> float | str:
    number = float(literal)
    return number if math.isfinite(number) else literal


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return value


def _objects(value: Any, items: list[tuple[str, Item]]) -> Iterator[Mapping[str, Any]]:
    """The objects of a list; what should be one and is not goes to `items` as broken."""
    for item in value if isinstance(value, list) else ([] if value is None else [value]):
        if isinstance(item, dict):
            yield item
        else:
            items.append(("", Broken("not an object", {"value": item})))


def _change(change: Mapping[str, Any], entry: Mapping[str, Any]) -> Iterator[tuple[str, Item]]:
    kind, value = _text(change.get("field")), change.get("value")
    if kind in cloud_api_template_events.FIELDS:
        yield "", _template(kind, value, entry)
        return
    if kind not in _OF_A_NUMBER:
        yield "", Unknown(kind or "change", change)
        return
    if not isinstance(value, dict):
        yield "", Broken(f"{kind} without a value", change)
        return
    number = _id(_dig(value, "metadata", "phone_number_id"))
    found = [item for name, read in _OF_A_NUMBER[kind].items() for item in _each(value, name, read)]
    if not found:
        found = [Unknown("errors" if value.get("errors") else kind, value)]
    for item in found:
        yield number, item


def _template(kind: str, value: Any, entry: Mapping[str, Any]) -> Item:
    if not isinstance(value, dict):
        return Broken(f"{kind} without a value", {"value": value})
    try:
        return cloud_api_template_events.read(kind, value, _id(entry.get("id")), entry.get("time"))
    except ValueError as error:
        return Broken(str(error), value)


def _each(value: Mapping[str, Any], name: str, read: Any) -> Iterator[Item]:
    listed = value.get(name)
    if listed is None:
        return
    if not isinstance(listed, list):
        yield Broken(f"{name} is not a list", value)
        return
    for raw in listed:
        if not isinstance(raw, dict):
            yield Broken(f"an item of {name} is not an object", {"value": raw})
            continue
        try:
            yield read(raw, value)
        except ValueError as error:
            yield Broken(str(error), raw)


def _message(raw: Mapping[str, Any], value: Mapping[str, Any]) -> Item:
    kind = _text(raw.get("type")) or "unknown"
    if kind in _NOT_MESSAGES:
        detail = _text(_dig(raw, kind, "type"))
        return Unknown(f"{kind}:{detail}" if detail else kind, raw)
    wa_id, bsuid = _id(raw.get("from")), _id(raw.get("from_user_id"))
    contact = _contact(value, wa_id, bsuid)
    wa_id = wa_id or _id(contact.get("wa_id"))
    bsuid = bsuid or _id(contact.get("user_id"))
    if not wa_id and not bsuid:
        raise ValueError("a message from nobody")
    kind, text, reply_id = describe(kind, raw)
    return Inbound(
        provider_id=_required_id(raw),
        kind=kind,
        sent_at=_moment(raw.get("timestamp")),
        text=text,
        reply_id=reply_id,
        wa_id=wa_id,
        bsuid=bsuid,
        profile_name=_text(_dig(contact, "profile", "name"))[:_NAME_LENGTH],
        context_id=_id(_dig(raw, "context", "id")),
        media=_media(raw.get(kind)) if kind in _MEDIA else None,
        raw=raw,
    )


def _media(content: Any) -> Media | None:
    """The file of a message; None when Meta gives no id, as of what it could not take itself."""
    media_id = _id(_dig(content, "id"))
    if not media_id:
        return None
    return Media(
        provider_id=media_id,
        mime_type=_text(_dig(content, "mime_type")),
        filename=_text(_dig(content, "filename")),
        sha256=_hexadecimal(_text(_dig(content, "sha256"))),
    )


def _hexadecimal(digest: str) -> str:
    """A SHA-256, which webhooks write in base64 and the media edge in hexadecimal; "" for what is none."""
    if re.fullmatch(r"[0-9a-fA-F]{64}", digest):
        return digest.lower()
    try:
        raw = base64.b64decode(digest, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if len(raw) == 32 else ""


def _contact(value: Mapping[str, Any], wa_id: str, bsuid: str) -> Mapping[str, Any]:
    """The contact of a message: by its ids, or the only one of the batch when the message names nobody."""
    listed = value.get("contacts")
    contacts = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    for contact in contacts:
        same_phone = wa_id and _id(contact.get("wa_id")) == wa_id
        if same_phone or (bsuid and _id(contact.get("user_id")) == bsuid):
            return contact
    return contacts[0] if len(contacts) == 1 and not wa_id and not bsuid else {}


def _status(raw: Mapping[str, Any], _value: Mapping[str, Any]) -> Item:
    named = _text(raw.get("status"))
    if named not in _STATES:
        return Unknown(f"status:{named}", raw)
    errors = raw.get("errors")
    error = next((item for item in errors if isinstance(item, dict)), {}) if isinstance(errors, list) else {}
    return StatusUpdate(
        provider_id=_required_id(raw),
        state=_STATES[named],
        at=_moment(raw.get("timestamp")),
        attempt_id=_text(raw.get("biz_opaque_callback_data")),
        wa_id=_id(raw.get("recipient_id")),
        error_code=_id(error.get("code")),
        error_detail=_error_detail(error),
    )


def _error_detail(error: Mapping[str, Any]) -> str:
    detail = _text(_dig(error, "error_data", "details"))
    parts = (_text(error.get("title")) or _text(error.get("message")), detail)
    return " · ".join(part for part in parts if part)[:_DETAIL_LENGTH]


def _required_id(raw: Mapping[str, Any]) -> str:
    found = _id(raw.get("id"))
    if not found:
        raise ValueError("no usable id")
    return found


def _preference(raw: Mapping[str, Any], _value: Mapping[str, Any]) -> Item:
    """ "stop" or "resume"; "signup" and words of the future ask for nothing."""
    wish, wa_id, bsuid = _text(raw.get("value")), _id(raw.get("wa_id")), _id(raw.get("user_id"))
    if wish not in ("stop", "resume"):
        return Unknown(f"user_preferences:{wish}", raw)
    if not wa_id and not bsuid:
        raise ValueError("a preference of nobody")
    return Preference(wish == "resume", _moment(raw.get("timestamp")), wa_id, bsuid)


def _moment(value: Any) -> datetime:
    """A Unix time in whole seconds, which Meta writes as a string."""
    digits = _id(value)
    seconds = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 12 else 0
    if not _EARLIEST <= seconds <= _LATEST:
        raise ValueError("no usable timestamp")
    return datetime.fromtimestamp(seconds, UTC)


def _id(value: Any) -> str:
    """An id as text, also when it came as a number; "" for what cannot be one."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and len(value) <= _ID_LENGTH else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _dig(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


_OF_A_NUMBER: Mapping[str, Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Item]]] = {
    "messages": {"messages": _message, "statuses": _status},
    "user_preferences": {"user_preferences": _preference},
}
"""The fields of a change that are about one number, the lists that each holds, and who reads an item of them."""
