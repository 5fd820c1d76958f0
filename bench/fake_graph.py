"""The least that answers like Meta's Graph API, in a process of its own, and a ledger of what reached it.

The strict fake of the tests checks every field and so would be most of the time measured. This one answers at once and
counts each message by attempt id and by recipient: the one ledger that the product under test cannot embellish.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 20.0


@dataclass(frozen=True)
class Ledger:
    """What arrived since the last reset: how often each attempt id, and how often each recipient."""

    attempts: dict[str, int]
    recipients: dict[str, int]


class FakeGraph:
    """The fake's process for the length of a `with` block; it also ends by itself when this process does."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.fake_graph"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(START_SECONDS)
        self._process.stdout.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def reset(self) -> None:
        self._ask("POST", "/reset")

    def ledger(self) -> Ledger:
        return Ledger(**self._ask("GET", "/ledger"))

    def _ask(self, method: str, path: str) -> Any:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        try:
            connection.request(method, path)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


class _Graph:
    def __init__(self) -> None:
        self.attempts: Counter[str] = Counter()
        self.recipients: Counter[str] = Counter()
        self.serial = 0

    def answer(self, target: bytes, body: bytes) -> tuple[int, dict[str, Any]]:
        if target.endswith(b"/messages"):
            return self._message(json.loads(body))
        if target == b"/ledger":
            return 200, {"attempts": self.attempts, "recipients": self.recipients}
        if target == b"/reset":
            self.attempts.clear()
            self.recipients.clear()
            return 200, {}
        return 404, {"error": {"code": 2500, "message": "unknown path"}}

    def _message(self, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        attempt, to = data["biz_opaque_callback_data"], data["to"]
        self.attempts[attempt] += 1
        self.recipients[to] += 1
        self.serial += 1
        return 200, {
            "messaging_product": "whatsapp",
            "contacts": [{"input": to, "wa_id": to.removeprefix("+")}],
            "messages": [{"id": f"wamid.BENCH{self.serial:09d}", "message_status": "accepted"}],
        }


class _Http(asyncio.Protocol):
    """HTTP/1.1 with keep-alive and Content-Length, one request at a time."""

    def __init__(self, graph: _Graph) -> None:
        self._graph = graph
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            length, start = _content_length(self._data[:end]), end + 4
            if len(self._data) < start + length:
                return
            target = self._data.split(b" ", 2)[1]
            status, answer = self._graph.answer(target, self._data[start : start + length])
            self._data = self._data[start + length :]
            self._write(status, json.dumps(answer).encode())

    def _write(self, status: int, body: bytes) -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def _serve() -> None:
    loop, graph, ended = asyncio.get_running_loop(), _Graph(), asyncio.Event()
    server = await loop.create_server(lambda: _Http(graph), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop.add_reader(sys.stdin.fileno(), lambda: ended.set() if not os.read(sys.stdin.fileno(), 64) else None)
    await ended.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve())
