"""The link between the instance and its phone: state, QR code, pairing code, the provider's queue, its webhooks.

Everything here can be done again without harm; every failure is a `SendError` with one of our codes.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

import segno

from portal.gateways.base import Line, LinkStatus, PhoneCheck, Qr, SendError
from portal.gateways.plugmessage_api import Answer, Api
from portal.gateways.plugmessage_errors import NO_PAIRING, NO_ROUTE, SUSPENDED, code_of, explain, refusal
from portal.gateways.plugmessage_payloads import LID, digits_of
from portal.gateways.plugmessage_reading import digits, hidden_number, text

_PNG = b"\x89PNG\r\n\x1a\n"
_QR_TEXT = re.compile(r"[\x21-\x7e]{8,1000}")
_PAIRING = re.compile(r"[A-Za-z0-9]{4,12}(-[A-Za-z0-9]{2,12})?")
_QR_PIXELS = 6
_QUEUE_PAGE = 30
_QUEUE_PAGES = 40  # the provider keeps at most a thousand
_OFFLINE = "O celular está conectado, mas sem internet no momento."
_WEBHOOKS = (
    "update-webhook-received-delivery",
    "update-webhook-delivery",
    "update-webhook-message-status",
    "update-webhook-connected",
    "update-webhook-disconnected",
)


class Link:
    """What a person does with the number of a line."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def status(self, line: Line) -> LinkStatus:
        """Whether a phone is linked, and which. A lapsed subscription is a state here, not an error."""
        try:
            answer = self._api.ask(line, "GET", "status")
        except SendError as error:
            if error.code != SUSPENDED:
                raise
            return LinkStatus(SUSPENDED, detail=explain(SUSPENDED))
        status = _state(self._api, line, answer)
        return LinkStatus(status.state, self._phone(line), status.detail) if status.state == "connected" else status

    def qr(self, line: Line) -> Qr:
        """The code to read now, good for 20 s; the empty one when there is none, as on a linked instance."""
        try:
            return self._shown(line, "qr-code/image")
        except SendError as error:
            if error.code != NO_ROUTE:
                raise
        return self._shown(line, "qr-code")

    def pairing_code(self, line: Line, phone: str) -> str:
        """The code to type in the phone instead of reading a QR. SendError "passkey" when the phone demands one."""
        action = f"phone-code/{digits_of(phone)}"
        try:
            answer = self._object(line, "GET", action)
        except SendError as error:
            if error.code != NO_ROUTE:
                raise
            raise refusal(NO_PAIRING, error.detail) from error
        if answer.get("challenge"):
            raise refusal("passkey", "a passkey is asked for")
        code = text(answer.get("value")) or text(answer.get("code"))
        if not _PAIRING.fullmatch(code):
            raise refusal(NO_PAIRING, "no pairing code in the answer")
        return code

    def restore(self, line: Line) -> None:
        """Come back from the session that the provider still has, without a QR."""
        self._object(line, "GET", "restore-session")

    def restart(self, line: Line) -> None:
        """Start the instance anew; the phone stays linked."""
        self._object(line, "GET", "restart")

    def disconnect(self, line: Line) -> None:
        """Give up the link: webhooks stop, and a new QR is needed."""
        self._object(line, "GET", "disconnect")

    def device(self, line: Line) -> str:
        """The number of the linked phone in digits, "" when none is told."""
        return digits(self._object(line, "GET", "device").get("phone"))

    def queue_count(self, line: Line) -> int:
        """How many messages wait at the provider, and go out as soon as the phone is linked."""
        try:
            return self._counted(line)
        except SendError as error:
            if error.code != NO_ROUTE:
                raise
        return _count(self._api.call(line, "GET", "queue/count").data)

    def queued(self, line: Line) -> frozenset[str] | None:
        """The ids of all messages that wait at the provider, None when it does not tell each one's."""
        found: set[str] = set()
        for messages, more in self._queue_pages(line):
            ids = [text(each.get("MessageId")) for each in messages if isinstance(each, Mapping)]
            if more is None or not all(ids) or len(ids) < len(messages):
                return None
            found.update(ids)
        return frozenset(found)

    def clear_queue(self, line: Line) -> None:
        """Discard what waits at the provider: none of it is sent."""
        self._api.call(line, "DELETE", "queue")

    def configure_webhooks(self, line: Line, url: str) -> None:
        """Have every event posted to this address, messages written on the phone itself included."""
        try:
            self._put(line, "update-every-webhooks", {"value": url, "notifySentByMe": True})
        except SendError as error:
            if error.code not in {NO_ROUTE, "not_sent", "webhook"}:
                raise
            for action in _WEBHOOKS:
                self._put(line, action, {"value": url})

    def phone_exists(self, line: Line, phone: str) -> PhoneCheck:
        """Whether a number has WhatsApp, and how WhatsApp spells it: the ninth digit may be missing there."""
        answer = self._api.call(line, "GET", f"phone-exists/{digits_of(phone)}")
        listed = answer.data
        found = listed[0] if isinstance(listed, list) and listed else listed
        if not isinstance(found, Mapping) or "exists" not in found:
            raise refusal("unreachable", f"{answer.about}: not an answer about a number")
        if str(found["exists"]).lower() != "true":
            return PhoneCheck(exists=False)
        hidden = hidden_number(found.get("lid"))
        return PhoneCheck(True, digits(found.get("phone")) or digits_of(phone), f"{LID}{hidden}" if hidden else "")

    def _shown(self, line: Line, action: str) -> Qr:
        answer = self._api.ask(line, "GET", action)
        if isinstance(answer.data, Mapping) and answer.data.get("challenge"):
            return Qr(challenge=True)
        if "already connected" in answer.told.lower():
            return Qr()
        if refused := self._api.refused(line, answer):
            raise refused
        return _qr(answer)

    def _phone(self, line: Line) -> str:
        """A second question, whose failure must not hide the answer to the first."""
        try:
            return self.device(line)
        except SendError:
            return ""

    def _counted(self, line: Line) -> int:
        return sum(len(messages) for messages, _ in self._queue_pages(line))

    def _queue_pages(self, line: Line) -> Iterator[tuple[list[Any], bool | None]]:
        """The pages of the queue, each with whether more follow: None when they do and cannot be asked for."""
        page: dict[str, int | str] = {"pageSize": _QUEUE_PAGE}
        for number in range(_QUEUE_PAGES):
            answer = self._object(line, "POST", "queue", page)
            listed, state = answer.get("messages"), text(answer.get("pagingState"))
            messages = listed if isinstance(listed, list) else []
            more = answer.get("hasMore") is True
            known = isinstance(listed, list) and (not more or bool(messages and state and number + 1 < _QUEUE_PAGES))
            yield messages, more if known else None
            if not more or not known:
                break
            page = {"pageSize": _QUEUE_PAGE, "pagingState": state}

    def _put(self, line: Line, action: str, payload: Mapping[str, Any]) -> None:
        try:
            self._object(line, "PUT", action, payload)
        except SendError as error:
            if error.code != "refused":
                raise
            raise refusal("webhook", error.detail) from error

    def _object(
        self, line: Line, method: str, action: str, payload: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        answer = self._api.call(line, method, action, payload)
        if not isinstance(answer.data, Mapping):
            raise refusal("unreachable", f"{answer.about}: not an answer of PlugMessage")
        return answer.data


def _state(api: Api, line: Line, answer: Answer) -> LinkStatus:
    """`error` holds a sentence even when all is well, so it is only read for why a phone is not linked."""
    data = answer.data
    if not isinstance(data, Mapping):
        raise refusal("unreachable", f"{answer.about}: not an answer of PlugMessage")
    told, connected, online = answer.told.lower(), data.get("connected"), data.get("smartphoneConnected")
    if connected is True:
        return LinkStatus("connected", detail=_OFFLINE if online is False else "")
    if code_of(told) == SUSPENDED:
        return LinkStatus(SUSPENDED, detail=explain(SUSPENDED))
    if connected is False:
        return LinkStatus("restorable" if "restore" in told or online is True else "disconnected")
    if refused := api.refused(line, answer):
        raise refused
    return LinkStatus("unknown")


def _qr(answer: Answer) -> Qr:
    if answer.body.startswith(_PNG):
        return Qr(png=answer.body)
    data = answer.data
    if isinstance(data, Mapping):
        value = text(data.get("value"))
    else:
        value = data if isinstance(data, str) else answer.body.decode("utf-8", "replace").strip()
    return _drawn(value) if value else Qr()


def _drawn(value: str) -> Qr:
    """A picture is kept, anything else is the text of the code, which is drawn here."""
    encoded = value.partition(",")[2] if value.startswith("data:image/") else value
    try:
        picture = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        picture = b""
    if picture.startswith(_PNG):
        return Qr(png=picture)
    if value.startswith(("data:", "<", "{", "[")) or not _QR_TEXT.fullmatch(value):
        raise refusal("unreachable", f"{len(value)} characters that are no QR code")
    drawn = io.BytesIO()
    segno.make(value, micro=False).save(drawn, kind="png", scale=_QR_PIXELS, border=4)
    return Qr(drawn.getvalue(), value)


def _count(data: Any) -> int:
    if isinstance(data, Mapping):
        named = (data.get(key) for key in ("count", "value", "size", "total"))
        data = next((each for each in named if isinstance(each, int)), None)
    if isinstance(data, int) and not isinstance(data, bool) and data >= 0:
        return data
    raise refusal("unreachable", "no number in the answer")
