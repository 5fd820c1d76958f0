"""Each way in which a send can go wrong, and the one thing the portal may conclude from it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from portal.gateways import http
from portal.gateways.base import Line, Recipient, SendError, Uncertain
from portal.gateways.cloud_api import CloudApi
from portal.gateways.cloud_api_payloads import payload
from portal.gateways.messages import Document, Text
from tests.fakes.graph_api import GraphApi
from tests.gateways.shapes import MARIA

HI = Text("oi")
TERM = Document("termo.pdf", "termo.pdf", "application/pdf")


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def rude() -> Iterator[int]:
    """A port that closes every connection as soon as it is made: no TLS handshake ever ends well."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_hang_up, args=(server,), daemon=True).start()
        yield server.getsockname()[1]


def _hang_up(server: socket.socket) -> None:
    try:
        while True:
            server.accept()[0].close()
    except OSError:
        return


@pytest.mark.parametrize(
    ("code", "retry", "stop"),
    [
        (4, True, False),
        (2, True, False),
        (131016, True, False),
        (133004, True, False),
        (130429, True, False),
        (131056, True, False),
        (131057, True, False),
        (80007, True, False),
        (100, False, False),
        (131026, False, False),
        (131047, False, False),
        (132000, False, False),
        (132015, False, False),
        (999999, False, False),
        (10, False, True),
        (200, False, True),
        (190, False, True),
        (368, False, True),
        (131031, False, True),
        (131042, False, True),
        (131048, False, True),
        (133010, False, True),
    ],
)
def test_a_graph_error_proves_that_nothing_was_sent(
    graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient, code: int, retry: bool, stop: bool
) -> None:
    graph.next("refuse", code=code)
    with pytest.raises(SendError) as error:
        cloud_api.send(line, to, HI, "a1")
    assert (error.value.code, error.value.retry, error.value.stop) == (str(code), retry, stop)
    assert graph.counts["a1"] == 0


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_known_code_counts_whatever_the_http_status(
    graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient, status: int
) -> None:
    graph.next("refuse", code=130429, status=status)
    with pytest.raises(SendError):
        cloud_api.send(line, to, HI, "a1")


@pytest.mark.parametrize(("code", "status"), [(1, 400), (1, 500), (131000, 500), (131000, 400), (999999, 500)])
def test_a_failure_unknown_to_meta_proves_nothing(
    graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient, code: int, status: int
) -> None:
    graph.next("refuse", code=code, status=status)
    with pytest.raises(Uncertain):
        cloud_api.send(line, to, HI, "a1")


def test_error_data_may_be_a_string(graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient) -> None:
    graph.next("refuse", code=132000, details_as_text=True)
    with pytest.raises(SendError, match="refused with 132000"):
        cloud_api.send(line, to, HI, "a1")


@pytest.mark.parametrize(
    ("mode", "processed"),
    [
        ("accept_then_drop", 1),
        ("accept_then_502", 1),
        ("truncated_json", 1),
        ("truncated_body", 1),
        ("oversized", 1),
        ("no_id", 1),
        ("drop", 0),
        ("reset", 0),
        ("html_502", 0),
        ("redirect", 0),
    ],
)
def test_nobody_can_know(
    graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient, mode: str, processed: int
) -> None:
    graph.next(mode)
    with pytest.raises(Uncertain):
        cloud_api.send(line, to, HI, "a1")
    assert (graph.posts["a1"], graph.counts["a1"]) == (1, processed)
    assert cloud_api.send(line, to, HI, "a2").provider_id


def test_half_an_answer_is_not_handed_on_as_a_whole_one(graph: GraphApi) -> None:
    graph.next("truncated_body")
    with pytest.raises(Uncertain, match=r"cut short|IncompleteRead"):
        http.post_json(f"{graph.url}/v26.0/1065/messages", "token-1", payload(Recipient(wa_id=MARIA), HI, "a1"))


def test_a_read_time_out_is_uncertain_and_is_not_tried_again(
    graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    graph.next("hold")
    with pytest.raises(Uncertain):
        cloud_api.send(line, to, HI, "a1")
    graph.release()
    assert graph.posts["a1"] == 1


def test_an_answer_without_end_meets_the_deadline(
    graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.05)
    graph.next("slow", seconds=0.1)
    with pytest.raises(Uncertain, match="took longer"):
        cloud_api.send(line, to, HI, "a1")


def test_a_connection_that_the_provider_closed_while_idle_is_replaced(
    graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient
) -> None:
    cloud_api.send(line, to, HI, "a1")
    graph.drop_connections()
    time.sleep(0.05)
    assert cloud_api.send(line, to, HI, "a2").provider_id


def test_a_thread_drops_connections_that_were_idle(
    graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud_api.send(line, to, HI, "a1")
    before = http._lane().session
    monkeypatch.setattr(http, "IDLE_SECONDS", 0.0)
    cloud_api.send(line, to, HI, "a2")
    assert http._lane().session is not before


@pytest.mark.parametrize("url", ["http://127.0.0.1:{closed}", "http://name.invalid", "https://127.0.0.1:{rude}"])
def test_a_failed_connect_has_sent_nothing(line: Line, to: Recipient, tmp_path: Path, rude: int, url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    gateway = CloudApi(url.format(closed=closed, rude=rude), "v26.0", tmp_path)
    with pytest.raises(SendError) as error:
        gateway.send(line, to, HI, "a1")
    assert (error.value.code, error.value.retry, error.value.stop) == ("unreachable", True, False)


def test_a_tls_handshake_that_stalls_has_sent_nothing(
    line: Line, to: Recipient, tmp_path: Path, silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "CONNECT_SECONDS", 0.2)
    with pytest.raises(SendError) as error:
        CloudApi(f"https://127.0.0.1:{silent}", "v26.0", tmp_path).send(line, to, HI, "a1")
    assert error.value.code == "unreachable"


def test_plain_silence_after_the_request_is_uncertain(
    line: Line, to: Recipient, tmp_path: Path, silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    with pytest.raises(Uncertain):
        CloudApi(f"http://127.0.0.1:{silent}", "v26.0", tmp_path).send(line, to, HI, "a1")


def test_the_proxy_of_the_environment_is_used_and_its_refusal_sends_nothing(
    line: Line, to: Recipient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    for scheme in ("http", "https"):
        monkeypatch.setenv(f"{scheme}_proxy", f"http://127.0.0.1:{closed}")
        with pytest.raises(SendError) as error:
            CloudApi(f"{scheme}://graph.invalid:8443", "v26.0", tmp_path).send(line, to, HI, "a1")
        assert error.value.code == "unreachable"
        assert str(closed) in error.value.detail


@pytest.mark.parametrize("token", ["", "two words", "token\r\nX: y", "tokén"])
def test_a_token_that_no_header_can_carry(cloud_api: CloudApi, line: Line, to: Recipient, token: str) -> None:
    with pytest.raises(SendError) as error:
        cloud_api.send(replace(line, access_token=token), to, HI, "a1")
    assert (error.value.code, error.value.stop) == ("credentials", True)


@pytest.mark.parametrize("number", ["", "../2020", "1065/x?", "١٢٣"])
def test_an_id_that_is_not_digits_never_becomes_a_path(
    graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient, number: str
) -> None:
    with pytest.raises(SendError) as error:
        cloud_api.send(replace(line, phone_number_id=number), to, HI, "a1")
    assert (error.value.code, error.value.stop) == ("credentials", True)
    assert not graph.posts


def test_wrong_token_and_wrong_number(cloud_api: CloudApi, line: Line, to: Recipient) -> None:
    for wrong, code in (
        (replace(line, access_token="other"), "190"),
        (replace(line, phone_number_id="7777"), "100/33"),
    ):
        with pytest.raises(SendError) as error:
            cloud_api.send(wrong, to, HI, "a1")
        assert (error.value.code, error.value.stop) == (code, True)


@pytest.mark.parametrize("mode", ["html_502", "drop", "accept_then_drop", "truncated_json", "no_id", "oversized"])
def test_a_failed_upload_never_leaves_a_doubt(
    graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient, tmp_path: Path, mode: str
) -> None:
    (tmp_path / "termo.pdf").write_bytes(b"%PDF-1.7")
    graph.next(mode, edge="media")
    with pytest.raises(SendError) as error:
        cloud_api.send(line, to, TERM, "a1")
    assert (error.value.code, error.value.retry) == ("upload", True)
    assert not graph.ledger


def test_an_upload_that_meta_refuses_is_final(
    graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient, tmp_path: Path
) -> None:
    (tmp_path / "termo.pdf").write_bytes(b"this is no PDF")
    with pytest.raises(SendError) as error:
        cloud_api.send(line, to, TERM, "a1")
    assert (error.value.code, error.value.retry) == ("131053", False)


@pytest.mark.parametrize("path", ["absent.pdf", "../secret.pdf", "/etc/hostname", "", "empty.pdf"])
def test_only_files_of_the_store_are_uploaded(
    graph: GraphApi, line: Line, to: Recipient, tmp_path: Path, path: str
) -> None:
    store = tmp_path / "store"
    store.mkdir()
    (store / "empty.pdf").touch()
    (tmp_path / "secret.pdf").write_bytes(b"%PDF")
    with pytest.raises(SendError) as error:
        CloudApi(graph.url, "v26.0", store).send(line, to, replace(TERM, path=path), "a1")
    assert error.value.code == "file"
    assert not graph.media


def test_the_uploaded_bytes_arrive_unchanged(
    graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient, tmp_path: Path
) -> None:
    content = b"%PDF-1.7\r\n\x00\xff\n--x\n" + bytes(range(256)) + b"\n"
    (tmp_path / "termo.pdf").write_bytes(content)
    cloud_api.send(line, to, replace(TERM, filename="Termo “José”.pdf"), "a1")
    ((media_id, (number, mime, stored)),) = graph.media.items()
    assert (number, mime, stored) == ("1065", "application/pdf", content)
    assert graph.ledger[0].payload["document"] == {"id": media_id, "filename": "Termo “José”.pdf"}
