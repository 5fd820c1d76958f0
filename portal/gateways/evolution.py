"""Evolution API v2: the unofficial API on the company's own server, a WhatsApp Web session of one phone.

`Line.phone_number_id` is the instance's name, `access_token` its apikey, `verify_token` the secret that the server is told
to send along with every webhook.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path

from portal.gateways import evolution_webhooks
from portal.gateways.base import Accepted, Capabilities, Delivery, Line, Recipient, Uncertain
from portal.gateways.evolution_address import Resolve
from portal.gateways.evolution_api import Answer, Api
from portal.gateways.evolution_link import Link
from portal.gateways.evolution_media import EvolutionMedia
from portal.gateways.evolution_payloads import request
from portal.gateways.messages import Content
from portal.gateways.plugmessage_payloads import MAX_FILE, phone_of
from portal.gateways.plugmessage_reading import digits, ident, part


class Evolution:
    """`base_url` is the installation's own server, "" for none; a line with one of its own must have it on the internet
    (see `evolution_address`). `files` is the folder that `File.path` is inside.

    Buttons and lists exist at the provider and reach few phones, so choices go out as numbered text.
    """

    kind = "evolution"
    capabilities = Capabilities(
        interactive=False,
        templates=False,
        signed_webhooks=False,
        reply_window=False,
        linked_by_qr=True,
        largest_file=MAX_FILE,
        reads_up_to=False,  # not documented: a receipt of WhatsApp Web names each message
    )

    def __init__(self, base_url: str, files: Path, resolve: Resolve = socket.getaddrinfo) -> None:
        self._api = Api(base_url, resolve)
        self._files = files
        self.link = Link(self._api)
        self.media = EvolutionMedia(self._api)

    def send(self, line: Line, to: Recipient, content: Content, attempt_id: str) -> Accepted:
        """Send one message. Raises `SendError` when it surely did not go out, `Uncertain` when nobody can know.

        There is no queue at the provider, no field for `attempt_id` and no idempotency key.
        """
        path, body = request(to, content, self._files)
        return self._accepted(line, self._api.send(line, path, body))

    def mark_read(self, line: Line, provider_id: str, to: Recipient) -> None:
        """Show the person that their message was read. Raises `SendError`; safe to repeat."""
        number = phone_of(to)
        jid = number if "@" in number else f"{number}@s.whatsapp.net"
        message = {"remoteJid": jid, "fromMe": False, "id": provider_id}
        self._api.call(line, "POST", "chat/markMessageAsRead/{instance}", {"readMessages": [message]})

    def authentic(self, line: Line, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether a body came with this line's secret and names its instance. False without a secret: fail closed."""
        return evolution_webhooks.authentic(line, body, headers)

    def cleaned(self, line: Line, body: bytes) -> bytes:
        """A webhook body as it may be kept: the server writes its apikey and our whole address into each."""
        return evolution_webhooks.cleaned(line, body)

    def parse(self, body: bytes) -> Delivery:
        """Every item of a webhook body, in order. Raises ValueError when the body is no JSON object at all."""
        return evolution_webhooks.parse(body)

    def _accepted(self, line: Line, answer: Answer) -> Accepted:
        """Taken, refused as `SendError`, and everything that is neither as `Uncertain`."""
        key = part(answer.object, "key")
        provider_id = ident(key.get("id"))
        if answer.fine and provider_id:
            return Accepted(provider_id, digits(key.get("remoteJid")))
        if not key and (refused := self._api.refused(line, answer)):
            raise refused
        raise Uncertain(f"{answer.about}: neither an acceptance nor a refusal")
