"""A small SMTP server that keeps what it is given, and can refuse, hang up or dawdle.

with SmtpServer() as post:
    post.next("drop_after_data")
    ...
    assert [mail["Subject"] for mail in post.mails] == ["…"]
"""

from __future__ import annotations

import base64
import socketserver
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self, cast

MODES = (
    "refuse_recipient",  # 550 to RCPT: for ever
    "busy",  # 451 to RCPT: later perhaps
    "refuse_data",  # 554 to the content: for ever
    "busy_data",  # 451 to the content
    "drop_before_data",  # hangs up at DATA
    "drop_after_data",  # takes the content, and hangs up without a word
    "slow",  # waits before its last word
)


@dataclass(frozen=True)
class Envelope:
    sender: str
    recipients: tuple[str, ...]
    raw: bytes = field(repr=False)

    @property
    def mail(self) -> EmailMessage:
        return cast(EmailMessage, message_from_bytes(self.raw, policy=policy.default))


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.sender, self.recipients = "", []
        mode = self.server.take()
        self._say("220 correio.example ESMTP")
        while line := self.rfile.readline(1024):
            verb, _, rest = line.decode("latin-1").strip().partition(" ")
            if not self._obey(verb.upper(), rest, mode):
                return

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def _obey(self, verb: str, rest: str, mode: str) -> bool:
        if verb == "QUIT":
            return False
        if verb == "EHLO":
            self._say("250-correio.example\r\n250 AUTH PLAIN")
        elif verb == "AUTH":
            self._log_in(rest)
        elif verb == "MAIL":
            self.sender = rest.partition("<")[2].partition(">")[0]
            self._say("250 ok")
        elif verb == "RCPT":
            self._recipient(rest, mode)
        elif verb == "DATA":
            return self._data(mode)
        else:
            self._say("250 ok")
        return True

    def _log_in(self, rest: str) -> None:
        given = base64.b64decode(rest.removeprefix("PLAIN ")).decode().split("\0")[1:]
        good = tuple(given) == self.server.login
        self._say("235 ok" if good else f"535 no such login: {given}")

    def _recipient(self, rest: str, mode: str) -> None:
        if mode in ("refuse_recipient", "busy"):
            self._say("550 nobody here" if mode == "refuse_recipient" else "451 later")
            return
        self.recipients.append(rest.partition("<")[2].partition(">")[0])
        self._say("250 ok")

    def _data(self, mode: str) -> bool:
        if mode == "drop_before_data":
            return False
        self._say("354 go ahead")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if mode in ("refuse_data", "busy_data"):
            self._say("554 no" if mode == "refuse_data" else "451 later")
            return True
        if mode == "slow":
            time.sleep(self.server.delay)
        self.server.envelopes.append(Envelope(self.sender, tuple(self.recipients), b"".join(lines)))
        if mode != "drop_after_data":
            self._say("250 taken")
        return mode != "drop_after_data"


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.envelopes: list[Envelope] = []
        self.login: tuple[str, ...] = ("portal", "senha secreta")
        self.delay = 0.0
        self.lines = 0
        self.modes: deque[str] = deque()
        self.lasting = ""

    def take(self) -> str:
        self.lines += 1
        return self.modes.popleft() if self.modes else self.lasting


class SmtpServer:
    """See the module. `lines` counts the connections, `always` sets the mode of every further one."""

    def __init__(self) -> None:
        self._server = _Server()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"smtp://portal:senha%20secreta@127.0.0.1:{self.port}"

    @property
    def envelopes(self) -> list[Envelope]:
        return self._server.envelopes

    @property
    def mails(self) -> list[EmailMessage]:
        return [each.mail for each in self.envelopes]

    @property
    def lines(self) -> int:
        return self._server.lines

    def next(self, *modes: str) -> None:
        assert set(modes) <= set(MODES)
        self._server.modes.extend(modes)

    def always(self, mode: str, delay: float = 0.0) -> None:
        self._server.lasting, self._server.delay = mode, delay

    def forget_logins(self) -> None:
        """From now on every password is wrong."""
        self._server.login = ("somebody", "else")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
