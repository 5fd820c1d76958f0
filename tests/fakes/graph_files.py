"""Files that people sent, on the fake Graph API's side: ids of seven days, addresses of five minutes, a token for both."""

from __future__ import annotations

import base64
import hashlib
import itertools
import socketserver
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from tests.fakes import graph_webhooks
from tests.fakes.graph_api import GraphApi
from tests.fakes.graph_replies import as_json
from tests.fakes.graph_rules import Refused
from tests.fakes.http_server import Reply, Request

ID_LIFE = timedelta(days=7)
URL_LIFE = timedelta(minutes=5)


@dataclass
class SentFile:
    """`manner` of its download: "", cut, claim (a length of 200 MB), redirect, gone, html_502; `url` replaces the address
    that Meta gives; `told_size` what it says of the size; `mime_type` and `digest` are what it claims."""

    media_id: str
    phone_number_id: str
    content: bytes
    mime_type: str
    at: datetime
    digest: bytes
    manner: str = ""
    url: str = ""
    told_size: int | None = None

    def in_webhook(self, filename: str = "", caption: str = "") -> dict[str, Any]:
        found = {"id": self.media_id, "mime_type": self.mime_type, "sha256": base64.b64encode(self.digest).decode()}
        return {**found, **({"filename": filename} if filename else {}), **({"caption": caption} if caption else {})}


@dataclass
class FileDesk:
    """The files, the addresses that were given out, and every download with the token that it came with."""

    files: dict[str, SentFile] = field(default_factory=dict)
    addresses: dict[str, tuple[SentFile, datetime]] = field(default_factory=dict)
    downloads: list[tuple[str, str]] = field(default_factory=list)
    infos: list[str] = field(default_factory=list)
    serial: Any = field(default_factory=lambda: itertools.count(1))


class GraphFiles(GraphApi):
    """A GraphApi that people send files to."""

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        super().__init__(now)
        self.desk_of_files = FileDesk()

    def add_file(self, phone_number_id: str, content: bytes, mime_type: str, **options: Any) -> SentFile:
        """A file as it reached Meta; see SentFile for the options."""
        media_id = f"77{next(self.desk_of_files.serial):010d}"
        digest = options.pop("digest", hashlib.sha256(content).digest())
        file = SentFile(media_id, phone_number_id, content, mime_type, self.now(), digest, **options)
        self.desk_of_files.files[media_id] = file
        return file

    def message_with(
        self,
        file: SentFile,
        wa_id: str,
        kind: str,
        *,
        filename: str = "",
        caption: str = "",
        waba_id: str = "202000001",
    ) -> bytes:
        """The webhook body of a message with a file."""
        provider_id = f"wamid.FILE{next(self.desk_of_files.serial)}"
        content = file.in_webhook(filename, caption)
        message = graph_webhooks.message(provider_id, wa_id, self.now(), kind, content)
        contacts = [graph_webhooks.contact(wa_id, "Maria")]
        change = graph_webhooks.change(file.phone_number_id, messages=[message], contacts=contacts)
        return graph_webhooks.envelope(waba_id, change)

    def _answer(self, request: Request) -> Reply:
        parts = request.path.strip("/").split("/")
        if parts[0] == "lookaside":
            return self._download(request, parts[1])
        if request.method == "GET" and len(parts) == 2 and parts[1].startswith("77"):
            try:
                return as_json(200, self._info(request, parts[1]))
            except Refused as refusal:
                return as_json(refusal.status, refusal.body())
        return super()._answer(request)

    def _info(self, request: Request, media_id: str) -> dict[str, Any]:
        desk = self.desk_of_files
        desk.infos.append(media_id)
        file = desk.files.get(media_id)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        number = next((each for each in self.numbers.values() if each.token == token), None)
        if number is None:
            raise Refused(190, "Invalid OAuth access token", status=401)
        asked = request.query.get("phone_number_id", number.phone_number_id)
        if file is None or file.phone_number_id != asked or self.now() >= file.at + ID_LIFE:
            raise Refused(100, f"Object with ID '{media_id}' does not exist", subcode=33)
        key = f"k{next(desk.serial)}"
        desk.addresses[key] = file, self.now()
        size = len(file.content) if file.told_size is None else file.told_size
        return {
            "messaging_product": "whatsapp",
            "url": file.url or f"{self.url}/lookaside/{key}",
            "mime_type": file.mime_type,
            "sha256": file.digest.hex(),
            "file_size": str(size),
            "id": media_id,
        }

    def _download(self, request: Request, key: str) -> Reply:
        token = request.headers.get("authorization", "")
        self.desk_of_files.downloads.append((key, token))
        file, at = self.desk_of_files.addresses.get(key, (None, None))
        known = token.removeprefix("Bearer ") in {number.token for number in self.numbers.values()}
        if file is None or at is None or self.now() > at + URL_LIFE or not known or file.manner == "gone":
            return Reply(404, b"", "text/plain")
        match file.manner:
            case "redirect":
                return Reply(302, b"", headers=(("Location", f"{self.url}/elsewhere"),))
            case "html_502":
                return Reply(502, b"<html></html>", "text/html")
            case "cut":
                return Reply(200, file.content, file.mime_type, claim=10)
            case "claim":
                return Reply(200, file.content, file.mime_type, claim=200_000_000)
        return Reply(200, file.content, file.mime_type)


class _Endless(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.recv(65_536)
        self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nConnection: close\r\n\r\n")
        try:
            while True:
                self.request.sendall(b"\xff\xd8\xff" + b"x" * 65_533)
                self.server.sent += 65_536  # type: ignore[attr-defined]
        except OSError:
            return


class EndlessServer:
    """Answers every request with a body that never ends, and counts what it got rid of."""

    def __init__(self) -> None:
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Endless)
        self._server.daemon_threads = True
        self._server.sent = 0  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def sent(self) -> int:
        return int(self._server.sent)  # type: ignore[attr-defined]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
