"""Settings from the environment. Secrets that are not given are made once and kept in the instance folder."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formataddr, parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography.fernet import Fernet

from portal.sqlite import LedgerConnection

MAX_UPLOAD = 20 * 1024 * 1024
MAX_WEBHOOK = 3 * 1024 * 1024


MAKE_SECRETS = """\
export PORTAL_SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(48))')"
export PORTAL_ENCRYPTION_KEYS="$(python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())')"
"""


class ConfigError(RuntimeError):
    """The environment cannot run the portal; the message says what to set."""


@dataclass(frozen=True)
class MailServer:
    """Where e-mails are handed in. `tls` from the first byte (smtps), or `starttls` before anything else is said."""

    host: str
    port: int
    tls: bool = False
    starttls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)


def load(env: Mapping[str, str], instance: Path) -> dict[str, Any]:
    """The Flask configuration for an environment. Raises ConfigError with the cure when something is missing."""
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    url = env.get("DATABASE_URL", "")
    embedded = not url
    stored = _secrets(env, instance, make=embedded)
    public_url = env.get("PORTAL_PUBLIC_URL", f"http://127.0.0.1:{env.get('PORT', '8000')}").rstrip("/")
    secure = public_url.startswith("https://")
    return {
        "SECRET_KEY": stored["secret_key"],
        "ENCRYPTION_KEYS": stored["encryption_keys"],
        "SQLALCHEMY_DATABASE_URI": _database_url(url, instance),
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(url),
        "PUBLIC_URL": public_url,
        "GRAPH_API_URL": env.get("GRAPH_API_URL", "https://graph.facebook.com").rstrip("/"),
        "GRAPH_API_VERSION": env.get("GRAPH_API_VERSION", "v26.0"),
        "EVOLUTION_API_URL": _own_server(env.get("EVOLUTION_API_URL", "").strip()),
        "PLUGMESSAGE_API_URL": env.get("PLUGMESSAGE_API_URL", "https://api.plugzapi.com.br").rstrip("/"),
        "MAIL_SERVER": _mail_server(env.get("PORTAL_SMTP_URL", "").strip()),
        "MAIL_FROM": _mail_from(env),
        "FILE_ROOT": str(instance / "files"),
        "INSTANCE": str(instance),
        "JOBS": env.get("PORTAL_JOBS", "off"),
        "STREAMS": max(16, int(env.get("PORTAL_THREADS", "256")) - 64),
        "MAX_CONTENT_LENGTH": MAX_UPLOAD + 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "MAX_FORM_PARTS": 2_000,
        "SESSION_COOKIE_NAME": "__Host-portal" if secure else "portal",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SEND_FILE_MAX_AGE_DEFAULT": 31_536_000,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
    }


def _database_url(url: str, instance: Path) -> str:
    if not url:
        return f"sqlite:///{instance / 'portal.sqlite3'}"
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _engine_options(url: str) -> dict[str, Any]:
    if not url or url.startswith("sqlite"):
        return {
            "connect_args": {"factory": LedgerConnection, "timeout": 5.0, "check_same_thread": False},
            "hide_parameters": True,
            "pool_size": 20,
            "max_overflow": 60,
            "pool_timeout": 5,
        }
    timeouts = "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"
    # What is answered 200, and what may be sent, is on the disk, whatever the server's default.
    durable = "-c synchronous_commit=on"
    return {
        "connect_args": {"application_name": "portal", "options": f"{timeouts} {durable}"},
        "hide_parameters": True,  # a traceback in the log names no person
        "pool_pre_ping": True,
        "pool_size": 10,
        "max_overflow": 20,
        "pool_timeout": 5,
    }


def _own_server(url: str) -> str:
    """The installation's own Evolution API server, the only one that may be in its inner network; "" for none."""
    if url and not re.fullmatch(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?", url):
        raise ConfigError("EVOLUTION_API_URL is the address of the server, such as http://10.0.0.5:8080")
    return url.rstrip("/")


def _mail_server(url: str) -> MailServer | None:
    """The server of PORTAL_SMTP_URL, None for no e-mail. An error never repeats the address: it holds the password."""
    if not url:
        return None
    form = "PORTAL_SMTP_URL is smtp://user:password@host:587?starttls=1 or smtps://user:password@host:465"
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise ConfigError(form) from None
    starttls = parse_qs(parts.query).get("starttls", ["0"]) == ["1"]
    if parts.scheme not in ("smtp", "smtps") or not host or (starttls and parts.scheme == "smtps"):
        raise ConfigError(f"{form} (special characters of the password percent-encoded)")
    tls = parts.scheme == "smtps"
    if parts.username and not (tls or starttls or _is_this_machine(host)):
        raise ConfigError("PORTAL_SMTP_URL would send a password in clear: add ?starttls=1, or use smtps://")
    default = 465 if tls else 587 if starttls else 25
    return MailServer(
        host, port or default, tls, starttls, unquote(parts.username or ""), unquote(parts.password or "")
    )


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _mail_from(env: Mapping[str, str]) -> str:
    """Who the e-mails are from: "Portal <avisos@empresa.com.br>", or the address alone."""
    given = env.get("PORTAL_MAIL_FROM", "").strip()
    if not given:
        if env.get("PORTAL_SMTP_URL", "").strip():
            raise ConfigError("PORTAL_SMTP_URL needs PORTAL_MAIL_FROM too: the address that the e-mails come from")
        return ""
    name, address = parseaddr(given)
    local, _, domain = address.rpartition("@")
    if not local or "." not in domain or not given.isprintable() or not address.isascii() or " " in address:
        raise ConfigError('PORTAL_MAIL_FROM is an e-mail address, or "Name <address>"')
    return formataddr((name or "Portal de WhatsApp", address))


def _secrets(env: Mapping[str, str], instance: Path, *, make: bool) -> dict[str, Any]:
    secret_key, keys = env.get("PORTAL_SECRET_KEY", ""), env.get("PORTAL_ENCRYPTION_KEYS", "")
    if secret_key and keys:
        return {"secret_key": secret_key, "encryption_keys": _split(keys)}
    path = instance / "secrets.json"
    if not path.exists():
        if not make:
            raise ConfigError(
                "With DATABASE_URL set, every process needs the same PORTAL_SECRET_KEY and PORTAL_ENCRYPTION_KEYS. "
                f"Make them once, keep them, and set them for every process:\n{MAKE_SECRETS}"
            )
        _write_private(path, {"secret_key": secrets.token_urlsafe(48), "encryption_keys": [_new_key()]})
    stored: dict[str, Any] = json.loads(path.read_text())
    return {
        "secret_key": secret_key or stored["secret_key"],
        "encryption_keys": _split(keys) if keys else stored["encryption_keys"],
    }


def _split(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",") if key.strip()]


def _new_key() -> str:
    return Fernet.generate_key().decode()


def _write_private(path: Path, content: dict[str, Any]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file)
