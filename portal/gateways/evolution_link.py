"""The link between the instance and its phone: state, QR code, pairing code, webhooks.

Everything here can be done again without harm; every failure is a `SendError` with one of our codes.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import segno

from portal.gateways.base import Line, LinkStatus, PhoneCheck, Qr, SendError
from portal.gateways.evolution_api import Api
from portal.gateways.evolution_errors import refusal
from portal.gateways.evolution_webhooks import EVENTS, SECRET_HEADER
from portal.gateways.plugmessage_payloads import LID, digits_of
from portal.gateways.plugmessage_reading import digits, hidden_number, part, text

_PNG = b"\x89PNG\r\n\x1a\n"
_QR_TEXT = re.compile(r"[\x21-\x7e]{8,1000}")
_QR_PIXELS = 6
_WAITING = "A instância espera a leitura do QR Code ou está se reconectando."
_STATES = {
    "open": LinkStatus("connected"),
    "connecting": LinkStatus("disconnected", detail=_WAITING),
    "refused": LinkStatus("disconnected"),
    "close": LinkStatus("disconnected"),
    "closed": LinkStatus("disconnected"),
}


class Link:
    """What a person does with the number of a line. The provider keeps no queue: what is not sent is ours."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def status(self, line: Line) -> LinkStatus:
        """Whether a phone is linked, and which."""
        data = self._object(line, "GET", "instance/connectionState/{instance}")
        status = _STATES.get(text(part(data, "instance").get("state")), LinkStatus("unknown"))
        return LinkStatus("connected", self._phone(line)) if status.state == "connected" else status

    def qr(self, line: Line) -> Qr:
        """The code to read now, good for 45 s; the empty one when there is none: linked, or not made yet."""
        data = self._object(line, "GET", "instance/connect/{instance}")
        drawn = part(data, "qrcode") or data
        return _qr(text(drawn.get("base64")), text(drawn.get("code")))

    def pairing_code(self, line: Line, phone: str) -> str:
        """The code to type in the phone instead of reading a QR. SendError "pairing" once a QR has been asked for."""
        data = self._object(line, "GET", f"instance/connect/{{instance}}?number={digits_of(phone)}")
        code = text((part(data, "qrcode") or data).get("pairingCode"))
        if not code:
            raise refusal("pairing", "no pairing code in the answer")
        return code

    def restore(self, line: Line) -> None:
        """Come back from the session that the server still has; without one it waits for a QR to be read."""
        self._object(line, "GET", "instance/connect/{instance}")

    def restart(self, line: Line) -> None:
        """Start the instance anew; the phone stays linked. SendError "refused" for one that is not running."""
        self._object(line, "POST", "instance/restart/{instance}")

    def disconnect(self, line: Line) -> None:
        """Give up the link: a new QR is needed."""
        self._object(line, "DELETE", "instance/logout/{instance}")

    def device(self, line: Line) -> str:
        """The number of the linked phone in digits, "" when none is told."""
        path = f"instance/fetchInstances?instanceName={quote(line.phone_number_id, safe='')}"
        listed = self._api.call(line, "GET", path).data
        for each in listed if isinstance(listed, list) else [listed]:
            found = part(each, "instance") or each
            if isinstance(found, Mapping) and (found.get("name") or found.get("instanceName")) == line.phone_number_id:
                return digits(found.get("ownerJid") or found.get("owner"))
        return ""

    def queue_count(self, line: Line) -> int:
        """Nothing ever waits at the provider."""
        return 0

    def clear_queue(self, line: Line) -> None:
        """Nothing ever waits at the provider."""

    def configure_webhooks(self, line: Line, url: str) -> None:
        """Have what we act on posted to this address, with the line's secret in a header. Files are not sent along:
        they are fetched, since a body of many megabytes would be refused and its message lost."""
        if not line.verify_token:
            raise refusal("credentials", "the line has no secret for its webhooks")
        webhook = {"enabled": True, "url": url, "headers": {SECRET_HEADER: line.verify_token}}
        body = {"webhook": {**webhook, "byEvents": False, "base64": False, "events": list(EVENTS)}}
        self._object(line, "POST", "webhook/set/{instance}", body)

    def phone_exists(self, line: Line, phone: str) -> PhoneCheck:
        """Whether a number has WhatsApp, and how WhatsApp spells it: the ninth digit may be missing there."""
        asked = digits_of(phone)
        answer = self._api.call(line, "POST", "chat/whatsappNumbers/{instance}", {"numbers": [asked]})
        found = answer.data[0] if isinstance(answer.data, list) and answer.data else None
        if not isinstance(found, Mapping) or not isinstance(found.get("exists"), bool):
            raise refusal("unreachable", f"{answer.about}: not an answer about a number")
        if not found["exists"]:
            return PhoneCheck(exists=False)
        hidden = hidden_number(found.get("jid"), found.get("lid"))
        return PhoneCheck(True, digits(found.get("jid")) or asked, f"{LID}{hidden}" if hidden else "")

    def _phone(self, line: Line) -> str:
        """A second question, whose failure must not hide the answer to the first."""
        try:
            return self.device(line)
        except SendError:
            return ""

    def _object(
        self, line: Line, method: str, path: str, payload: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        answer = self._api.call(line, method, path, payload)
        if not isinstance(answer.data, Mapping):
            raise refusal("unreachable", f"{answer.about}: not an answer of Evolution API")
        return answer.data


def _qr(encoded: str, code: str) -> Qr:
    """The server's own picture, else one drawn from the code's text."""
    try:
        picture = base64.b64decode(encoded.partition(",")[2] or encoded, validate=True)
    except (binascii.Error, ValueError):
        picture = b""
    if picture.startswith(_PNG):
        return Qr(picture, code)
    if not _QR_TEXT.fullmatch(code):
        return Qr()
    drawn = io.BytesIO()
    segno.make(code, micro=False).save(drawn, kind="png", scale=_QR_PIXELS, border=4)
    return Qr(drawn.getvalue(), code)
