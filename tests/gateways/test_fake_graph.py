"""The fake is strict, or the tests that lean on it prove nothing: what it refuses, remembers and reports."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

from portal.gateways.base import Inbound, Line, Recipient, SendError, StatusUpdate
from portal.gateways.cloud_api import CloudApi
from portal.gateways.cloud_api_webhooks import parse
from portal.gateways.messages import Template, Text
from tests.fakes.graph_api import GraphApi
from tests.gateways.shapes import MARIA

HI = Text("oi")
FROM_AFAR = """
import sys
from pathlib import Path
from portal.gateways.base import Line, Recipient
from portal.gateways.cloud_api import CloudApi
from portal.gateways.messages import Text
line = Line(1, "1065", "2020", "token-1")
CloudApi(sys.argv[1], "v26.0", Path(".")).send(line, Recipient(wa_id="5511987654321"), Text("oi"), "from-afar")
"""
STARTER = Template("inicio", "pt_BR", ("Maria",), "Olá Maria.")


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock(graph: GraphApi) -> Clock:
    graph.now = Clock()
    graph.open_window("1065", MARIA)
    return graph.now


def states(graph: GraphApi, wamid: str, *wanted: str) -> list[tuple[str, str]]:
    found = [item for body in graph.statuses_for(wamid, *wanted) for _, item in parse(body).items]
    return [(item.state, item.error_code) for item in found if isinstance(item, StatusUpdate)]


def refusal(cloud_api: CloudApi, line: Line, to: Recipient, content: Text | Template = HI) -> str:
    with pytest.raises(SendError) as error:
        cloud_api.send(line, to, content, "a1")
    return error.value.code


def post(
    graph: GraphApi, data: Any, path: str = "/v26.0/1065/messages", token: str = "Bearer token-1"
) -> tuple[int, Any]:
    connection = HTTPConnection(urlsplit(graph.url).netloc, timeout=5)
    connection.request("POST", path, json.dumps(data), {"Authorization": token} if token else {})
    answer = connection.getresponse()
    found = json.loads(answer.read())
    connection.close()
    return answer.status, found


def test_the_ledger_and_the_counts(graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient) -> None:
    first = cloud_api.send(line, to, HI, "a1")
    second = cloud_api.send(line, to, HI, "a1")
    assert first.provider_id != second.provider_id
    assert graph.counts == {"a1": 2}
    assert [(sent.wamid, sent.attempt_id, sent.to) for sent in graph.ledger] == [
        (first.provider_id, "a1", to.e164),
        (second.provider_id, "a1", to.e164),
    ]


def test_statuses_carry_the_attempt(graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient) -> None:
    wamid = cloud_api.send(line, to, HI, "a1").provider_id
    assert states(graph, wamid) == [("sent", ""), ("delivered", "")]
    assert states(graph, wamid, "read", "sent", "failed") == [("read", ""), ("sent", ""), ("failed", "131026")]
    ((_, item),) = parse(graph.statuses_for(wamid)[0]).items
    assert isinstance(item, StatusUpdate)
    assert (item.attempt_id, item.provider_id) == ("a1", wamid)


def test_the_window(graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient, clock: Clock) -> None:
    clock.time += timedelta(hours=23, minutes=59)
    assert states(graph, cloud_api.send(line, to, HI, "a1").provider_id)[0] == ("sent", "")
    clock.time += timedelta(minutes=1)
    assert states(graph, cloud_api.send(line, to, HI, "a2").provider_id) == [("failed", "131047")]
    graph.sync_window = True
    assert refusal(cloud_api, line, to) == "131047"
    graph.add_template("2020", "inicio", "Olá {{1}}.")
    assert states(graph, cloud_api.send(line, to, STARTER, "a3").provider_id)[0] == ("sent", "")
    ((number, item),) = parse(graph.inbound("1065", MARIA, "oi")).items
    assert number == "1065"
    assert isinstance(item, Inbound)
    assert cloud_api.send(line, to, HI, "a4").provider_id


@pytest.mark.parametrize(
    ("status", "code"),
    [("PENDING", "132001"), ("REJECTED", "132001"), ("PAUSED", "132015"), ("DISABLED", "132016")],
)
def test_only_approved_templates_go(
    graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient, status: str, code: str
) -> None:
    assert refusal(cloud_api, line, to, STARTER) == "132001"
    row = graph.add_template("2020", "inicio", "Olá {{1}}.", status=status)
    assert refusal(cloud_api, line, to, STARTER) == code
    row.status = "APPROVED"
    assert cloud_api.send(line, to, STARTER, "a1").provider_id


def test_templates_are_strict(graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient) -> None:
    graph.add_template("2020", "inicio", "Olá {{1}}, {{2}}.")
    assert refusal(cloud_api, line, to, STARTER) == "132000"
    graph.add_template("2020", "longo", "x" * 1020 + " {{1}}.")
    assert refusal(cloud_api, line, to, Template("longo", "pt_BR", ("Maria",), "curto")) == "132005"
    graph.add_template("2020", "oferta", "Olá {{1}}.", category="MARKETING")
    graph.numbers["1065"].marketing = False
    assert refusal(cloud_api, line, to, Template("oferta", "pt_BR", ("Maria",), "Olá")) == "131063"


def test_late_failures(graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient) -> None:
    graph.add_template("2020", "oferta", "Olá.", category="MARKETING")
    offer = Template("oferta", "pt_BR", (), "Olá.")
    for name, code in (("opted_out", "131050"), ("marketing_capped", "131049"), ("not_on_whatsapp", "131026")):
        graph.opted_out, graph.marketing_capped = set(), set()
        setattr(graph, name, {MARIA})
        assert states(graph, cloud_api.send(line, to, offer, "a1").provider_id) == [("failed", code)]
    graph.numbers["1065"].billing = False
    assert states(graph, cloud_api.send(line, to, offer, "a1").provider_id) == [("failed", "131042")]
    graph.next("async_fail", code=131049)
    assert states(graph, cloud_api.send(line, to, HI, "a1").provider_id) == [("failed", "131049")]


def test_switches_of_the_number(graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient) -> None:
    number = graph.numbers["1065"]
    for name, bad, good, code in (
        ("registered", False, True, "133010"),
        ("maintenance", True, False, "131057"),
        ("allowed", {"1"}, None, "131030"),
        ("display_phone_number", f"+{MARIA}", "+55 11 3000-1000", "131021"),
    ):
        setattr(number, name, bad)
        assert refusal(cloud_api, line, to) == code
        setattr(number, name, good)
    assert cloud_api.send(line, to, HI, "a1").provider_id


def test_rates(graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient, clock: Clock) -> None:
    for _ in range(45):
        cloud_api.send(line, to, HI, "a1")
    assert refusal(cloud_api, line, to) == "131056"
    clock.time += timedelta(seconds=6)
    cloud_api.send(line, to, HI, "a1")
    assert refusal(cloud_api, line, to) == "131056"
    graph.numbers["1065"].throughput = 2
    others = [Recipient(e164=f"+551198765000{n}") for n in range(3)]
    for other in others[:2]:
        cloud_api.send(line, other, HI, "a1")
    assert refusal(cloud_api, line, others[2]) == "130429"


def test_the_limit_of_unique_recipients(graph: GraphApi, cloud_api: CloudApi, line: Line, clock: Clock) -> None:
    graph.recipients_limit = 2
    graph.add_template("2020", "inicio", "Olá {{1}}.")
    others = [Recipient(e164=f"+551198765000{n}") for n in range(3)]
    wamids = [cloud_api.send(line, other, STARTER, "a1").provider_id for other in [*others, others[0]]]
    assert [states(graph, wamid)[0][1] for wamid in wamids] == ["", "", "131048", ""]
    clock.time += timedelta(hours=24)
    assert states(graph, cloud_api.send(line, others[2], STARTER, "a1").provider_id)[0][1] == ""


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"messaging_product": None}, 100),
        ({"to": ""}, 100),
        ({"type": "hologram"}, 131051),
        ({"type": "image"}, 131008),
        ({"type": "image", "image": {"id": "1", "link": "https://x"}}, 131009),
        ({"type": "image", "image": {}}, 131009),
        ({"type": "document", "document": {"id": "1", "filename": "a.pdf"}}, 131009),
        ({"text": {"body": "x" * 4097}}, 131009),
        ({"biz_opaque_callback_data": "x" * 513}, 131009),
    ],
)
def test_bad_messages(graph: GraphApi, change: dict[str, Any], code: int) -> None:
    good = {"messaging_product": "whatsapp", "to": f"+{MARIA}", "type": "text", "text": {"body": "oi"}}
    assert post(graph, good)[0] == 200
    status, answer = post(graph, {**good, **change})
    assert (status, answer["error"]["code"]) == (400, code)
    assert answer["error"]["fbtrace_id"]


@pytest.mark.parametrize(
    ("path", "token", "status", "code"),
    [
        ("/v26.0/1065/messages", "", 401, 104),
        ("/v26.0/1065/messages", "Bearer nobody", 401, 190),
        ("/v26.0/9999/messages", "Bearer token-1", 400, 100),
        ("/v1/1065/messages", "Bearer token-1", 400, 2500),
        ("/v26.0/1065/elsewhere", "Bearer token-1", 400, 100),
        ("/v26.0/2020/messages", "Bearer token-1", 400, 100),
    ],
)
def test_bad_addresses(graph: GraphApi, path: str, token: str, status: int, code: int) -> None:
    found = post(graph, {}, path, token)
    assert (found[0], found[1]["error"]["code"]) == (status, code)


def test_fields_are_honoured_exactly(graph: GraphApi) -> None:
    connection = HTTPConnection(urlsplit(graph.url).netloc, timeout=5)
    for fields, expected in (("id,status", {"id": "1065", "status": "CONNECTED"}), ("messaging_limit_tier", None)):
        connection.request("GET", f"/v26.0/1065?fields={fields}", headers={"Authorization": "Bearer token-1"})
        data = json.loads(connection.getresponse().read())
        assert data == expected or (expected is None and data["error"]["code"] == 100)
    connection.close()


def test_modes_are_taken_in_order_and_misspelled_ones_refused(
    graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient
) -> None:
    graph.always("refuse", code=131026)
    graph.next("refuse", code=131056)
    graph.next("ok")
    assert refusal(cloud_api, line, to) == "131056"
    assert cloud_api.send(line, to, HI, "a1").provider_id
    assert refusal(cloud_api, line, to) == "131026"
    with pytest.raises(ValueError, match="no such mode"):
        graph.next("explode")


def test_many_threads_at_once(graph: GraphApi, cloud_api: CloudApi, line: Line) -> None:
    def send(number: int) -> str:
        return cloud_api.send(line, Recipient(wa_id=f"55119{number:08d}"), HI, f"a{number}").provider_id

    with ThreadPoolExecutor(8) as threads:
        wamids = list(threads.map(send, range(200)))
    assert len(set(wamids)) == 200
    assert set(graph.counts.values()) == {1}


def test_another_process_reaches_it(graph: GraphApi) -> None:
    subprocess.run([sys.executable, "-c", FROM_AFAR, graph.url], check=True, timeout=20)
    assert graph.counts["from-afar"] == 1


def test_webhooks_are_posted_with_their_signature() -> None:
    seen: list[tuple[str | None, bytes]] = []

    class Entrance(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.headers["X-Hub-Signature-256"], body))
            self.send_response(200 if seen[-1][0] else 401)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Tests are quiet."""

    server = HTTPServer(("127.0.0.1", 0), Entrance)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    assert GraphApi.post_webhook(url, b"{}", "s3cret") == 200
    assert GraphApi.post_webhook(url, b"{}") == 401
    server.shutdown()
    server.server_close()
    assert seen == [(GraphApi.sign(b"{}", "s3cret"), b"{}"), (None, b"{}")]
