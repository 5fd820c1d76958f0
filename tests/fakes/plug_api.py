"""A strict fake of PlugMessage: a real local server with the checks, the queue and the bad manners of the real one.

    with PlugApi() as plug:
        plug.add_instance("3C00", "token", "client-token")
        gateway.link.configure_webhooks(line, "https://portal.example/w/secret")
        gateway.link.qr(line)
        plug.scan("3C00", "551130001000")
        ...
        plug.drain("3C00")
        bodies = plug.take()

Other processes reach it at `plug.url`. Nothing moves by itself: `tick`, `drain`, `scan` and `lose` do, and the webhooks
wait for `take` or `post_all`. A call that is in none of the provider's pages fails the test at its end.
"""

from __future__ import annotations

import itertools
import json
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from tests.fakes import plug_replies
from tests.fakes.http_server import HttpServer, Reply, Request
from tests.fakes.plug_routes import ROUTES, SETTERS, Routes
from tests.fakes.plug_rules import MEDIA
from tests.fakes.plug_state import ANY, BEFORE, MEDIA_LIFE, Instance, Mode, Modes, Refused

_HOLD_SECONDS = 30.0
_LAPSED = "To continue sending a message, you must subscribe to this instance again"
_UNKNOWN_ROUTE = {"message": "Unable to find matching target resource method"}
_SENDS = ("send-text", "send-button-list", "send-option-list", "send-document/", *sorted(MEDIA))


@dataclass(frozen=True)
class File:
    """Media of an inbound message; it may lie about its type or lead elsewhere."""

    content: bytes
    mime_type: str
    redirect: str
    made_at: datetime


class PlugApi(Routes):
    """See the module. `allowed` is the account's list of addresses, None for everyone."""

    def __init__(self, now: Callable[[], datetime] | None = None, *, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(now)
        self.calls: list[tuple[str, str]] = []
        self.posts: Counter[str] = Counter()
        self.unexpected: list[str] = []
        self.allowed: set[str] | None = None
        self._files: dict[str, File] = {}
        self._file_serial = itertools.count(1)
        self._modes = Modes()
        self._released = threading.Event()
        self._server = HttpServer(self._answer, tls)

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
            raise AssertionError(f"calls that PlugMessage does not document: {self.unexpected}")

    def next(self, name: str, *, action: str = ANY, **options: Any) -> None:
        """Queue a mode for the next request, or for the next of one action; see `plug_state.Mode`."""
        self._modes.queue[action].append(Mode(name, **options))

    def always(self, name: str, *, action: str = ANY, **options: Any) -> None:
        """The mode of every request for which none is queued."""
        self._modes.lasting[action] = Mode(name, **options)

    def release(self) -> None:
        """Let go of the requests held by `hold`, and of later ones."""
        self._released.set()

    def add_file(self, content: bytes, mime_type: str = "image/jpeg", redirect: str = "") -> str:
        """The address of media as inbound events give it: for 30 days, without any credential."""
        name = f"{next(self._file_serial)}"
        self._files[name] = File(content, mime_type, redirect, self.now())
        return f"{self.url}/media/{name}"

    # The server

    def _answer(self, request: Request) -> Reply:
        parts = request.path.strip("/").split("/")
        if parts[0] == "media":
            return self._media(parts[-1])
        if len(parts) < 5 or (parts[0], parts[2]) != ("instances", "token"):
            self.unexpected.append(f"{request.method} outside of an instance")
            return plug_replies.as_json(404, {"error": "NOT_FOUND"})
        action = "/".join(parts[4:])
        self.calls.append((request.method, action))
        self.posts[action] += 1
        mode = self._modes.take(action)
        if mode.name in BEFORE:
            return plug_replies.before(mode)
        try:
            with self._lock:
                answer = self._route(request, parts[1], parts[3], action)
        except Refused as refusal:
            return plug_replies.as_json(refusal.status, refusal.body)
        if mode.name == "hold":
            self._released.wait(_HOLD_SECONDS)
        return plug_replies.after(mode, answer if isinstance(answer, Reply) else plug_replies.as_json(200, answer))

    def _route(self, request: Request, instance_id: str, token: str, action: str) -> Any:
        instance = self._authorised(request, instance_id, token)
        self._check_subscription(instance, action)
        if action in SETTERS:
            return self._set_webhook(instance, self._object(request, "PUT"), "", action)
        if action.startswith(_SENDS):
            return self._send_message(instance, self._object(request, "POST"), "", action)
        known = [(verb, found, run) for verb, path, run in ROUTES if (found := path.fullmatch(action))]
        for verb, found, run in known:
            if verb == request.method:
                return run(self, instance, self._object(request, verb), found[1] or "")
        self.unexpected.append(f"{request.method} {action}")
        if known:
            raise Refused(405, "Method Not Allowed")
        raise Refused(200, "NOT_FOUND", **_UNKNOWN_ROUTE)

    def _authorised(self, request: Request, instance_id: str, token: str) -> Instance:
        instance = self.instances.get(instance_id)
        if instance is None or instance.deleted or instance.token != token:
            raise Refused(404, "Instance not found")
        if self.allowed is not None and "127.0.0.1" not in self.allowed:
            raise Refused(403, "127.0.0.1 not allowed")
        given = request.headers.get("client-token")
        hiccup, instance.switches.token_hiccup = (
            instance.switches.token_hiccup,
            max(instance.switches.token_hiccup - 1, 0),
        )
        if instance.client_token and (given is None or hiccup):
            raise Refused(400, "your client-token is not configured")
        if instance.client_token and given != instance.client_token:
            raise Refused(403, f"Client-Token {given} not allowed")
        return instance

    def _check_subscription(self, instance: Instance, action: str) -> None:
        if instance.suspended and not (action == "status" and instance.switches.status_hides_suspension):
            raise Refused(400, _LAPSED)

    def _object(self, request: Request, verb: str) -> Mapping[str, Any]:
        if request.method != verb:
            self.unexpected.append(f"{request.method} where {verb} is documented")
            raise Refused(405, "Method Not Allowed")
        if verb in {"GET", "DELETE"}:
            return {}
        if not request.headers.get("content-type", "").startswith("application/json"):
            raise Refused(415, "Unsupported Media Type")
        try:
            data = json.loads(request.body)
        except ValueError:
            data = None
        if isinstance(data, dict):
            return data
        raise Refused(400, "Malformed JSON")

    def _media(self, name: str) -> Reply:
        file = self._files.get(name)
        if file is None or self.now() - file.made_at > MEDIA_LIFE:
            return Reply(404, b"", "text/plain")
        if file.redirect:
            return Reply(302, b"", headers=(("Location", file.redirect),))
        return Reply(200, file.content, file.mime_type)
