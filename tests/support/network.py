"""No test reaches beyond this machine: a connection to anything but loopback is an error."""

from __future__ import annotations

import socket
from typing import Any

_LOOPBACK = ("127.", "::1", "localhost")


def forbid_the_outside() -> None:
    original = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(_LOOPBACK):
            raise RuntimeError(f"a test tried to reach {address[0]}")
        original(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign]
