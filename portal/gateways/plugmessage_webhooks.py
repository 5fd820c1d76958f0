"""PlugMessage's webhook bodies, read with suspicion: any JSON object gives items, never an exception.

A body is one event. Nothing signs it, times come in seconds and in milliseconds, keys go missing with the age of the
instance, and the same event may come again or before the one that it follows.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from portal import clock
from portal.gateways.base import Broken, Delivery, Echo, Inbound, Item, Line, LinkUpdate, StatusUpdate, Unknown
from portal.gateways.plugmessage_api import without_tokens
from portal.gateways.plugmessage_contents import Said, read
from portal.gateways.plugmessage_errors import code_of
from portal.gateways.plugmessage_payloads import LID
from portal.gateways.plugmessage_reading import digits, hidden_number, ident, load, moment, text

TOKEN_HEADER = "z-api-token"

_STATES = {"SENT": "sent", "RECEIVED": "delivered", "READ": "read", "PLAYED": "read"}
_LINKED = {"connectedcallback": True, "reconnectedcallback": True, "disconnectedcallback": False}
_CROWDS = {"isGroup": "group", "isNewsletter": "newsletter", "broadcast": "broadcast"}
_CROWD_PHONES = {"-group": "group", "@g.us": "group", "@newsletter": "newsletter", "broadcast": "broadcast"}
_NAME_LENGTH = 255
_DETAIL_LENGTH = 500


def authentic(line: Line, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether a body is about this line's instance and, where the provider sends its token along, has the right one.

    That is no proof of the sender: the secret of the webhook's address is, and the entrance has looked at it.
    """
    if not line.phone_number_id:
        return False
    try:
        named = load(body).get("instanceId")
    except ValueError:
        return False
    if named is not None and not _same(ident(named), line.phone_number_id):
        return False
    given = next((value for name, value in headers.items() if name.lower() == TOKEN_HEADER), None)
    return given is None or (bool(line.access_token) and _same(given, line.access_token))


def parse(body: bytes) -> Delivery:
    """The items of a webhook body, each with its instance. Raises ValueError when the body is no JSON object at all."""
    data = load(body)
    instance = ident(data.get("instanceId"))
    return Delivery(tuple((instance, item) for item in _items(data)))


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), known.encode())


def _items(data: Mapping[str, Any]) -> Iterator[Item]:
    kind = text(data.get("type")).lower()  # the provider's own pages spell it in two ways
    if kind == "receivedcallback":
        yield _received(data)
    elif kind == "deliverycallback":
        yield _delivered(data)
    elif kind == "messagestatuscallback":
        yield from _statuses(data)
    elif kind in _LINKED:
        yield LinkUpdate(_LINKED[kind], _at(data), _reason(data))
    else:
        yield Unknown(text(data.get("type"))[:60] or "callback", data)


def _received(data: Mapping[str, Any]) -> Item:
    if crowd := _crowd(data):
        return Unknown(crowd, data)
    if data.get("fromMe") is True and data.get("fromApi") is not False:
        return Unknown("own", data)  # by the API, or by an instance too old to tell who wrote it
    said, notification = read(data), text(data.get("notification"))[:60]
    if notification and (said is None or said.kind == "unsupported"):
        return Unknown(f"notification:{notification}", data)
    if said is None:
        return Unknown("waiting" if data.get("waitingMessage") is True else "received", data)
    provider_id = ident(data.get("messageId"))
    if not provider_id:
        return Broken("no usable id", data)
    return _echo(data, said, provider_id) if data.get("fromMe") is True else _inbound(data, said, provider_id)


def _crowd(data: Mapping[str, Any]) -> str:
    """What is said to many at once and is no conversation."""
    for key, crowd in _CROWDS.items():
        if data.get(key) is True:
            return crowd
    phone = ident(data.get("phone"))
    return next((crowd for suffix, crowd in _CROWD_PHONES.items() if phone.endswith(suffix)), "")


def _inbound(data: Mapping[str, Any], said: Said, provider_id: str) -> Item:
    wa_id, bsuid = _who(data, "phone", "chatLid", "senderLid")
    if not wa_id and not bsuid:
        return Broken("a message from nobody", data)
    kind, words, context_id = said.kind, said.text, said.about_id or ident(data.get("referenceMessageId"))
    if data.get("isEdit") is True:
        # An edit repeats the id of what it edits, which would make it look like the same message again.
        kind, words, context_id = "edit", f"[mensagem editada] {words}".strip(), provider_id
        provider_id = f"{provider_id}:{int(_at(data).timestamp())}"
    return Inbound(
        provider_id=provider_id,
        kind=kind,
        sent_at=_at(data),
        text=words,
        reply_id=said.reply_id,
        wa_id=wa_id,
        bsuid=bsuid,
        profile_name=(text(data.get("senderName")) or text(data.get("chatName")))[:_NAME_LENGTH],
        context_id=context_id,
        media=said.media,
        raw=data,
    )


def _echo(data: Mapping[str, Any], said: Said, provider_id: str) -> Item:
    wa_id, bsuid = _who(data, "phone", "chatLid")  # here the sender is the company itself
    if not wa_id and not bsuid:
        return Broken("a message to nobody", data)
    return Echo(provider_id, said.text, _at(data), wa_id, data, bsuid)


def _who(data: Mapping[str, Any], *names: str) -> tuple[str, str]:
    hidden = hidden_number(*(data.get(name) for name in names))
    return digits(data.get("phone")), f"{LID}{hidden}" if hidden else ""


def _delivered(data: Mapping[str, Any]) -> Item:
    provider_id = ident(data.get("messageId"))
    if not provider_id:
        return Broken("no usable id", data)
    told = " · ".join(found for key in ("errorCode", "error") if (found := text(data.get(key))))
    failed = bool(data.get("error") or data.get("errorCode"))
    return StatusUpdate(
        provider_id=provider_id,
        state="failed" if failed else "sent",
        at=_at(data),
        wa_id=digits(data.get("phone")),
        error_code=code_of(told) if failed else "",
        error_detail=without_tokens(told)[:_DETAIL_LENGTH],
    )


def _statuses(data: Mapping[str, Any]) -> Iterator[Item]:
    """One update for each id. `READ_BY_ME` and its other spellings are about messages that we read."""
    named = text(data.get("status"))
    if named not in _STATES or _crowd(data):
        yield Unknown(f"status:{named[:40]}", data)
        return
    listed = data.get("ids")
    found = listed if isinstance(listed, list) else [listed or data.get("messageId")]
    if not found:
        yield Broken("a status of no message", data)
    for each in found:
        provider_id = ident(each)
        if provider_id:
            yield StatusUpdate(provider_id, _STATES[named], _at(data), wa_id=digits(data.get("phone")))
        else:
            yield Broken("no usable id", data)


def _at(data: Mapping[str, Any]) -> datetime:
    """When it happened; where the provider does not say, as of old, the time at which it is read."""
    return moment(data.get("momment")) or moment(data.get("moment")) or clock.now()


def _reason(data: Mapping[str, Any]) -> str:
    return without_tokens(text(data.get("error")))[:_DETAIL_LENGTH]
