"""Meta's WhatsApp Business Cloud API: one message a call, media uploads, templates and the state of a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.gateways import cloud_api_webhooks, http, media_rules, outgoing
from portal.gateways.base import Accepted, Capabilities, Delivery, Line, Recipient, SendError, Uncertain
from portal.gateways.cloud_api_errors import classify, graph_error, proves_not_sent
from portal.gateways.cloud_api_graph import Graph, harmless, parsed, text
from portal.gateways.cloud_api_media import CloudMedia
from portal.gateways.cloud_api_payloads import payload
from portal.gateways.cloud_api_setup import Setup, problems
from portal.gateways.cloud_api_templates import Templates
from portal.gateways.messages import Content, File, kind_of

_NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,name_status,quality_rating,status,code_verification_status,platform_type,"
    "whatsapp_business_manager_messaging_limit,health_status"
)


@dataclass(frozen=True)
class NumberInfo:
    """What Meta says of the connected number, in Meta's words. Only a CONNECTED number can send.

    `can_send` is AVAILABLE, LIMITED or BLOCKED, "" when it is not told; `problems` are explanations for people.
    """

    phone_number_id: str
    display_phone: str = ""
    verified_name: str = ""
    name_status: str = ""
    status: str = ""
    quality: str = ""
    code_verification: str = ""
    platform: str = ""
    messaging_limit: str = ""
    can_send: str = ""
    problems: tuple[str, ...] = ()

    @property
    def connected(self) -> bool:
        return self.status == "CONNECTED"


class CloudApi:
    """The official API. `base_url` and `version` say where, `files` is the folder that `File.path` is inside."""

    kind = "cloud_api"
    capabilities = Capabilities(interactive=True, templates=True, signed_webhooks=True)

    def __init__(self, base_url: str, version: str, files: Path) -> None:
        self._graph = Graph(base_url, version)
        self._files = files
        self.templates = Templates(self._graph)
        self.setup = Setup(self._graph)
        self.media = CloudMedia(self._graph, base_url)
        self.fetch = self.media.fetch

    def send(self, line: Line, to: Recipient, content: Content, attempt_id: str) -> Accepted:
        """Send one message. Raises `SendError` when it surely did not go out, `Uncertain` when nobody can know.

        A file is uploaded first; whatever goes wrong there is a `SendError`, as no message was asked for yet.
        """
        body = payload(to, content, attempt_id)
        if isinstance(content, File):
            body = payload(to, content, attempt_id, self._upload(line, content))
        status, answer = http.post_json(self._graph.url(line.phone_number_id, "messages"), line.access_token, body)
        return _accepted(status, answer)

    def mark_read(self, line: Line, provider_id: str, to: Recipient) -> None:
        """Show the person that their message, and those before it, were read. Raises `SendError`; safe to repeat."""
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": provider_id}
        try:
            status, answer = http.post_json(self._graph.url(line.phone_number_id, "messages"), line.access_token, body)
        except Uncertain as error:
            raise SendError("unreachable", str(error), retry=True) from error
        harmless(status, answer, "unreachable")

    def check(self, line: Line) -> NumberInfo:
        """Read the number's own state: the test of a connection. Raises `SendError`, with Meta's code if any."""
        data = self._graph.read(line.access_token, self._graph.url(line.phone_number_id), {"fields": _NUMBER_FIELDS})
        health = data.get("health_status")
        health = health if isinstance(health, Mapping) else {}
        return NumberInfo(
            phone_number_id=text(data.get("id")),
            display_phone=text(data.get("display_phone_number")),
            verified_name=text(data.get("verified_name")),
            name_status=text(data.get("name_status")),
            status=text(data.get("status")),
            quality=text(data.get("quality_rating")),
            code_verification=text(data.get("code_verification_status")),
            platform=text(data.get("platform_type")),
            messaging_limit=text(data.get("whatsapp_business_manager_messaging_limit")),
            can_send=text(health.get("can_send_message")),
            problems=problems(health.get("entities")),
        )

    def authentic(self, line: Line, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether Meta's signature of these bytes holds with the app secret. False when there is no secret."""
        return cloud_api_webhooks.authentic(line.app_secret, body, headers)

    def cleaned(self, line: Line, body: bytes) -> bytes:
        """The body as it is: this provider repeats no secret."""
        return body

    def parse(self, body: bytes) -> Delivery:
        """Every item of a webhook body, in order. Raises ValueError when the body is no JSON object at all."""
        return cloud_api_webhooks.parse(body)

    def _upload(self, line: Line, content: outgoing.Attached) -> str:
        url = self._graph.url(line.phone_number_id, "media")
        file = outgoing.read(outgoing.checked(self._files, content))
        mime_type = media_rules.base_type(content.mime_type)
        # Meta refuses a name that does not fit the type. What people see is the name in the message.
        name = f"{kind_of(content)}.{media_rules.EXTENSIONS[mime_type]}"
        fields = {"messaging_product": "whatsapp", "type": mime_type}
        try:
            status, answer = http.post_file(url, line.access_token, fields, name, file, mime_type)
        except Uncertain as error:
            raise SendError("upload", str(error), retry=True) from error
        media_id = text(harmless(status, answer, "upload").get("id"))
        if not media_id:
            raise SendError("upload", "the upload was answered without an id", retry=True)
        return media_id


def _accepted(status: int, answer: bytes) -> Accepted:
    """Meta's acceptance, its refusal as `SendError`, and everything that is neither as `Uncertain`."""
    data = parsed(answer)
    provider_id = _first(data, "messages", "id")
    error = graph_error(data)
    if 200 <= status < 300 and provider_id and error is None:
        return Accepted(provider_id, _first(data, "contacts", "wa_id"))
    if status >= 400 and error is not None and not provider_id and proves_not_sent(error, status):
        raise classify(error)
    code = f", code {error.get('code')}" if error is not None else ""
    raise Uncertain(f"HTTP {status}{code}, {len(answer)} bytes: neither an acceptance nor a refusal")


def _first(data: Any, name: str, key: str) -> str:
    listed = data.get(name) if isinstance(data, Mapping) else None
    first = listed[0] if isinstance(listed, list) and listed else None
    return text(first.get(key)) if isinstance(first, Mapping) else ""
