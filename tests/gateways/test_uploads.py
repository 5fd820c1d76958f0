"""Large bodies: the time to connect is not that of a whole film, and none takes for ever."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.gateways import http
from portal.gateways.base import Line, Recipient, SendError, Uncertain
from portal.gateways.media_rules import SENDABLE
from portal.gateways.plugmessage import PlugMessage
from tests.fakes.plug_api import PlugApi
from tests.gateways.conftest import Station
from tests.gateways.shapes import FILES, put_files

SIZE = 12_000_000
PIECE = 200_000
PAUSE = 0.01


@pytest.fixture
def slow_line() -> Iterator[str]:
    """A server that takes 20 MB a second, which is many times the patience that these tests leave for one piece."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE)
        threading.Thread(target=_take_slowly, args=(server,), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def _take_slowly(server: socket.socket) -> None:
    try:
        connection = server.accept()[0]
        taken = 0
        while taken < SIZE and (piece := connection.recv(PIECE)):
            taken += len(piece)
            time.sleep(PAUSE)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    except OSError:
        return


def test_a_large_body_passes_a_slow_line(slow_line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.4)  # of the answer, not of the request
    began = time.monotonic()
    assert http.request("POST", slow_line, {}, b"x" * SIZE) == (200, b"{}")
    assert time.monotonic() - began > 0.4


def test_a_body_without_end_is_given_up(slow_line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "UPLOAD_SECONDS", 0.1)
    with pytest.raises(Uncertain, match="the request took longer"):
        http.request("POST", slow_line, {}, b"x" * SIZE)


def test_a_film_that_is_not_through_in_time_is_not_taken(
    station: Station, line: Line, to: Recipient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "UPLOAD_SECONDS", -1.0)
    with pytest.raises((Uncertain, SendError)) as error:
        station.gateway.send(line, to, FILES["video"], "a1")
    assert station.taken() == 0
    assert isinstance(error.value, Uncertain) or error.value.retry


def test_the_largest_film(station: Station, line: Line, to: Recipient, tmp_path: Path) -> None:
    size = SENDABLE["video"].max_bytes
    with (tmp_path / "filme.mp4").open("r+b") as file:
        file.truncate(size)
    assert station.gateway.send(line, to, FILES["video"], "a1").provider_id
    assert len(station.last_file()) == size


def test_a_server_in_between_that_finds_a_file_too_large_has_handed_nothing_on(
    plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient, tmp_path: Path
) -> None:
    put_files(tmp_path)
    plug.next("answer", data="<html>413</html>", status=413)
    with pytest.raises(SendError) as error:
        plugmessage.send(line, to, FILES["document"], "a1")
    assert (error.value.code, error.value.retry, error.value.stop) == ("too_large", False, False)
    plug.next("answer", data={"messageId": "3EB0"}, status=413)
    with pytest.raises(Uncertain):
        plugmessage.send(line, to, FILES["document"], "a2")
