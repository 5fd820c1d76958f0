"""A strict fake of Meta's Graph API: a real local server with the checks, limits and bad manners of the real one.

    with GraphApi() as graph:
        graph.add_number("1065", "2020", "token")
        graph.open_window("1065", "5511912345678")
        graph.next("accept_then_drop")
        ...
        assert graph.counts["attempt-1"] == 1

Other processes reach it at `graph.url`. Nothing is delivered by itself: `statuses_for` and
`inbound` build webhook bodies.
"""

from __future__ import annotations

import itertools
import json
import re
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Self

from tests.fakes import graph_replies, graph_setup, graph_webhooks
from tests.fakes.graph_media import read_upload
from tests.fakes.graph_pages import node, template_page
from tests.fakes.graph_rules import Refused, check_message
from tests.fakes.graph_state import BEFORE, Mode, Modes, Number, Sent, TemplateRow
from tests.fakes.graph_templates import TemplateDesk
from tests.fakes.graph_world import World
from tests.fakes.http_server import HttpServer, Reply, Request

_VERSION = re.compile(r"v(2[1-9]|[3-9][0-9])\.0")
_HOLD_SECONDS = 30.0


class GraphApi(World):
    """See the module. `now` is the clock of windows and rates; `sync_window` refuses at once outside a window."""

    def __init__(
        self,
        now: Callable[[], datetime] | None = None,
        *,
        sync_window: bool = False,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(now, sync_window=sync_window)
        self.ledger: list[Sent] = []
        self.counts: Counter[str] = Counter()
        self.posts: Counter[str] = Counter()
        self.reads: list[str] = []
        self._inbound: dict[str, str] = {}
        self._by_wamid: dict[str, Sent] = {}
        self._serial = itertools.count(1)
        self.desk = TemplateDesk(self.templates, lambda: self.now(), self._serial)
        self._lock = threading.RLock()
        self._modes = Modes()
        self._released = threading.Event()
        self._server = HttpServer(self._answer, tls)

    @property
    def url(self) -> str:
        return self._server.url

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._server.stop()

    # What a test arranges

    def add_number(self, phone_number_id: str, waba_id: str, token: str, **switches: Any) -> Number:
        number = self.numbers[phone_number_id] = Number(phone_number_id, waba_id, token, **switches)
        return number

    def add_template(
        self,
        waba_id: str,
        name: str,
        body: str = "Olá",
        *,
        language: str = "pt_BR",
        status: str = "APPROVED",
        category: str = "UTILITY",
    ) -> TemplateRow:
        wildcards = len(set(re.findall(r"{{(\d+)}}", body)))
        row = TemplateRow(str(next(self._serial)), waba_id, name, language, status, category, body, wildcards)
        self.templates.append(row)
        return row

    def next(self, name: str, *, edge: str = "messages", **options: Any) -> None:
        """Queue a mode for the next request of an edge; see `graph_state.Mode` for names and options."""
        self._modes.queue[edge].append(Mode(name, **options))

    def always(self, name: str, *, edge: str = "messages", **options: Any) -> None:
        """The mode of every request of an edge for which none is queued."""
        self._modes.lasting[edge] = Mode(name, **options)

    def release(self) -> None:
        """Let go of the requests held by `hold`, and of later ones."""
        self._released.set()

    def drop_connections(self) -> None:
        self._server.drop_connections()

    # What Meta would post

    def statuses_for(self, wamid: str, *states: str) -> list[bytes]:
        """One body for each state; by default what would happen: sent and delivered, or failed with its code."""
        sent = self._by_wamid[wamid]
        states = states or (("failed",) if sent.fails_with else ("sent", "delivered"))
        return [self._status(sent, state) for state in states]

    def inbound(
        self, phone_number_id: str, wa_id: str, content: Any, *, kind: str = "text", name: str = "Maria"
    ) -> bytes:
        """The body of a message from a person, which opens the window. A string is the text of a `text` message."""
        self.open_window(phone_number_id, wa_id)
        provider_id = f"wamid.IN{next(self._serial)}"
        self._inbound[provider_id] = phone_number_id
        part = {"body": content} if isinstance(content, str) else content
        spelled = self.wa_id(wa_id)
        message = graph_webhooks.message(provider_id, spelled, self.now(), kind, part)
        contacts = [graph_webhooks.contact(spelled, name)]
        change = graph_webhooks.change(phone_number_id, contacts=contacts, messages=[message])
        return graph_webhooks.envelope(self.numbers[phone_number_id].waba_id, change)

    def template_status(self, row: TemplateRow, event: str = "", **value: Any) -> bytes:
        """The body about a template's status; by default its own."""
        reason = row.rejected_reason if row.status == "REJECTED" else None
        told = {"event": event or row.status, "reason": reason, "message_template_category": row.category, **value}
        return graph_webhooks.template_event(row.waba_id, "message_template_status_update", row, self.now(), **told)

    def template_category(self, row: TemplateRow, **value: Any) -> bytes:
        """The body about a template's category, made (`previous_category`) or announced (`correct_category`)."""
        told = {"new_category": row.category, **value}
        return graph_webhooks.template_event(row.waba_id, "template_category_update", row, self.now(), **told)

    def template_quality(self, row: TemplateRow) -> bytes:
        told = {"previous_quality_score": "UNKNOWN", "new_quality_score": row.quality}
        return graph_webhooks.template_event(row.waba_id, "message_template_quality_update", row, self.now(), **told)

    def template_components(self, row: TemplateRow) -> bytes:
        told = {"message_template_element": row.body}
        return graph_webhooks.template_event(row.waba_id, "message_template_components_update", row, self.now(), **told)

    sign = staticmethod(graph_webhooks.sign)
    post_webhook = staticmethod(graph_webhooks.post_webhook)

    def _status(self, sent: Sent, state: str) -> bytes:
        code = (sent.fails_with or 131026) if state == "failed" else 0
        status = graph_webhooks.status(sent.wamid, state, sent.wa_id, self.now(), sent.attempt_id, code)
        value: dict[str, Any] = {"statuses": [status]}
        if state != "failed":
            value["contacts"] = [graph_webhooks.contact(sent.wa_id, "Maria")]
        change = graph_webhooks.change(sent.phone_number_id, **value)
        return graph_webhooks.envelope(self.numbers[sent.phone_number_id].waba_id, change)

    # The server

    def _answer(self, request: Request) -> Reply:
        parts = request.path.strip("/").split("/")
        edge = "debug_token" if parts[1:] == ["debug_token"] else parts[2] if len(parts) == 3 else "node"
        if edge == "messages" and b'"read"' in request.body and _object(request.body).get("status") == "read":
            edge = "reads"  # at the same address, and no message
        if edge == "messages":
            self._count_post(request)
        mode = self._modes.take(edge)
        if mode.name in BEFORE:
            return graph_replies.before(mode)
        try:
            answer = self._route(request, parts, edge, mode)
        except Refused as refusal:
            return graph_replies.as_json(refusal.status, refusal.body(details_as_text=mode.details_as_text))
        if mode.name == "hold":
            self._released.wait(_HOLD_SECONDS)
        return graph_replies.after(mode, answer)

    def _count_post(self, request: Request) -> None:
        try:
            attempt_id = json.loads(request.body).get("biz_opaque_callback_data", "")
        except (ValueError, AttributeError):
            attempt_id = ""
        with self._lock:
            self.posts[attempt_id] += 1

    def _route(self, request: Request, parts: list[str], edge: str, mode: Mode) -> dict[str, Any]:
        if not _VERSION.fullmatch(parts[0]) or not 2 <= len(parts) <= 3:
            raise Refused(2500, f"Unknown path components: {request.path}")
        if parts[1:] == ["debug_token"] and request.method == "GET":
            return graph_setup.debug_token(request, self.numbers.values())
        number = self._authorised(request, parts[1])
        match request.method, edge:
            case "POST", "reads" if number.phone_number_id == parts[1]:
                return self._mark_read(number, _object(request.body))
            case "POST", "messages" if number.phone_number_id == parts[1]:
                return self._message(number, request, mode)
            case "POST", "media" if number.phone_number_id == parts[1]:
                return self._upload(number, request)
            case "GET", "message_templates" if number.waba_id == parts[1]:
                rows = [row for row in self.templates if row.waba_id == parts[1]]
                return template_page(rows, request.query, f"{self.url}{request.path}")
            case "POST" | "DELETE", "message_templates" if number.waba_id == parts[1]:
                return self._templates(number, request)
            case "POST", "node" if (row := self._row(number, parts[1])) is not None:
                return self.desk.edit(row, _object(request.body))
            case "GET", "node" if number.phone_number_id == parts[1]:
                graph_setup.check_proof(number, request)
                return node(number, request.query.get("fields", ""))
        return graph_setup.account(number, request, edge, self.numbers.values())

    def _templates(self, number: Number, request: Request) -> dict[str, Any]:
        with self._lock:
            if request.method == "POST":
                return self.desk.create(number.waba_id, _object(request.body))
            name, provider_id = request.query.get("name", ""), request.query.get("hsm_id", "")
            return self.desk.delete(number.waba_id, name, provider_id)

    def _row(self, number: Number, provider_id: str) -> TemplateRow | None:
        mine = (row for row in self.templates if row.waba_id == number.waba_id)
        return next((row for row in mine if row.provider_id == provider_id), None)

    def _authorised(self, request: Request, object_id: str) -> Number:
        header = request.headers.get("authorization", "")
        if not header.startswith("Bearer "):
            raise Refused(104, "An access token is required to request this resource.", status=401)
        known = [number for number in self.numbers.values() if number.token == header.removeprefix("Bearer ")]
        if not known:
            raise Refused(190, "Invalid OAuth access token - Cannot parse access token", status=401)
        for number in known:
            if object_id in {number.phone_number_id, number.waba_id} or self._row(number, object_id):
                return number
        details = f"Object with ID '{object_id}' does not exist or cannot be loaded due to missing permissions"
        raise Refused(100, details, subcode=33)

    def _message(self, number: Number, request: Request, mode: Mode) -> dict[str, Any]:
        data = _object(request.body)
        kind = check_message(data)
        to = str(data.get("to", ""))
        wa_id = self.wa_id(to) if to else str(data.get("recipient"))
        with self._lock:
            self.check_rates(number, wa_id)
            fails_with = mode.code if mode.name == "async_fail" else self.later_failure(number, kind, data, wa_id)
            wamid = f"wamid.FAKE{next(self._serial):08d}"
            attempt_id = str(data.get("biz_opaque_callback_data", ""))
            sent = Sent(wamid, attempt_id, number.phone_number_id, to, wa_id, data, self.now(), fails_with)
            self.ledger.append(sent)
            self._by_wamid[wamid] = sent
            self.counts[attempt_id] += 1
        contact = {"input": to, "wa_id": wa_id} if to else {"input": wa_id, "user_id": wa_id}
        message = {"id": wamid, **({"message_status": "accepted"} if kind == "template" else {})}
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}

    def _mark_read(self, number: Number, data: Mapping[str, Any]) -> dict[str, Any]:
        message_id = str(data.get("message_id", ""))
        if data.get("messaging_product") != "whatsapp" or self._inbound.get(message_id) != number.phone_number_id:
            raise Refused(131009, "message_id is not of an inbound message of this number")
        self.reads.append(message_id)
        return {"success": True}

    def _upload(self, number: Number, request: Request) -> dict[str, Any]:
        mime_type, content = read_upload(request)
        media_id = f"9{next(self._serial):09d}"
        self.media[media_id] = (number.phone_number_id, mime_type, content)
        return {"id": media_id}


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except ValueError:
        data = None
    if isinstance(data, dict):
        return data
    raise Refused(100, "Invalid parameter")
