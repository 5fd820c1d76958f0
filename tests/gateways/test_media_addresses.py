"""An address in a webhook is a stranger's word: none of them leads into the house."""

from __future__ import annotations

import socket
import ssl
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from portal.gateways import media
from portal.gateways.media import MediaError, download_url, is_public
from tests.fakes.http_server import HttpServer, Reply
from tests.gateways.test_tls import certificate

__all__ = ["certificate"]

PHOTO = b"\xff\xd8\xff\xe0" + b"foto" * 1000
LIMIT = 1_000_000

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fd00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2001:0:0:0:0:0:80ff:fffe",
    "not an address",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["31.13.80.1", "2a03:2880:f10d::1", "64:ff9b::1f0d:5001", "::ffff:31.13.80.1"])
def test_what_is_public(address: str) -> None:
    assert is_public(address)


def resolving(*addresses: str) -> media.Resolve:
    return lambda host, port, *rest: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]


@pytest.mark.parametrize("addresses", [[each] for each in PRIVATE] + [["31.13.80.1", "10.0.0.1"], []])
def test_a_name_that_leads_into_the_house_is_refused(addresses: list[str]) -> None:
    with pytest.raises(MediaError) as error:
        download_url("https://armazem.example/x", BytesIO(), LIMIT, resolve=resolving(*addresses))
    assert (error.value.code, error.value.final) == ("address", True)


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "127.0.0.1."],
)
def test_every_spelling_of_this_machine_is_refused(host: str) -> None:
    with pytest.raises(MediaError) as error:
        download_url(f"https://{host}/x", BytesIO(), LIMIT)
    assert error.value.code in ("address", "unreachable")


def test_a_link_of_a_webhook_must_be_https() -> None:
    with pytest.raises(MediaError, match="address"):
        download_url("http://31.13.80.1/x", BytesIO(), LIMIT)


def test_the_connection_goes_to_the_address_that_was_checked_and_tls_asks_for_the_name(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is resolved again for the connection could lead elsewhere by then: it is resolved once."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setattr(media, "is_public", lambda address: True)
    asked: list[str] = []

    def resolve(host: str, port: int, *rest: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    with HttpServer(lambda request: Reply(200, PHOTO), context) as server:
        port = server.url.rpartition(":")[2]
        target = BytesIO()
        download_url(f"https://127.0.0.1:{port}/x", target, LIMIT, resolve=resolve)
        assert target.getvalue() == PHOTO and asked == ["127.0.0.1"]
        with pytest.raises(MediaError, match="SSLError"):  # the certificate is for 127.0.0.1 only
            download_url(f"https://armazem.example:{port}/x", BytesIO(), LIMIT, resolve=resolve)
    assert asked == ["127.0.0.1", "armazem.example"]
