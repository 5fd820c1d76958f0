"""The SMTP server of `smtp_server` behind TLS: from the first byte ("smtps"), or after STARTTLS ("starttls").

"stripped" is one that offers no STARTTLS, as somebody in between would have it.
"""

from __future__ import annotations

import ssl

from tests.fakes import smtp_server
from tests.fakes.smtp_server import SmtpServer


class _Handler(smtp_server._Handler):
    server: _Server

    def setup(self) -> None:
        self.secured = False
        if self.server.how == "smtps":
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
            self.secured = True
        super().setup()

    def _obey(self, verb: str, rest: str, mode: str) -> bool:
        self.server.heard.append((verb, self.secured))
        if verb == "EHLO" and self.server.how == "starttls" and not self.secured:
            self._say("250-correio.example\r\n250 STARTTLS")
            return True
        if verb != "STARTTLS":
            return super()._obey(verb, rest, mode)
        if self.server.how != "starttls":
            self._say("502 not here")
            return True
        self._say("220 go ahead")
        secure = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile, self.secured = secure.makefile("rb"), secure.makefile("wb", buffering=0), True  # type: ignore[assignment]
        return True


class _Server(smtp_server._Server):
    def __init__(self, how: str, context: ssl.SSLContext) -> None:
        super().__init__()
        self.RequestHandlerClass = _Handler
        self.how, self.context = how, context
        self.heard: list[tuple[str, bool]] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up on our certificate is what some tests are about."""


class TlsSmtpServer(SmtpServer):
    """`heard` are the verbs in their order, each with whether it came through TLS."""

    def __init__(self, how: str, context: ssl.SSLContext) -> None:
        super().__init__()
        self._server.server_close()
        self._tls = self._server = _Server(how, context)
        self._thread = smtp_server.threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        address = f"portal:senha%20secreta@127.0.0.1:{self.port}"
        return f"smtps://{address}" if self._tls.how == "smtps" else f"smtp://{address}?starttls=1"

    @property
    def heard(self) -> list[tuple[str, bool]]:
        return self._tls.heard
