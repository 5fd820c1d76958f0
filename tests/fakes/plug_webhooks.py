"""PlugMessage's webhook bodies, with the quirks of the real ones."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.fakes.plug_state import Instance, Posted, Queued

_NEW_KEYS = ("chatLid", "senderLid", "connectedPhone", "fromApi", "isEdit", "isStatusReply", "isNewsletter")


def millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def received(
    instance: Instance, message_id: str, phone: str, at: datetime, content: Any, **more: Any
) -> dict[str, Any]:
    """A message from (or, with fromMe, to) a person; a string is its text, a mapping one content under its key."""
    lid = f"{int(phone) % 10**9}@lid" if phone.isdigit() else None
    body: dict[str, Any] = {
        "type": instance.switches.received_type,
        "instanceId": instance.instance_id,
        "messageId": message_id,
        "phone": lid if instance.switches.lids else phone,
        "chatLid": lid,
        "senderLid": lid,
        "connectedPhone": instance.phone,
        "fromMe": False,
        "fromApi": False,
        "isGroup": False,
        "isNewsletter": False,
        "broadcast": False,
        "isStatusReply": False,
        "isEdit": False,
        "waitingMessage": False,
        "forwarded": False,
        "momment": millis(at),
        "status": "RECEIVED",
        "chatName": "Maria",
        "senderName": "Maria",
        "senderPhoto": None,
        "photo": None,
        "participantPhone": None,
        "participantLid": None,
        "referenceMessageId": None,
        "messageExpirationSeconds": 0,
        **({"text": {"message": content}} if isinstance(content, str) else content),
        **more,
    }
    if instance.switches.old_shapes:
        body = {key: value for key, value in body.items() if key not in _NEW_KEYS}
    return body


def delivery(message: Queued, at: datetime, error: str = "", code: str = "") -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "DeliveryCallback",
        "instanceId": message.instance_id,
        "phone": message.phone,
        "zaapId": message.zaap_id,
        "messageId": message.message_id,
        "momment": millis(at),
    }
    return {**body, **({"error": error} if error else {}), **({"errorCode": code} if code else {})}


def status(instance: Instance, ids: list[str], state: str, phone: str, at: datetime) -> dict[str, Any]:
    return {
        "type": "MessageStatusCallback",
        "instanceId": instance.instance_id,
        "status": state,
        "ids": ids,
        "phone": phone,
        "phoneDevice": 0,
        "isGroup": False,
        "momment": millis(at),
    }


def connected(instance: Instance, at: datetime) -> dict[str, Any]:
    body = {"type": "ConnectedCallback", "instanceId": instance.instance_id, "connected": True}
    return {**body, "phone": instance.phone, "momment": millis(at)}


def disconnected(instance: Instance, reason: str, at: datetime) -> dict[str, Any]:
    """Its time is in seconds, unlike everyone else's."""
    body = {"type": "DisconnectedCallback", "instanceId": instance.instance_id, "disconnected": True}
    return {**body, "error": reason, "momment": int(at.timestamp())}


def post(posted: Posted, retries: int = 0) -> tuple[int, float]:
    """Post a body as PlugMessage does, again when it is not answered well: the last status, and the seconds it took."""
    headers = {"Content-Type": "application/json", **posted.headers}
    code, took = 0, 0.0
    for _ in range(retries + 1):
        started = time.monotonic()
        try:
            with urlopen(Request(posted.url, json.dumps(posted.body).encode(), headers), timeout=15) as answer:
                code = int(answer.status)
        except HTTPError as error:
            code = error.code
        took = time.monotonic() - started
        if 200 <= code < 300:
            break
    return code, took
