"""Downloading what people send: from the right hosts alone, bounded, and with the token for Meta and nobody else."""

from __future__ import annotations

import hashlib
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from portal.gateways import media
from portal.gateways.base import Line, Media
from portal.gateways.cloud_api import CloudApi
from portal.gateways.cloud_api_media import HOSTS
from portal.gateways.media import MediaError, download_url, is_public
from tests.fakes.graph_files import EndlessServer, GraphFiles, SentFile
from tests.fakes.http_server import HttpServer, Reply, Request
from tests.gateways.test_tls import certificate

__all__ = ["certificate"]

PHOTO = b"\xff\xd8\xff\xe0" + b"foto" * 1000
LIMIT = 1_000_000
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def meta(clock: Clock) -> Iterator[GraphFiles]:
    with GraphFiles(clock) as fake:
        fake.add_number("1065", "2020", "token-1")
        yield fake


@pytest.fixture
def gateway(meta: GraphFiles, tmp_path: Path) -> CloudApi:
    return CloudApi(meta.url, "v26.0", tmp_path)


def fetch(gateway: CloudApi, line: Line, file: SentFile, limit: int = LIMIT) -> bytes:
    target = BytesIO()
    fetched = gateway.fetch(line, Media(provider_id=file.media_id), target, limit)
    assert fetched == media.Fetched(len(target.getvalue()), hashlib.sha256(target.getvalue()).hexdigest())
    return target.getvalue()


def test_an_id_is_asked_for_its_address_and_both_get_the_token(
    meta: GraphFiles, gateway: CloudApi, line: Line
) -> None:
    file = meta.add_file("1065", PHOTO, "image/jpeg")
    assert fetch(gateway, line, file) == PHOTO
    info = gateway.media.info(line, file.media_id)
    assert (info.mime_type, info.size, info.sha256) == ("image/jpeg", len(PHOTO), hashlib.sha256(PHOTO).hexdigest())
    assert [token for _, token in meta.desk_of_files.downloads] == ["Bearer token-1"]
    assert "lookaside" not in repr(info)


def test_an_address_is_asked_for_anew_each_time_for_it_lives_five_minutes(
    meta: GraphFiles, gateway: CloudApi, line: Line, clock: Clock
) -> None:
    file = meta.add_file("1065", PHOTO, "image/jpeg")
    old = gateway.media.info(line, file.media_id).url
    clock.now += timedelta(minutes=6)
    with pytest.raises(MediaError) as error:
        download_url(old, BytesIO(), LIMIT, trusted=(meta.url,), headers={"Authorization": "Bearer token-1"})
    assert error.value.code == "gone" and not error.value.final
    assert fetch(gateway, line, file) == PHOTO


def test_an_id_is_gone_after_seven_days_or_with_another_number(
    meta: GraphFiles, gateway: CloudApi, line: Line, clock: Clock
) -> None:
    file = meta.add_file("1065", PHOTO, "image/jpeg")
    foreign = meta.add_file("9999", PHOTO, "image/jpeg")
    with pytest.raises(MediaError, match="gone"):
        fetch(gateway, line, foreign)
    clock.now += timedelta(days=7)
    with pytest.raises(MediaError, match="gone"):
        fetch(gateway, line, file)


@pytest.mark.parametrize("media_id", ["", "../me", "1/messages", "1?fields=x", "me", "1" * 40])
def test_what_is_no_id_is_not_asked_for(meta: GraphFiles, gateway: CloudApi, line: Line, media_id: str) -> None:
    with pytest.raises(MediaError, match="gone"):
        gateway.fetch(line, Media(provider_id=media_id), BytesIO(), LIMIT)
    assert meta.desk_of_files.infos == []


@pytest.mark.parametrize(
    ("manner", "code"), [("cut", "cut"), ("redirect", "refused"), ("html_502", "refused"), ("gone", "gone")]
)
def test_a_bad_download_is_an_error_to_try_again(
    meta: GraphFiles, gateway: CloudApi, line: Line, manner: str, code: str
) -> None:
    file = meta.add_file("1065", PHOTO, "image/jpeg", manner=manner)
    with pytest.raises(MediaError) as error:
        fetch(gateway, line, file)
    assert (error.value.code, error.value.final) == (code, False)
    assert len(meta.desk_of_files.downloads) == 1, "no redirect is followed"
    assert "token-1" not in str(error.value) and "lookaside" not in str(error.value)


def test_a_size_that_is_told_or_claimed_is_refused_before_a_byte_is_read(
    meta: GraphFiles, gateway: CloudApi, line: Line
) -> None:
    told = meta.add_file("1065", PHOTO, "image/jpeg", told_size=100_000_001)
    with pytest.raises(MediaError) as error:
        fetch(gateway, line, told, limit=100_000_000)
    assert (error.value.code, error.value.final) == ("too_large", True)
    assert meta.desk_of_files.downloads == []
    claimed = meta.add_file("1065", PHOTO, "image/jpeg", manner="claim")
    target = BytesIO()
    with pytest.raises(MediaError, match="too_large"):
        gateway.fetch(line, Media(provider_id=claimed.media_id), target, 100_000_000)
    assert target.getvalue() == b""


def test_a_body_without_an_end_is_left_at_the_limit() -> None:
    with EndlessServer() as server:
        target = BytesIO()
        with pytest.raises(MediaError) as error:
            download_url(server.url, target, LIMIT, trusted=(server.url,))
        assert (error.value.code, error.value.final) == ("too_large", True)
        assert len(target.getvalue()) <= LIMIT
        assert server.sent < 50 * LIMIT


def test_a_download_that_drips_ends_at_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "TOTAL_SECONDS", 0.0)
    with EndlessServer() as server, pytest.raises(MediaError, match="too long"):
        download_url(server.url, BytesIO(), 10**9, trusted=(server.url,))


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "https://lookaside.fbsbx.com.evil.example/x",
        "https://evilfbcdn.net/x",
        "https://fbcdn.net/x",
        "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com@evil.example/x",
        "https://user:pass@lookaside.fbsbx.com/x",
        "https://127.0.0.1/x",
        "file:///etc/passwd",
        "ftp://lookaside.fbsbx.com/x",
        "//lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com\\@evil.example/",
        "https://lookaside.fbsbx.com\r\nX: y/",
        "https:///x",
        "https://[::1/x",
        "https://lookaside.fbsbx.com:99999/",
        "",
    ],
)
def test_metas_token_goes_to_metas_hosts_alone(url: str) -> None:
    asked: list[Any] = []

    def resolve(*args: Any) -> list[tuple[Any, ...]]:
        asked.append(args)
        return []

    with pytest.raises(MediaError) as error:
        download_url(url, BytesIO(), LIMIT, hosts=HOSTS, headers={"Authorization": "Bearer token-1"}, resolve=resolve)
    assert (error.value.code, error.value.final) == ("address", True)
    assert asked == [], "not even a name is looked up"


def test_an_address_of_elsewhere_in_metas_answer_gets_no_request(
    meta: GraphFiles, gateway: CloudApi, line: Line
) -> None:
    seen: list[Request] = []

    def app(request: Request) -> Reply:
        seen.append(request)
        return Reply(200, PHOTO)

    with HttpServer(app) as elsewhere:
        file = meta.add_file("1065", PHOTO, "image/jpeg", url=f"{elsewhere.url}/x")
        with pytest.raises(MediaError, match="address"):
            fetch(gateway, line, file)
    assert seen == []


def test_a_credential_without_hosts_is_a_defect() -> None:
    with pytest.raises(ValueError, match="hosts"):
        download_url("https://example.com/x", BytesIO(), LIMIT, headers={"Authorization": "Bearer x"})
    with pytest.raises(MediaError, match="address"):
        download_url(
            "https://example.com/x", BytesIO(), LIMIT, trusted=("http://127.0.0.1:1",), headers={"Authorization": "x"}
        )


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
    "host", ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "127.0.0.1."]
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
