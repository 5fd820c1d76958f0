"""Where the server of a company may be: on the internet, over https; anything else is the installation's to name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from portal.gateways import evolution_address as address
from portal.gateways.base import Line, Recipient, SendError
from portal.gateways.evolution import Evolution
from portal.gateways.messages import Text
from tests.fakes.evolution_api import EvolutionApi


def resolver(*addresses: str) -> address.Resolve:
    return lambda *_asked: [(2, 1, 6, "", (each, 443)) for each in addresses]


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "evolution.example",
        "http://evolution.example",
        "ftp://evolution.example",
        "https://user:password@evolution.example",
        "https://evolution.example:0",
        "https://evolution.example:99999",
        "https://evolution.example/?x=1",
        "https://evolution.example/#x",
        "https://evolution.example/../admin",
        "https://evolution.example\\@inner",
        "https://[::1]/",
        "https://evolution.example /",
        "https://evolution.example/\r\nX: y",
    ],
)
def test_what_is_no_address_of_a_server_on_the_internet(base_url: str) -> None:
    with pytest.raises(SendError) as error:
        address.check_form(base_url)
    assert (error.value.code, error.value.stop) == ("address", True)


@pytest.mark.parametrize(
    "found",
    [
        "127.0.0.1",
        "10.0.0.5",
        "172.16.3.1",
        "192.168.1.10",
        "169.254.169.254",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "::1",
        "fe80::1",
        "fd00:ec2::254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
    ],
)
def test_a_name_that_leads_inside_is_refused(found: str) -> None:
    for addresses in ((found,), ("8.8.8.8", found)):
        with pytest.raises(SendError) as error:
            address.check("https://evolution.example", "", resolver(*addresses))
        assert error.value.code == "address"


def test_a_server_on_the_internet_may_be_called_and_the_installations_own_too() -> None:
    assert address.check("https://evolution.example/api/", "", resolver("8.8.8.8")) == "https://evolution.example/api"
    own = address.trusted_origin("http://evolution:8080")
    assert address.check("http://evolution:8080", own, resolver("10.0.0.5")) == "http://evolution:8080"
    for other in ("http://evolution:8081", "http://evolution", "http://evolution.example:8080"):
        with pytest.raises(SendError):
            address.check(other, own, resolver("10.0.0.5"))


def test_a_line_reaches_nothing_inside(evolution_server: EvolutionApi, tmp_path: Path, line: Line) -> None:
    gateway = Evolution("", tmp_path, resolver("127.0.0.1"))
    for base_url in (
        evolution_server.url,
        evolution_server.url.replace("http:", "https:"),
        "https://evolution.example",
    ):
        with pytest.raises(SendError) as error:
            gateway.send(replace(line, base_url=base_url), Recipient(e164="+5511987654321"), Text("oi"), "a1")
        assert error.value.code == "address"
    assert evolution_server.ledger == []
