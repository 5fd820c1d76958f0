"""A small, fast HTTP/1.1 server with keep-alive whose answers may also be cut, held back or malformed."""

from __future__ import annotations

import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

MAX_REQUEST = 110_000_000


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """`cut`: close without one byte of answer; `reset`: the same with a TCP reset; `claim`: bytes that never come."""

    status: int
    body: bytes
    content_type: str = "application/json"
    cut: bool = False
    reset: bool = False
    claim: int = 0
    headers: tuple[tuple[str, str], ...] = ()

    def encoded(self) -> bytes:
        head = [
            f"HTTP/1.1 {self.status} X",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body) + self.claim}",
            *(f"{name}: {value}" for name, value in self.headers),
        ]
        return "\r\n".join(head).encode() + b"\r\n\r\n" + self.body


class _Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        self.server.sockets.add(self.connection)
        try:
            while (request := self._read()) is not None:
                if not self._answer(self.server.app(request)):
                    return
        except OSError:
            return
        finally:
            self.server.sockets.discard(self.connection)

    def _answer(self, reply: Reply) -> bool:
        if reply.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if reply.cut or reply.reset:
            return False
        self.wfile.write(reply.encoded())
        return not reply.claim

    def _read(self) -> Request | None:
        line = self.rfile.readline(65_536)
        if not line.strip():
            return None
        method, target, _ = line.decode("latin-1").split(" ", 2)
        headers = dict(self._headers())
        length = int(headers.get("content-length", "0"))
        if length > MAX_REQUEST:
            return None
        parts = urlsplit(target)
        return Request(method, parts.path, dict(parse_qsl(parts.query)), headers, self.rfile.read(length))

    def _headers(self) -> list[tuple[str, str]]:
        found = []
        while (line := self.rfile.readline(65_536)) not in (b"\r\n", b"\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            found.append((name.strip().lower(), value.strip()))
        return found


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, app: Callable[[Request], Reply], tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.app = app
        self.sockets: set[socket.socket] = set()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away in the middle is what some tests are about; a fault of the fake is still shown."""
        super().handle_error(request, client_address)  # type: ignore[arg-type]


class HttpServer:
    """Serves `app` from threads of this process, on a free port of 127.0.0.1, until the end of the `with` block."""

    def __init__(self, app: Callable[[Request], Reply], tls: ssl.SSLContext | None = None) -> None:
        self._scheme = "http" if tls is None else "https"
        self._server = _Server(app, tls)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.drop_connections()
        self._thread.join()

    def drop_connections(self) -> None:
        """Close every open keep-alive connection, as a provider does with idle ones."""
        for connection in list(self._server.sockets):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
