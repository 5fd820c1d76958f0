"""E-mails over real TLS: a certificate that the roots vouch for is needed, and without it neither the login nor a word
of an e-mail leaves."""

from __future__ import annotations

import io
import logging
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
from flask import Flask

from portal import config
from portal.notifications.service import mail
from tests.fakes.smtp_tls import TlsSmtpServer
from tests.notifications.conftest import SENDER
from tests.notifications.steps import tell, the_only
from tests.support.clockwork import run
from tests.support.people import Company

KINDS = ("smtps", "starttls")


def certificate(folder: Path, name: str = "correio", address: str = "127.0.0.1", days: int = 1) -> Path:
    """A self-signed certificate for an address with its key, in one PEM file; one of -1 days ended yesterday."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=3))
    made = made.not_valid_after(now + timedelta(days=days))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{name}.pem"
    path.write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate that the roots of this machine vouch for, for as long as the test runs."""
    path = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path


@pytest.fixture(autouse=True)
def office(app: Flask) -> Iterator[None]:
    yield
    mail.use(mail.Office(None))


def server(how: str, pem: Path, folder: Path) -> TlsSmtpServer:
    """A server with a certificate, at which the installation hands in its e-mails."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    made = TlsSmtpServer(how, context)
    loaded = config.load({"PORTAL_SMTP_URL": made.url, "PORTAL_MAIL_FROM": SENDER}, folder / "mail")
    mail.use(mail.Office(loaded["MAIL_SERVER"], loaded["MAIL_FROM"], "https://portal.example"))
    return made


@pytest.mark.parametrize("how", KINDS)
def test_an_email_goes_out_and_the_login_only_through_tls(
    app: Flask, company: Company, trusted: Path, tmp_path: Path, how: str
) -> None:
    with server(how, trusted, tmp_path) as post:
        tell(app, company, "a:1", title="A conexão parou")
        assert run(app, "send-emails") == "1 e-mail enviado"
    assert [each["Subject"] for each in post.mails] == ["A conexão parou"]
    assert ("AUTH", True) in post.heard
    assert {verb for verb, secured in post.heard if not secured} <= {"EHLO", "STARTTLS"}


@pytest.mark.parametrize("how", KINDS)
@pytest.mark.parametrize("wrong", ["stranger", "address", "expired"])
def test_a_wrong_certificate_is_refused_and_told_without_the_password(
    app: Flask,
    company: Company,
    trusted: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
    wrong: str,
) -> None:
    pem = certificate(
        tmp_path, wrong, "127.0.0.2" if wrong == "address" else "127.0.0.1", -1 if wrong == "expired" else 1
    )
    if wrong != "stranger":
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    try:
        with server(how, pem, tmp_path) as post:
            tell(app, company, "a:1")
            assert run(app, "send-emails") == ""
    finally:
        logging.getLogger().removeHandler(handler)
    row = the_only(app, company)
    assert row.emailed_at is None and row.email_attempts == 1, "it is tried again later"
    assert "the server's certificate is not to be trusted" in row.email_error
    assert {"stranger": "self-signed", "address": "127.0.0.1", "expired": "expired"}[wrong] in row.email_error
    assert post.mails == [] and not {"AUTH", "MAIL"} & {verb for verb, _ in post.heard}
    assert "senha" not in stream.getvalue() + row.email_error


def test_a_server_without_starttls_is_given_neither_login_nor_email(
    app: Flask, company: Company, trusted: Path, tmp_path: Path
) -> None:
    with server("stripped", trusted, tmp_path) as post:
        tell(app, company, "a:1")
        assert run(app, "send-emails") == ""
    assert {verb for verb, _ in post.heard} <= {"EHLO", "STARTTLS"}
    assert the_only(app, company).email_error == "the server does not take e-mails: SMTPNotSupportedError"
