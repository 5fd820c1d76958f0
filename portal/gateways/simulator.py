"""A provider without a network: the Cloud API's limits, signature and webhook bodies, and a phone that anyone can play.

The builders below write what Meta would post, byte for byte in its shape; the browser phone and the tests post them to
the same entrance as Meta does.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from portal.gateways import cloud_api_webhooks, outgoing, simulator_files
from portal.gateways.base import Accepted, Capabilities, Delivery, Line, Media, Recipient
from portal.gateways.cloud_api import NumberInfo
from portal.gateways.cloud_api_errors import explain
from portal.gateways.cloud_api_payloads import payload
from portal.gateways.cloud_api_templates import Components, Submitted
from portal.gateways.cloud_api_webhooks import SIGNATURE_HEADER, sign
from portal.gateways.messages import Choice, Content, File

__all__ = ["SIGNATURE_HEADER", "Sent", "Simulator", "inbound_body", "provider_id_of", "sign", "status_body"]


class Simulator:
    """Accepts whatever the Cloud API would; what happens to the message next is played by a person or a test. `files` is
    the folder that `File.path` is inside."""

    kind = "simulator"
    capabilities = Capabilities(interactive=True, templates=True, signed_webhooks=True)

    def __init__(self, files: Path) -> None:
        self._files = files
        self.templates = SimulatedTemplates()
        self.fetch = simulator_files.fetch

    def send(self, line: Line, to: Recipient, content: Content, attempt_id: str) -> Accepted:
        """Accept a message. Raises `SendError` for what breaks Meta's limits; never `Uncertain`."""
        if isinstance(content, File):
            outgoing.checked(self._files, content)
        payload(to, content, attempt_id, media_id="simulated")
        return Accepted(provider_id_of(attempt_id), to.wa_id or to.e164.removeprefix("+"))

    def mark_read(self, line: Line, provider_id: str, to: Recipient) -> None:
        """Nothing to do: the browser phone knows what was read from the conversation itself."""

    def check(self, line: Line) -> NumberInfo:
        """The simulated number is always connected."""
        return NumberInfo(line.phone_number_id, verified_name="Simulador", status="CONNECTED", platform="SIMULATOR")

    def authentic(self, line: Line, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether the signature of these bytes holds with the app secret. False when there is no secret."""
        return cloud_api_webhooks.authentic(line.app_secret, body, headers)

    def cleaned(self, line: Line, body: bytes) -> bytes:
        """The body as it is: this provider repeats no secret."""
        return body

    def parse(self, body: bytes) -> Delivery:
        """Every item of a webhook body, in order. Raises ValueError when the body is no JSON object at all."""
        return cloud_api_webhooks.parse(body)


class SimulatedTemplates:
    """Approves every chat starter at once."""

    def create(self, line: Line, name: str, language: str, category: str, components: Components) -> Submitted:
        """Approved, in the category that was asked for."""
        return Submitted("", "APPROVED", category.upper())

    def edit(self, line: Line, provider_id: str, category: str, components: Components) -> str:
        """Approved again."""
        return "APPROVED"

    def delete(self, line: Line, name: str, provider_id: str) -> None:
        """Nothing is kept here."""


def provider_id_of(attempt_id: str) -> str:
    """The message id that the simulator gives to an attempt: the same for the same attempt, without a phone in it."""
    return "wamid.SIM" + hashlib.sha256(attempt_id.encode()).hexdigest()[:32].upper()


@dataclass(frozen=True)
class Sent:
    """A file from the phone; `kind` is image, audio, video, document or sticker."""

    kind: str
    media: Media
    caption: str = ""


def inbound_body(
    line: Line,
    wa_id: str,
    profile_name: str,
    said: str | Choice | Sent,
    provider_id: str,
    at: datetime,
    *,
    listed: bool = False,
    context_id: str = "",
) -> bytes:
    """The webhook body of a message from a person: words, a file, or the tap of a `Choice` (of a list when `listed`)."""
    message: dict[str, Any] = {"from": wa_id, "id": provider_id, "timestamp": str(int(at.timestamp()))}
    if context_id:
        message["context"] = {"from": "", "id": context_id}
    message.update(_said(said, listed))
    contacts = [{"profile": {"name": profile_name}, "wa_id": wa_id}]
    return _envelope(line, {"contacts": contacts, "messages": [message]})


def status_body(
    line: Line, provider_id: str, state: str, attempt_id: str, wa_id: str, at: datetime, error_code: str = ""
) -> bytes:
    """The webhook body of a status: sent, delivered, read or failed (then with an `error_code` of digits)."""
    status: dict[str, Any] = {
        "id": provider_id,
        "status": state,
        "timestamp": str(int(at.timestamp())),
        "recipient_id": wa_id,
    }
    if attempt_id:
        status["biz_opaque_callback_data"] = attempt_id
    if state == "failed":
        status["errors"] = [_error(int(error_code or "131026"))]
    return _envelope(line, {"statuses": [status]})


def _said(said: str | Choice | Sent, listed: bool) -> dict[str, Any]:
    if isinstance(said, Sent):
        return {"type": said.kind, said.kind: _file(said)}
    if isinstance(said, str):
        return {"type": "text", "text": {"body": said}}
    reply = {"id": said.id, "title": said.title}
    if listed and said.description:
        reply["description"] = said.description
    kind = "list_reply" if listed else "button_reply"
    return {"type": "interactive", "interactive": {"type": kind, kind: reply}}


def _file(sent: Sent) -> dict[str, str]:
    media = sent.media
    digest = base64.b64encode(bytes.fromhex(media.sha256)).decode()
    found = {"id": media.provider_id, "mime_type": media.mime_type, "sha256": digest}
    if sent.kind == "document":
        found["filename"] = media.filename
    if sent.caption and sent.kind not in ("audio", "sticker"):  # WhatsApp has no caption for these
        found["caption"] = sent.caption
    return found


def _error(code: int) -> dict[str, Any]:
    title = explain(str(code))
    return {"code": code, "title": title, "message": title, "error_data": {"details": title}}


def _envelope(line: Line, value: Mapping[str, Any]) -> bytes:
    metadata = {"display_phone_number": "551130001000", "phone_number_id": line.phone_number_id}
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
    body = {"object": "whatsapp_business_account", "entry": [{"id": line.waba_id, "changes": [change]}]}
    return json.dumps(body).encode()
