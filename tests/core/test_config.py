"""The environment: what is given is used, what is missing is made or named with its cure."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from portal import config

SECRETS = {"PORTAL_SECRET_KEY": "given", "PORTAL_ENCRYPTION_KEYS": "first, second ,"}
POSTGRES = {"DATABASE_URL": "postgresql://somebody@db.example/portal"}


def test_the_first_embedded_start_makes_secrets_and_the_next_one_finds_them(tmp_path: Path) -> None:
    first = config.load({}, tmp_path / "instance")
    again = config.load({}, tmp_path / "instance")
    assert first["SECRET_KEY"] == again["SECRET_KEY"] and len(first["SECRET_KEY"]) >= 48
    assert first["ENCRYPTION_KEYS"] == again["ENCRYPTION_KEYS"]
    file = tmp_path / "instance" / "secrets.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert first["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path / 'instance' / 'portal.sqlite3'}"


def test_two_installations_have_different_secrets(tmp_path: Path) -> None:
    assert config.load({}, tmp_path / "a")["SECRET_KEY"] != config.load({}, tmp_path / "b")["SECRET_KEY"]


@pytest.mark.parametrize("missing", sorted(SECRETS))
def test_with_a_database_url_a_missing_secret_is_an_error_that_names_it(tmp_path: Path, missing: str) -> None:
    env = {**POSTGRES, **SECRETS}
    del env[missing]
    with pytest.raises(config.ConfigError, match=missing):
        config.load(env, tmp_path)
    assert not (tmp_path / "secrets.json").exists(), "a process that cannot share a secret makes none"


def test_the_cure_in_the_message_works(tmp_path: Path) -> None:
    """The commands are run as they are written."""
    with pytest.raises(config.ConfigError) as caught:
        config.load(POSTGRES, tmp_path)
    commands = re.findall(r"(PORTAL_\w+)=\"\$\(python -c '([^']+)'\)\"", str(caught.value))
    assert [name for name, _ in commands] == ["PORTAL_SECRET_KEY", "PORTAL_ENCRYPTION_KEYS"]
    made = {name: subprocess.check_output([sys.executable, "-c", code], text=True).strip() for name, code in commands}
    loaded = config.load({**POSTGRES, **made}, tmp_path)
    assert loaded["SECRET_KEY"] == made["PORTAL_SECRET_KEY"] and len(loaded["SECRET_KEY"]) >= 40
    config.Fernet(loaded["ENCRYPTION_KEYS"][0])


def test_given_secrets_win_over_stored_ones(tmp_path: Path) -> None:
    config.load({}, tmp_path)
    loaded = config.load({"PORTAL_SECRET_KEY": "given"}, tmp_path)
    assert loaded["SECRET_KEY"] == "given"
    assert loaded["ENCRYPTION_KEYS"] == json.loads((tmp_path / "secrets.json").read_text())["encryption_keys"]
    assert config.load(SECRETS, tmp_path)["ENCRYPTION_KEYS"] == ["first", "second"]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_gets_our_driver(tmp_path: Path, scheme: str) -> None:
    loaded = config.load(
        {**SECRETS, "DATABASE_URL": f"{scheme}://u:p@db.example:5433/portal?sslmode=require"}, tmp_path
    )
    assert loaded["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://u:p@db.example:5433/portal?sslmode=require"
    assert "factory" not in loaded["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"]


@pytest.mark.parametrize("url", ["", "sqlite:////srv/portal.sqlite3"])
def test_every_sqlite_gets_the_write_lock(tmp_path: Path, url: str) -> None:
    loaded = config.load({**SECRETS, "DATABASE_URL": url}, tmp_path)
    assert loaded["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"]["factory"] is config.LedgerConnection


@pytest.mark.parametrize("url", ["", "postgresql://db.example/portal"])
def test_errors_of_the_database_never_carry_what_was_being_saved(tmp_path: Path, url: str) -> None:
    loaded = config.load({**SECRETS, "DATABASE_URL": url}, tmp_path)
    assert loaded["SQLALCHEMY_ENGINE_OPTIONS"]["hide_parameters"] is True


def test_https_makes_the_cookie_secure_and_bound_to_the_host(tmp_path: Path) -> None:
    plain = config.load({"PORT": "9000"}, tmp_path)
    assert plain["PUBLIC_URL"] == "http://127.0.0.1:9000"
    assert (plain["SESSION_COOKIE_NAME"], plain["SESSION_COOKIE_SECURE"]) == ("portal", False)
    public = config.load({"PORTAL_PUBLIC_URL": "https://portal.example/"}, tmp_path)
    assert public["PUBLIC_URL"] == "https://portal.example"
    assert (public["SESSION_COOKIE_NAME"], public["SESSION_COOKIE_SECURE"]) == ("__Host-portal", True)
    for loaded in (plain, public):
        assert loaded["SESSION_COOKIE_HTTPONLY"] and loaded["SESSION_COOKIE_SAMESITE"] == "Lax"
