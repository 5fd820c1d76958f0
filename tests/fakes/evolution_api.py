"""A strict fake of Evolution API v2: a real local server with the checks, answers and bad manners of the real one.

    with EvolutionApi() as evolution:
        evolution.add_instance("cobranca", "apikey")
        evolution.scan("cobranca", "551130001000")
        ...
        evolution.says("cobranca", "5511987654321", {"conversation": "oi"})
        bodies = evolution.take()

Nothing moves by itself; the webhooks wait for `take`. A call to no route of the real one fails the test at its end.
"""

from __future__ import annotations

import base64
import itertools
import json
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import unquote

from tests.fakes import evolution_replies as replies
from tests.fakes.evolution_state import Bad, Instance, Posted, Sent, check, file_of
from tests.fakes.http_server import HttpServer, Reply, Request
from tests.fakes.plug_state import BEFORE, Mode, Modes

_HOLD_SECONDS = 30.0
_PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")

Route = Callable[["EvolutionApi", Instance, Mapping[str, Any], Mapping[str, str]], Any]


class EvolutionApi:
    """See the module. `global_key` may do everything, as on the real one."""

    def __init__(self, global_key: str = "global-key") -> None:
        self.global_key = global_key
        self.instances: dict[str, Instance] = {}
        self.ledger: list[Sent] = []
        self.read: list[dict[str, Any]] = []
        self.unexpected: list[str] = []
        self.canonical: dict[str, str] = {}
        self.without_whatsapp: set[str] = set()
        self.files: dict[str, tuple[str, bytes]] = {}
        self._posted: list[Posted] = []
        self._serial = itertools.count(1)
        self._modes = Modes()
        self._lock = threading.RLock()
        self._released = threading.Event()
        self._server = HttpServer(self._answer)

    @property
    def url(self) -> str:
        return self._server.url

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._released.set()
        self._server.stop()
        if kind is None and self.unexpected:
            raise AssertionError(f"calls that Evolution API does not have: {self.unexpected}")

    # What a test arranges

    def add_instance(self, name: str, token: str) -> Instance:
        self.instances[name] = Instance(name, token)
        return self.instances[name]

    def next(self, name: str, *, action: str = "*", **options: Any) -> None:
        """Queue a mode for the next request, or for the next of one action ("sendText"); see `plug_state.Mode`."""
        self._modes.queue[action].append(Mode(name, **options))

    def release(self) -> None:
        """Let go of the requests held by `hold`, and of later ones."""
        self._released.set()

    def scan(self, name: str, phone: str) -> None:
        """A phone reads the code."""
        instance = self.instances[name]
        instance.state, instance.phone, instance.pairing = "open", phone, ""
        self.post(name, "connection.update", {"instance": name, "state": "open", "statusReason": 200})

    def lose(self, name: str, reason: int = 401) -> None:
        """The session ends: 401 is a person who removed the device."""
        self.instances[name].state = "close"
        self.post(name, "status.instance", {"instance": name, "status": "closed", "disconnectionReasonCode": reason})
        self.post(name, "connection.update", {"instance": name, "state": "close", "statusReason": reason})

    def says(self, name: str, number: str, message: Mapping[str, Any], **more: Any) -> str:
        """A person writes; `key` among `more` changes the message's key. Returns the message's id."""
        message_id = f"3A{next(self._serial):018X}"
        key = {"remoteJid": f"{number}@s.whatsapp.net", "fromMe": False, "id": message_id, **more.pop("key", {})}
        data = {
            "key": key,
            "pushName": "Maria",
            "status": "DELIVERY_ACK",
            "message": message,
            "messageType": next(iter(message), "unknown"),
            "messageTimestamp": int(datetime.now(UTC).timestamp()),
            "instanceId": "d9f0",
            "source": "android",
        }
        self.post(name, "messages.upsert", {**data, **more})
        return str(key["id"])

    def tell(self, name: str, sent: Sent, status: str) -> None:
        """A status of a message that was sent through the fake; `messageId` is the database's."""
        known = {"keyId": sent.message_id, "remoteJid": sent.jid, "fromMe": True, "messageId": "cm3dbid"}
        self.post(name, "messages.update", {**known, "status": status, "instanceId": "d9f0"})

    def post(self, name: str, event: str, data: Any) -> None:
        """An event as it goes out, if the instance's webhook wants it."""
        instance = self.instances[name]
        hook = instance.webhook
        if not hook.get("enabled") or event.replace(".", "_").replace("-", "_").upper() not in hook["events"]:
            return
        body = {
            "event": event,
            "instance": name,
            "data": data,
            "destination": hook["url"],
            "date_time": "2026-03-02T09:00:00.000Z",
            "sender": f"{instance.phone}@s.whatsapp.net",
            "server_url": self.url,
            "apikey": instance.token,
        }
        self._posted.append(Posted(hook["url"], json.dumps(body).encode(), dict(hook["headers"])))

    def take(self) -> list[Posted]:
        """The webhooks that wait, in order."""
        taken, self._posted = self._posted, []
        return taken

    # The server

    def _answer(self, request: Request) -> Reply:
        path = request.path.strip("/").split("/")
        action = path[1] if len(path) > 1 else ""
        mode = self._modes.take(action)
        if mode.name in BEFORE:
            return replies.before(mode)
        try:
            with self._lock:
                status, data = self._route(request, path)
        except Bad as error:
            return replies.refused(error)
        if mode.name == "hold":
            self._released.wait(_HOLD_SECONDS)
        return replies.after(mode, replies.as_json(status, data))

    def _route(self, request: Request, path: list[str]) -> tuple[int, Any]:
        found = ROUTES.get((request.method, "/".join(path[:2])))
        if found is None or len(path) != (2 if path[1] == "fetchInstances" else 3):
            self.unexpected.append(f"{request.method} {request.path}")
            raise Bad(404, "Not Found", [f"Cannot {request.method} {request.path}"])
        status, run, schema = found
        name = request.query.get("instanceName", "") if len(path) == 2 else unquote(path[2])
        instance = self._authorised(request, name)
        return status, run(self, instance, check(request, schema), request.query)

    def _authorised(self, request: Request, name: str) -> Instance:
        key, instance = request.headers.get("apikey", ""), self.instances.get(name)
        if not key or (key != self.global_key and (instance is None or instance.token != key)):
            raise Bad(401, "Unauthorized", "Unauthorized")
        if instance is None:
            raise Bad(404, "Not Found", [f'The "{name}" instance does not exist'])
        return instance

    def _state(self, instance: Instance, _body: Mapping[str, Any], _query: Mapping[str, str]) -> Any:
        return {"instance": {"instanceName": instance.name, "state": instance.state}}

    def _connect(self, instance: Instance, _body: Mapping[str, Any], query: Mapping[str, str]) -> Any:
        if instance.state == "open":
            return self._state(instance, {}, {})
        if instance.state == "close":
            instance.pairing = "ABCD1234" if query.get("number") else ""
        instance.state = "connecting"
        instance.codes += 1
        picture = f"data:image/png;base64,{base64.b64encode(_PNG).decode()}"
        code = f"2@{instance.name}-{instance.codes}"
        return {"pairingCode": instance.pairing or None, "code": code, "base64": picture, "count": instance.codes}

    def _restart(self, instance: Instance, _body: Mapping[str, Any], _query: Mapping[str, str]) -> Any:
        if instance.state == "close":  # an exception object of the real one, written as a string
            return {"error": True, "message": "[object Object]"}
        return self._state(instance, {}, {})

    def _logout(self, instance: Instance, _body: Mapping[str, Any], _query: Mapping[str, str]) -> Any:
        if instance.state == "close":
            raise Bad(400, "Bad Request", [f'The "{instance.name}" instance is not connected'])
        instance.state, instance.phone = "close", ""
        return {"status": "SUCCESS", "error": False, "response": {"message": "Instance logged out"}}

    def _fetch(self, instance: Instance, _body: Mapping[str, Any], _query: Mapping[str, str]) -> Any:
        owner = f"{instance.phone}@s.whatsapp.net" if instance.phone else None
        return [{"id": "d9f0", "name": instance.name, "connectionStatus": instance.state, "ownerJid": owner}]

    def _set_webhook(self, instance: Instance, body: Mapping[str, Any], _query: Mapping[str, str]) -> Any:
        instance.webhook = {"headers": {}, "events": [], **body["webhook"]}
        return {"id": "cm3hook", **instance.webhook}

    def _numbers(self, instance: Instance, body: Mapping[str, Any], _query: Mapping[str, str]) -> Any:
        self._require_link(instance)
        return [self._known(number) for number in body["numbers"]]

    def _known(self, number: str) -> dict[str, Any]:
        jid = number if "@" in number else f"{self.canonical.get(number, number)}@s.whatsapp.net"
        return {"jid": jid, "exists": number not in self.without_whatsapp, "number": number}

    def _send(self, instance: Instance, body: Mapping[str, Any], _query: Mapping[str, str]) -> Any:
        self._require_link(instance)
        found = self._known(body["number"])
        if not found["exists"]:
            raise Bad(400, "Bad Request", [found])
        message_id = f"3EB0{next(self._serial):016X}"
        content = file_of(body.get("media", body.get("audio", "")))
        self.ledger.append(Sent(message_id, found["jid"], dict(body), content))
        key = {"remoteJid": found["jid"], "fromMe": True, "id": message_id}
        return {"key": key, "pushName": "Você", "status": "PENDING", "message": {}, "messageTimestamp": 1772450000}

    def _mark_read(self, _instance: Instance, body: Mapping[str, Any], _query: Mapping[str, str]) -> Any:
        self.read.extend(body["readMessages"])
        return {"message": "Read messages", "read": "success"}

    def _file(self, _instance: Instance, body: Mapping[str, Any], _query: Mapping[str, str]) -> Any:
        found = self.files.get(body["message"]["key"]["id"])
        if found is None:
            raise Bad(400, "Bad Request", ["Message not found"])
        mime_type, content = found
        return {"mediaType": "x", "mimetype": mime_type, "base64": base64.b64encode(content).decode(), "buffer": None}

    def _require_link(self, instance: Instance) -> None:
        """Baileys throws, and nobody catches it before the server's last handler."""
        if instance.state != "open":
            raise Bad(500, "Internal Server Error", "Connection Closed")


ROUTES: dict[tuple[str, str], tuple[int, Route, dict[str, type]]] = {
    ("GET", "instance/connectionState"): (200, EvolutionApi._state, {}),
    ("GET", "instance/connect"): (200, EvolutionApi._connect, {}),
    ("POST", "instance/restart"): (200, EvolutionApi._restart, {}),
    ("DELETE", "instance/logout"): (200, EvolutionApi._logout, {}),
    ("GET", "instance/fetchInstances"): (200, EvolutionApi._fetch, {}),
    ("POST", "webhook/set"): (201, EvolutionApi._set_webhook, {"webhook": dict}),
    ("POST", "chat/whatsappNumbers"): (200, EvolutionApi._numbers, {"numbers": list}),
    ("POST", "chat/markMessageAsRead"): (201, EvolutionApi._mark_read, {"readMessages": list}),
    ("POST", "chat/getBase64FromMediaMessage"): (201, EvolutionApi._file, {"message": dict}),
    ("POST", "message/sendText"): (201, EvolutionApi._send, {"number": str, "text": str}),
    ("POST", "message/sendWhatsAppAudio"): (201, EvolutionApi._send, {"number": str, "audio": str}),
    ("POST", "message/sendMedia"): (201, EvolutionApi._send, {"number": str, "mediatype": str, "media": str}),
}
