"""Evolution API's webhook bodies, read with suspicion: any JSON object gives items, never an exception.

A body is one event of one instance, `data` is WhatsApp's own structure in the spelling of the server's version. Nothing
signs it: what proves the sender is a secret of ours, which the server was told to send in a header.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from portal import clock
from portal.gateways.base import Broken, Delivery, Echo, Inbound, Item, Line, LinkUpdate, StatusUpdate, Unknown
from portal.gateways.evolution_api import HIDDEN
from portal.gateways.evolution_contents import edited, read
from portal.gateways.plugmessage_contents import Said
from portal.gateways.plugmessage_payloads import LID
from portal.gateways.plugmessage_reading import digits, hidden_number, ident, load, moment, part, text

SECRET_HEADER = "X-Portal-Secret"
EVENTS = (
    "MESSAGES_UPSERT",
    "MESSAGES_EDITED",
    "MESSAGES_UPDATE",
    "CONNECTION_UPDATE",
    "STATUS_INSTANCE",
    "LOGOUT_INSTANCE",
)
"""What we ask for. Not the QR code: it is read when a person looks, and kept nowhere."""

_STATES = {
    "SERVER_ACK": "sent",
    "DELIVERY_ACK": "delivered",
    "READ": "read",
    "PLAYED": "read",
    "ERROR": "failed",
    "0": "failed",
    "2": "sent",
    "3": "delivered",
    "4": "read",
    "5": "read",
}
_LINKED = {"open": True, "close": False, "closed": False, "refused": False}
_REASONS = {
    "401": "O aparelho foi desconectado no celular.",
    "402": "O WhatsApp recusou a sessão deste número.",
    "403": "O WhatsApp bloqueou ou restringiu este número.",
    "406": "O WhatsApp recusou a sessão deste número.",
    "428": "O QR Code não foi lido a tempo ou a conexão caiu.",
}
_CROWDS = {"@g.us": "group", "@newsletter": "newsletter", "@broadcast": "broadcast"}
_APIKEY = re.compile(rb'("apikey"\s*:\s*)"(?:[^"\\]|\\.)*"', re.IGNORECASE)
_DEVICE = re.compile(r":[0-9]+(?=@)")
_NAME_LENGTH = 255


def authentic(line: Line, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether a body came with the line's secret in our header and names the line's instance."""
    if not line.verify_token or not line.phone_number_id:
        return False
    given = next((value for name, value in headers.items() if name.lower() == SECRET_HEADER.lower()), "")
    if not _same(given, line.verify_token):
        return False
    try:
        return _same(ident(load(body).get("instance")), line.phone_number_id)
    except ValueError:
        return False


def cleaned(line: Line, body: bytes) -> bytes:
    """The body without the apikey and the secrets of the line, which every one of them holds."""
    for secret in (line.access_token, line.app_secret, line.verify_token):
        if secret:
            body = body.replace(secret.encode(), HIDDEN.encode())
    return _APIKEY.sub(rb"\g<1>null", body)


def parse(body: bytes) -> Delivery:
    """The items of a webhook body, each with its instance. Raises ValueError when the body is no JSON object at all."""
    data = load(body)
    instance = ident(data.get("instance"))
    return Delivery(tuple((instance, item) for item in _items(data)))


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), known.encode())


def _items(body: Mapping[str, Any]) -> Iterator[Item]:
    event = re.sub("[_-]", ".", text(body.get("event")).lower())
    readers = {
        "messages.upsert": _received,
        "messages.edited": _edited,
        "messages.update": _status,
        "connection.update": _connection,
        "status.instance": _connection,
        "logout.instance": _logged_out,
    }
    if event not in readers:
        yield Unknown(event[:60] or "event", {})  # a QR code among them, which is a key to the number
        return
    for each in _each(body.get("data")):
        yield readers[event](each) if isinstance(each, Mapping) else Broken(f"{event} is not an object", {"data": each})


def _each(data: Any) -> list[Any]:
    """One object, a list of them, or a list under a name: it has changed with the versions."""
    if isinstance(data, Mapping) and isinstance(data.get("messages"), list):
        data = data["messages"]
    return data if isinstance(data, list) else [data]


def _received(data: Mapping[str, Any]) -> Item:
    key = part(data, "key")
    if crowd := _crowd(key):
        return Unknown(crowd, data)
    provider_id = ident(key.get("id"))
    said = read(part(data, "message"), provider_id)
    if said is None:
        return Unknown(text(data.get("messageType"))[:60] or "message", data)
    if not provider_id:
        return Broken("no usable id", data)
    wa_id, bsuid = _who(key, data)
    if not wa_id and not bsuid:
        return Broken("a message of nobody", data)
    at = _moment(data.get("messageTimestamp")) or clock.now()
    if key.get("fromMe") is True:  # what the API sends comes as another event, which is not asked for
        return Echo(provider_id, said.text, at, wa_id, data, bsuid)
    return _inbound(data, said, provider_id, at, (wa_id, bsuid))


def _inbound(data: Mapping[str, Any], said: Said, provider_id: str, at: datetime, who: tuple[str, str]) -> Inbound:
    return Inbound(
        provider_id=provider_id,
        kind=said.kind,
        sent_at=at,
        text=said.text,
        reply_id=said.reply_id,
        wa_id=who[0],
        bsuid=who[1],
        profile_name=text(data.get("pushName"))[:_NAME_LENGTH],
        context_id=said.about_id or ident(part(data, "contextInfo").get("stanzaId")),
        media=said.media,
        raw=data,
    )


def _edited(data: Mapping[str, Any]) -> Item:
    key, words = part(data, "key"), edited(part(data, "editedMessage"))
    provider_id, (wa_id, bsuid) = ident(key.get("id")), _who(key, data)
    if _crowd(key) or key.get("fromMe") is True or not words:
        return Unknown("edit", data)
    if not provider_id or not (wa_id or bsuid):
        return Broken("an edit of nothing", data)
    at = _moment(data.get("timestampMs")) or clock.now()
    # An edit names what it edits, and would look like the same message again.
    edit_id = f"{provider_id}:{int(at.timestamp())}"
    said = f"[mensagem editada] {words}"
    return Inbound(edit_id, "edit", at, said, "", wa_id, bsuid, context_id=provider_id, raw=data)


def _crowd(key: Mapping[str, Any]) -> str:
    """What is said to many at once and is no conversation."""
    jid = ident(key.get("remoteJid"))
    return next((crowd for suffix, crowd in _CROWDS.items() if jid.endswith(suffix)), "")


def _who(key: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[str, str]:
    """The number and the hidden number of the other side. Versions differ in where they put the number of an `@lid`;
    the sender's own is the other side's only when the message is not ours."""
    jids = [key.get("remoteJid"), key.get("remoteJidAlt"), key.get("previousRemoteJid")]
    if key.get("fromMe") is not True:
        jids += [key.get("senderPn"), data.get("senderPn"), key.get("senderLid")]
    known = [_DEVICE.sub("", ident(each)) for each in jids]
    hidden = hidden_number(*known)
    return next((found for each in known if (found := digits(each))), ""), f"{LID}{hidden}" if hidden else ""


def _status(data: Mapping[str, Any]) -> Item:
    """A status of what we sent. `messageId` is the server's own, so `keyId` it is."""
    key = part(data, "key") or data
    named = str(ident(data.get("status")) or ident(part(data, "update").get("status"))).upper()
    ours = key.get("fromMe") is not False
    if named not in _STATES or not ours or _crowd(key):
        return Unknown(f"status:{named[:40]}", data)
    provider_id = ident(data.get("keyId")) or ident(part(data, "key").get("id"))
    if not provider_id:
        return Broken("no usable id", data)
    failed = _STATES[named] == "failed"
    # The event has no time of its own, and the envelope's is a local time that calls itself UTC.
    return StatusUpdate(
        provider_id,
        _STATES[named],
        clock.now(),
        wa_id=digits(_DEVICE.sub("", ident(key.get("remoteJid")))),
        error_code="not_delivered" if failed else "",
    )


def _connection(data: Mapping[str, Any]) -> Item:
    state = text(data.get("state")) or text(data.get("status"))
    if state not in _LINKED:
        return Unknown(f"connection:{state[:40]}", data)
    code = ident(data.get("statusReason")) or ident(data.get("disconnectionReasonCode"))
    return LinkUpdate(_LINKED[state], clock.now(), "" if _LINKED[state] else _REASONS.get(code, ""))


def _logged_out(_data: Mapping[str, Any]) -> Item:
    return LinkUpdate(False, clock.now(), _REASONS["401"])


def _moment(value: Any) -> datetime | None:
    """A Unix time, also as the two halves in which a large number may come."""
    return moment(value.get("low")) if isinstance(value, Mapping) else moment(value)
