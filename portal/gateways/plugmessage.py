"""PlugMessage (TecnoSpeed): the unofficial API, a WhatsApp Web session of one phone behind a queue of the provider's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from portal.gateways import plugmessage_webhooks
from portal.gateways.base import Accepted, Capabilities, Delivery, Line, Recipient, Uncertain
from portal.gateways.messages import Content
from portal.gateways.plugmessage_api import Answer, Api
from portal.gateways.plugmessage_link import Link
from portal.gateways.plugmessage_payloads import MAX_FILE, phone_of, request
from portal.gateways.plugmessage_reading import ident


class PlugMessage:
    """`base_url` says where unless the line does; `files` is the folder that `File.path` is inside.

    Buttons and lists exist at the provider, which warns that they may stop working any day: they go out as numbered
    text unless `interactive`, here or of the line.
    """

    kind = "plugmessage"

    def __init__(self, base_url: str, files: Path, *, interactive: bool = False) -> None:
        self.capabilities = Capabilities(
            interactive=interactive,
            templates=False,
            signed_webhooks=False,
            reply_window=False,
            linked_by_qr=True,
            largest_file=MAX_FILE,
            interactive_optional=True,
            reads_up_to=False,  # not documented: a receipt of WhatsApp Web names each message
        )
        self._api = Api(base_url)
        self._files = files
        self.link = Link(self._api)

    def send(self, line: Line, to: Recipient, content: Content, attempt_id: str) -> Accepted:
        """Hand one message to the provider's queue. Raises `SendError` when it surely is not there, else `Uncertain`.

        There is no field for `attempt_id` and no idempotency key. A template goes out as its text.
        """
        action, body = request(to, content, self._files, interactive=line.interactive or self.capabilities.interactive)
        return self._accepted(line, self._api.send(line, action, body))

    def mark_read(self, line: Line, provider_id: str, to: Recipient) -> None:
        """Show the person that their message was read. Raises `SendError`; safe to repeat."""
        self._api.call(line, "POST", "read-message", {"phone": phone_of(to), "messageId": provider_id})

    def authentic(self, line: Line, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether a body names this line's instance. The provider signs nothing: the secret is in the address."""
        return plugmessage_webhooks.authentic(line, body, headers)

    def cleaned(self, line: Line, body: bytes) -> bytes:
        """The body as it is: this provider repeats no secret."""
        return body

    def parse(self, body: bytes) -> Delivery:
        """Every item of a webhook body, in order. Raises ValueError when the body is no JSON object at all."""
        return plugmessage_webhooks.parse(body)

    def _accepted(self, line: Line, answer: Answer) -> Accepted:
        """Taken, refused as `SendError`, and everything that is neither as `Uncertain`."""
        data = answer.data if isinstance(answer.data, Mapping) else {}
        message_id = data.get("messageId")
        if answer.fine and not answer.told and isinstance(message_id, str) and ident(message_id):
            return Accepted(message_id)
        if not message_id and not data.get("zaapId") and (refused := self._api.refused(line, answer)):
            raise refused
        raise Uncertain(f"{answer.about}: neither an acceptance nor a refusal")
