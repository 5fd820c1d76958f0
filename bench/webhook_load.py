"""The load of the webhook benchmark: distinct bodies of Meta's shape, signed, over kept-alive connections.

One thread and an epoll, so that the machine's processors are left to the server that is measured.
"""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench.company import APP_SECRET, PHONE_NUMBER_ID, WABA_ID
from portal.gateways.cloud_api_webhooks import SIGNATURE_HEADER, sign

TEXT = "Bom dia, recebi a mensagem de vocês e quero saber como posso pagar esse valor em parcelas. Meu nome está sujo? "
TEXTS = 4
TIMEOUT = 10.0


@dataclass(frozen=True)
class Post:
    body: bytes
    request: bytes


@dataclass
class Turn:
    """What one server did with its posts: `accepted` are the bodies that it answered with 200."""

    elapsed: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    accepted: list[bytes] = field(default_factory=list)
    refused: int = 0

    @property
    def per_second(self) -> float:
        return len(self.accepted) / self.elapsed if self.elapsed else 0.0


@dataclass
class _Wire:
    socket: socket.socket
    post: Post
    sent_at: float
    answer: bytes = b""


def posts(count: int, path: str, first: int) -> list[Post]:
    """So many requests, from body number `first` on; no two bodies are equal."""
    return [_post(_body(first + number), path) for number in range(count)]


def _body(number: int) -> bytes:
    wa_id, user_id = f"55119{70_000_000 + number % 1_000_000}", f"BR.{number:020d}"
    message = {
        "from": wa_id,
        "from_user_id": user_id,
        "id": f"wamid.HBgNNTUxMTk4NzY1NDMyMRUCABIYFDNB{number:032X}",
        "timestamp": str(1_772_450_000 + number),
        "text": {"body": f"{TEXT * TEXTS}{number}"},
        "type": "text",
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "551130001000", "phone_number_id": PHONE_NUMBER_ID},
        "contacts": [{"profile": {"name": f"Devedor {number:06d}"}, "wa_id": wa_id, "user_id": user_id}],
        "messages": [message],
    }
    entry = {"id": WABA_ID, "changes": [{"value": value, "field": "messages"}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, separators=(",", ":")).encode()


def _post(body: bytes, path: str) -> Post:
    head = (
        f"POST {path} HTTP/1.1",
        "Host: portal.example",
        "Accept: */*",
        "User-Agent: facebookexternalua",
        "Content-Type: application/json",
        f"{SIGNATURE_HEADER}: {sign(body, APP_SECRET)}",
        f"Content-Length: {len(body)}",
    )
    return Post(body, "\r\n".join(head).encode() + b"\r\n\r\n" + body)


def run(port: int, given: Sequence[Post], connections: int, seconds: float) -> Turn:
    """Post them all, or what can be done in so many seconds, always one request a connection under way."""
    turn, waiting = Turn(), iter(given)
    poll, begun = select.epoll(), time.perf_counter()
    wires = {wire.socket.fileno(): wire for wire in _open(port, waiting, connections, poll)}
    while wires:
        ready = poll.poll(TIMEOUT)
        if not ready:
            raise TimeoutError(f"no answer within {TIMEOUT:.0f} s")
        for number, _ in ready:
            if not _read(wires[number], turn):
                continue
            following = next(waiting, None) if time.perf_counter() - begun < seconds else None
            if following is None:
                poll.unregister(number)
                wires.pop(number).socket.close()
            else:
                _send(wires[number], following)
    turn.elapsed = time.perf_counter() - begun
    poll.close()
    return turn


def _open(port: int, waiting: Iterator[Post], connections: int, poll: select.epoll) -> Iterator[_Wire]:
    for _, post in zip(range(connections), waiting, strict=False):
        opened = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(opened, select.EPOLLIN)
        wire = _Wire(opened, post, 0.0)
        _send(wire, post)
        yield wire


def _send(wire: _Wire, post: Post) -> None:
    wire.post, wire.answer, wire.sent_at = post, b"", time.perf_counter()
    wire.socket.sendall(post.request)


def _read(wire: _Wire, turn: Turn) -> bool:
    """Take in what came; True when the answer is whole."""
    received = wire.socket.recv(65_536)
    if not received:
        raise ConnectionError("the server closed a kept-alive connection")
    wire.answer += received
    head, ended, rest = wire.answer.partition(b"\r\n\r\n")
    if not ended or len(rest) < _length(head):
        return False
    turn.latencies_ms.append((time.perf_counter() - wire.sent_at) * 1000)
    if head.startswith(b"HTTP/1.1 200 "):
        turn.accepted.append(wire.post.body)
    else:
        turn.refused += 1
    return True


def _length(head: bytes) -> int:
    lengths = (line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    return int(next(lengths, b"0"))
