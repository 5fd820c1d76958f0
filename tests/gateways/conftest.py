"""One number on a fake Graph API, and both gateways that speak its language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.gateways.base import Gateway, Line, Recipient
from portal.gateways.cloud_api import CloudApi
from portal.gateways.simulator import Simulator
from tests.fakes.graph_api import GraphApi
from tests.gateways.shapes import MARIA


@pytest.fixture
def graph() -> Iterator[GraphApi]:
    with GraphApi() as fake:
        fake.add_number("1065", "2020", "token-1")
        fake.open_window("1065", MARIA)
        yield fake


@pytest.fixture
def line() -> Line:
    return Line(1, "1065", "2020", "token-1", "app-secret", "verify-me")


@pytest.fixture
def to() -> Recipient:
    return Recipient(e164=f"+{MARIA}")


@pytest.fixture
def cloud_api(graph: GraphApi, tmp_path: Path) -> CloudApi:
    return CloudApi(graph.url, "v26.0", tmp_path)


@pytest.fixture(params=["cloud_api", "simulator"])
def gateway(request: pytest.FixtureRequest, graph: GraphApi, tmp_path: Path) -> Gateway:
    """Each gateway in turn: what a test says with this fixture holds for both."""
    (tmp_path / "termo.pdf").write_bytes(b"%PDF-1.7 termo")
    graph.add_template("2020", "inicio_contato", "Olá {{1}}, aqui é da {{2}}.")
    return Simulator() if request.param == "simulator" else CloudApi(graph.url, "v26.0", tmp_path)
