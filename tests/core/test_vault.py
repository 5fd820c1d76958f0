"""Secrets at rest: encrypted in the column, readable with any key of the installation, and never silently lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from flask import Flask

from portal import vault
from portal.connection import queries
from portal.connection.models import Connection
from portal.extensions import db
from tests.support.people import Company

TOKEN = "EAAG-canário-ção-☎"


@pytest.fixture(autouse=True)
def own_keys(app: Flask) -> Iterator[None]:
    yield
    vault.configure(app.config["ENCRYPTION_KEYS"])


def write(app: Flask, company: Company, secret: str) -> None:
    with app.app_context():
        connection = queries.current(company.id)
        assert connection is not None
        connection.access_token = secret
        db.session.commit()


def read(app: Flask, company: Company) -> str:
    with app.app_context():
        return str(db.session.scalar(sa.select(Connection.access_token).filter_by(account_id=company.id)))


def raw(app: Flask, company: Company) -> str:
    with app.app_context():
        query = sa.text("SELECT access_token FROM connection WHERE account_id = :id")
        return str(db.session.scalar(query, {"id": company.id}))


def test_what_is_written_is_read_and_the_column_holds_ciphertext(app: Flask, company: Company) -> None:
    write(app, company, TOKEN)
    assert read(app, company) == TOKEN
    first = raw(app, company)
    assert "canário" not in first and first.startswith("gAAAA")
    write(app, company, "")
    write(app, company, TOKEN)
    assert raw(app, company) != first, "the same secret twice looks different"


def test_nothing_stays_nothing(app: Flask, company: Company) -> None:
    write(app, company, "")
    assert read(app, company) == "" == raw(app, company)


def test_a_new_first_key_reads_what_the_old_one_wrote(app: Flask, company: Company) -> None:
    write(app, company, TOKEN)
    new = Fernet.generate_key().decode()
    vault.configure([new, *app.config["ENCRYPTION_KEYS"]])
    assert read(app, company) == TOKEN
    write(app, company, TOKEN + "2")
    vault.configure([new])
    assert read(app, company) == TOKEN + "2", "the first key encrypts, so the old one may go"


def test_a_lost_key_is_said_by_name_and_shows_nothing(app: Flask, company: Company) -> None:
    write(app, company, TOKEN)
    vault.configure([Fernet.generate_key().decode()])
    with pytest.raises(vault.VaultError, match="PORTAL_ENCRYPTION_KEYS") as caught:
        read(app, company)
    assert raw(app, company) not in str(caught.value)


def test_a_tampered_secret_is_refused(app: Flask, company: Company) -> None:
    write(app, company, TOKEN)
    with app.app_context():
        db.session.execute(sa.text("UPDATE connection SET access_token = 'gAAAAtampered'"))
        db.session.commit()
    with pytest.raises(vault.VaultError):
        read(app, company)


def test_a_malformed_key_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError):
        vault.configure(["no-key"])


def test_after_a_rotation_the_new_key_alone_is_enough(app: Flask, company: Company) -> None:
    write(app, company, TOKEN)
    old, new = app.config["ENCRYPTION_KEYS"], [Fernet.generate_key().decode()]
    vault.configure([*new, *old])
    with app.app_context():
        result = app.test_cli_runner().invoke(args=["rotate-secrets"])
    assert result.exit_code == 0 and "rows encrypted with the first key" in result.output
    vault.configure(new)
    assert read(app, company) == TOKEN
    vault.configure(old)
    with pytest.raises(vault.VaultError):
        read(app, company)


def test_a_rotation_without_the_right_key_changes_nothing(app: Flask, company: Company) -> None:
    write(app, company, TOKEN)
    before = raw(app, company)
    vault.configure([Fernet.generate_key().decode()])
    with app.app_context():
        result = app.test_cli_runner().invoke(args=["rotate-secrets"])
    assert result.exit_code == 1 and "PORTAL_ENCRYPTION_KEYS" in result.output
    assert raw(app, company) == before
