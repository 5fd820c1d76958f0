"""Webhook bodies in Meta's shape, and their signature."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.fakes.graph_state import TemplateRow

SIGNATURE = "X-Hub-Signature-256"


def sign(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def post_webhook(url: str, body: bytes, secret: str = "", signature: str = "") -> int:
    """Post a body as Meta does; the HTTP status of the answer. Without secret and signature no header is sent."""
    headers = {"Content-Type": "application/json"}
    if secret or signature:
        headers[SIGNATURE] = signature or sign(body, secret)
    try:
        with urlopen(Request(url, body, headers), timeout=15) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def envelope(waba_id: str, *changes: dict[str, Any]) -> bytes:
    """One entry with these changes. Meta escapes non-ASCII and slashes, so a re-serialised body would not verify."""
    body = {"object": "whatsapp_business_account", "entry": [{"id": waba_id, "changes": list(changes)}]}
    return json.dumps(body).replace("/", "\\/").encode()


def change(phone_number_id: str, field: str = "messages", **value: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": "551130001000", "phone_number_id": phone_number_id}
    return {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}


def template_event(waba_id: str, field: str, row: TemplateRow, at: datetime, **value: Any) -> bytes:
    """News of a template as Meta posts it: its id a number, its language with a hyphen, the time in the entry."""
    named = {
        "message_template_id": int(row.provider_id),
        "message_template_name": row.name,
        "message_template_language": row.language.replace("_", "-"),
    }
    change = {"field": field, "value": {**named, **value}}
    entry = {"id": waba_id, "time": int(at.timestamp()), "changes": [change]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def contact(wa_id: str = "", name: str = "", bsuid: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"profile": {"name": name}}
    return {**found, **({"wa_id": wa_id} if wa_id else {}), **({"user_id": bsuid} if bsuid else {})}


def message(provider_id: str, wa_id: str, at: datetime, kind: str = "text", content: Any = None) -> dict[str, Any]:
    """An inbound message; `content` goes under the key of its kind, and is left out when None."""
    found = {"from": wa_id, "id": provider_id, "timestamp": str(int(at.timestamp())), "type": kind}
    return found if content is None else {**found, kind: content}


def status(
    provider_id: str, state: str, wa_id: str, at: datetime, attempt_id: str = "", error: int = 0
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": provider_id,
        "status": state,
        "timestamp": str(int(at.timestamp())),
        "recipient_id": wa_id,
    }
    if attempt_id:
        found["biz_opaque_callback_data"] = attempt_id
    if state in {"sent", "delivered"}:
        found["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}
    if state == "failed":
        title = f"Error {error}"
        details = {"details": f"details of {error}"}
        found["errors"] = [{"code": error, "title": title, "message": title, "error_data": details}]
    return found
