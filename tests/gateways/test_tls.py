"""Over TLS, as in real life: a certificate that the roots vouch for is needed, and without it nothing is sent."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.gateways import http
from portal.gateways.base import Line, Recipient, SendError, Uncertain
from portal.gateways.cloud_api import CloudApi
from portal.gateways.messages import Text
from tests.fakes.graph_api import GraphApi


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fake graph")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    made = made.not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "graph.pem"
    path.write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[GraphApi]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with GraphApi(tls=context) as fake:
        fake.add_number("1065", "2020", "token-1")
        yield fake


def test_a_trusted_certificate(
    secure: GraphApi, certificate: Path, line: Line, to: Recipient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    gateway = CloudApi(secure.url, "v26.0", tmp_path)
    for attempt_id in ("a1", "a2"):
        assert gateway.send(line, to, Text("oi"), attempt_id).provider_id
    secure.next("accept_then_drop")
    with pytest.raises(Uncertain):
        gateway.send(line, to, Text("oi"), "a3")


def test_an_unknown_certificate_is_refused_before_anything_is_written(
    secure: GraphApi, line: Line, to: Recipient, tmp_path: Path
) -> None:
    with pytest.raises(SendError, match="certificate") as error:
        CloudApi(secure.url, "v26.0", tmp_path).send(line, to, Text("oi"), "a1")
    assert error.value.code == "unreachable"
    assert not secure.posts


def test_roots_that_are_not_there_send_nothing(
    secure: GraphApi, line: Line, to: Recipient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "absent.pem"))
    with pytest.raises(SendError) as error:
        CloudApi(secure.url, "v26.0", tmp_path).send(line, to, Text("oi"), "a1")
    assert error.value.code == "unreachable"


def test_metas_own_address_is_checked_against_the_bundled_roots() -> None:
    pool = http._route("https://graph.facebook.com/v26.0/1/messages").pool
    assert (pool.scheme, pool.port) == ("https", 443)
    assert Path(getattr(pool, "ca_certs", "")).is_file()
