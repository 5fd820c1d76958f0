"""One number on a fake of each provider, and the gateways that speak to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from portal.gateways.base import Gateway, Line, Recipient
from portal.gateways.cloud_api import CloudApi
from portal.gateways.evolution import Evolution
from portal.gateways.plugmessage import PlugMessage
from portal.gateways.simulator import Simulator
from tests.fakes.evolution_api import EvolutionApi
from tests.fakes.graph_api import GraphApi
from tests.fakes.plug_api import PlugApi
from tests.gateways.shapes import MARIA, put_files


@pytest.fixture
def graph() -> Iterator[GraphApi]:
    with GraphApi() as fake:
        fake.add_number("1065", "2020", "token-1")
        fake.open_window("1065", MARIA)
        yield fake


@pytest.fixture
def plug() -> Iterator[PlugApi]:
    """A linked instance on the fake PlugMessage, with the credentials of `line`."""
    with PlugApi() as fake:
        instance = fake.add_instance("1065", "token-1", "app-secret")
        instance.link, instance.phone = "connected", "551130001000"
        yield fake


@pytest.fixture
def evolution_server() -> Iterator[EvolutionApi]:
    """A linked instance on the fake Evolution API, with the credentials of `line`."""
    with EvolutionApi() as fake:
        fake.add_instance("1065", "token-1")
        fake.scan("1065", "551130001000")
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


@pytest.fixture
def plugmessage(plug: PlugApi, tmp_path: Path) -> PlugMessage:
    return PlugMessage(plug.url, tmp_path)


@dataclass(frozen=True)
class Station:
    """A gateway with its fake: `taken` counts the messages that the fake took, by its own ledger, and `last_file` is the
    bytes of the last of them.

    `answer_next` has it misbehave at the next message, `refuse_next` refuse it, `limit_next` refuse it with a 429;
    `elsewhere` is the same gateway towards another address."""

    gateway: Gateway
    taken: Callable[[], int]
    last_file: Callable[[], bytes]
    answer_next: Callable[..., None]
    refuse_next: Callable[[], None]
    limit_next: Callable[[], None]
    release: Callable[[], None]
    elsewhere: Callable[[str], Gateway]


def _cloud_station(graph: GraphApi, files: Path) -> Station:
    def elsewhere(url: str) -> Gateway:
        return CloudApi(url, "v26.0", files)

    return Station(
        elsewhere(graph.url),
        lambda: len(graph.ledger),
        lambda: _uploaded(graph),
        graph.next,
        lambda: graph.next("refuse", code=131026),
        lambda: graph.next("refuse", code=130429, status=429),
        graph.release,
        elsewhere,
    )


def _uploaded(graph: GraphApi) -> bytes:
    payload = graph.ledger[-1].payload
    return graph.media[payload[payload["type"]]["id"]][2]


def _plug_station(plug: PlugApi, files: Path) -> Station:
    def elsewhere(url: str) -> Gateway:
        return PlugMessage(url, files)

    return Station(
        elsewhere(plug.url),
        lambda: len(plug.ledger),
        lambda: plug.ledger[-1].document,
        plug.next,
        lambda: plug.next("refuse", error="Phone number does not exist"),
        lambda: plug.next("refuse", error="slow down", status=429),
        plug.release,
        elsewhere,
    )


def _evolution_station(server: EvolutionApi, files: Path) -> Station:
    def elsewhere(url: str) -> Gateway:
        return Evolution(url, files)

    return Station(
        elsewhere(server.url),
        lambda: len(server.ledger),
        lambda: server.ledger[-1].document,
        server.next,
        lambda: server.without_whatsapp.add(MARIA),
        lambda: server.next("refuse", error="slow down", status=429),
        server.release,
        elsewhere,
    )


STATIONS: dict[str, tuple[str, Callable[[Any, Path], Station]]] = {
    "cloud_api": ("graph", _cloud_station),
    "plugmessage": ("plug", _plug_station),
    "evolution": ("evolution_server", _evolution_station),
}


@pytest.fixture(params=STATIONS)
def station(request: pytest.FixtureRequest, tmp_path: Path) -> Station:
    """Each gateway that talks to a network in turn."""
    put_files(tmp_path)
    fake, build = STATIONS[request.param]
    return build(request.getfixturevalue(fake), tmp_path)


@pytest.fixture(params=["simulator", *STATIONS])
def gateway(request: pytest.FixtureRequest, tmp_path: Path) -> Gateway:
    """Each gateway in turn: what a test says with this fixture holds for all."""
    put_files(tmp_path)
    if request.param == "simulator":
        return Simulator(tmp_path)
    fake, build = STATIONS[request.param]
    provider = request.getfixturevalue(fake)
    if isinstance(provider, GraphApi):
        provider.add_template("2020", "inicio_contato", "Olá {{1}}, aqui é da {{2}}.")
    return build(provider, tmp_path).gateway
