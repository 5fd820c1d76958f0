"""Who may post to us: the signature of a body, and the handshake of a callback address."""

from __future__ import annotations

import json

import pytest

from portal.gateways.cloud_api_webhooks import authentic, sign, verification
from tests.fakes.graph_api import GraphApi
from tests.fakes.graph_webhooks import message
from tests.gateways.shapes import MARIA, NOW, body_of

BODY = body_of(messages=[message("wamid.1", MARIA, NOW, "text", {"body": "Olá, 1/2"})])


def test_a_good_signature() -> None:
    assert authentic("s3cret", BODY, {"X-Hub-Signature-256": GraphApi.sign(BODY, "s3cret")})


def test_the_headers_name_in_any_case() -> None:
    assert authentic("s3cret", BODY, {"x-hub-signature-256": sign(BODY, "s3cret")})


def test_a_known_vector() -> None:
    """RFC 4231, test case 2."""
    digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert sign(b"what do ya want for nothing?", "Jefe") == f"sha256={digest}"


def test_the_same_json_in_other_bytes() -> None:
    other = json.dumps(json.loads(BODY)).encode()
    assert other != BODY
    assert not authentic("s3cret", other, {"X-Hub-Signature-256": sign(BODY, "s3cret")})


@pytest.mark.parametrize("secret", ["", "other"])
def test_no_secret_or_another(secret: str) -> None:
    assert not authentic(secret, BODY, {"X-Hub-Signature-256": sign(BODY, "s3cret")})


def test_an_empty_secret_never_matches_its_own_signature() -> None:
    assert not authentic("", BODY, {"X-Hub-Signature-256": sign(BODY, "")})


@pytest.mark.parametrize("header", ["", "sha256=", "sha256=zz", "sha1=abc", "é", "\ud800", "sha256=" + "é" * 64])
def test_a_malformed_header(header: str) -> None:
    assert not authentic("s3cret", BODY, {"X-Hub-Signature-256": header})


def test_the_hash_without_its_prefix() -> None:
    bare = sign(BODY, "s3cret").removeprefix("sha256=")
    assert not authentic("s3cret", BODY, {"X-Hub-Signature-256": bare})


def test_no_header() -> None:
    assert not authentic("s3cret", BODY, {"X-Hub-Signature": "sha1=abc"})


GOOD = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "me"}


def test_the_bare_challenge() -> None:
    assert verification(GOOD, "me") == "1158201444"


@pytest.mark.parametrize(
    "change",
    [{"hub.mode": "unsubscribe"}, {"hub.verify_token": "you"}, {"hub.verify_token": "mé"}, {"hub.challenge": ""}],
)
def test_any_other_handshake(change: dict[str, str]) -> None:
    assert verification({**GOOD, **change}, "me") is None


def test_no_verify_token_configured() -> None:
    assert verification({**GOOD, "hub.verify_token": ""}, "") is None
    assert verification({}, "me") is None
