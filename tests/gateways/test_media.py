"""Downloading what people send: from the right hosts alone, bounded, and with the token for Meta and nobody else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from portal.gateways import cloud_api_webhooks, media
from portal.gateways.base import Inbound, Line, Media
from portal.gateways.cloud_api import CloudApi
from portal.gateways.cloud_api_media import HOSTS
from portal.gateways.media import MediaError, download_url
from tests.fakes import graph_webhooks
from tests.fakes.graph_files import EndlessServer, GraphFiles, SentFile
from tests.fakes.http_server import HttpServer, Reply, Request

PHOTO = b"\xff\xd8\xff\xe0" + b"foto" * 1000
LIMIT = 1_000_000
HEX = hashlib.sha256(PHOTO).hexdigest()
BASE64 = base64.b64encode(bytes.fromhex(HEX)).decode()
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


def test_an_id_is_asked_for_its_address_and_both_get_the_token(meta: GraphFiles, gateway: CloudApi, line: Line) -> None:
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


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("image", {"id": "77", "mime_type": "image/jpeg"}, Media("77", mime_type="image/jpeg")),
        ("image", {"id": 77, "sha256": BASE64}, Media("77", sha256=HEX)),
        ("sticker", {"id": "77", "sha256": HEX.upper()}, Media("77", sha256=HEX)),
        ("audio", {"id": "77", "sha256": "não é"}, Media("77")),
        ("video", {"id": "77", "sha256": "AAAA", "url": "https://evil.example"}, Media("77")),
        ("document", {"id": "77", "filename": "a.pdf", "sha256": None}, Media("77", filename="a.pdf")),
        ("document", {"id": "", "filename": "a.pdf"}, None),
        ("image", {"caption": "oi"}, None),
        ("image", "texto", None),
        ("text", {"body": "oi", "id": "77"}, None),
    ],
)
def test_the_file_of_a_webhook_message(kind: str, content: Any, expected: Media | None) -> None:
    message = graph_webhooks.message("wamid.1", "5511987654321", NOW, kind, content)
    body = graph_webhooks.envelope("2020", graph_webhooks.change("1065", messages=[message]))
    ((_, item),) = cloud_api_webhooks.parse(body).items
    assert isinstance(item, Inbound) and item.media == expected
