"""The servers of the webhook benchmark, each a process of its own: bare Flask, the portal, pywa."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sqlite3
import subprocess  # nosec B404
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import sqlalchemy as sa

from bench.company import APP_SECRET, official_connection
from bench.webhook_peers import PATH
from portal import create_app, jobs
from portal.accounts.models import User
from portal.extensions import db
from portal.serve import server_settings
from portal.webhooks.models import WebhookEvent
from tests.support.databases import Template
from tests.support.people import make_company

PYWA = "4.5.0"
START_SECONDS = 20.0
INSTALL_SECONDS = 40.0
ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """A running one. `cpu_seconds` is the processor time of it and of its workers so far."""

    name: str
    port: int
    path: str
    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        mine = [self.process.pid, *_children(self.process.pid)]
        return sum(_ticks(pid) for pid in mine) / TICKS


@contextmanager
def bare() -> Iterator[Server]:
    port = _free_port()
    with _running("bare Flask", port, PATH, [sys.executable, *_peer(port), "bare"]) as server:
        yield server


@contextmanager
def ours(env: dict[str, str], path: str, *, applying: bool) -> Iterator[Server]:
    """The portal as `./dev run` serves it; `applying`: with its jobs in the same process, which act on what comes."""
    port = _free_port()
    settings = env | {"PORT": str(port), "PORTAL_JOBS": "inline" if applying else "off"}
    with _running("ours", port, path, [sys.executable, "-m", "portal.serve"], settings) as server:
        yield server


@contextmanager
def pywa(python: str, folder: Path) -> Iterator[Server]:
    port = _free_port()
    script = [python, *_peer(port), "pywa", str(folder / "pywa.sqlite3"), APP_SECRET]
    with _running(f"pywa {PYWA}", port, PATH, script) as server:
        yield server


def _peer(port: int) -> list[str]:
    return ["bench/webhook_peers.py", json.dumps(server_settings(port))]


def pywa_python(folder: Path) -> str:
    """A Python with pywa and our versions of what it shares with us. Raises RuntimeError when it cannot be had."""
    wanted = [f"pywa=={PYWA}", *(f"{name}=={version(name)}" for name in ("flask", "gunicorn", "sqlalchemy"))]
    python, uv = folder / "venv/bin/python", Path(sys.executable).parent / "uv"
    if uv.exists():
        steps = [[str(uv), "venv", "-q", "--python", sys.executable, str(folder / "venv")]]
        steps += [[str(uv), "pip", "install", "-q", "--python", str(python), *wanted]]
    else:
        steps = [[sys.executable, "-m", "venv", str(folder / "venv")]]
        steps += [[str(python), "-m", "pip", "install", "-q", *wanted]]
    try:
        for step in steps:
            subprocess.run(step, check=True, capture_output=True, timeout=INSTALL_SECONDS)  # nosec B603
    except (subprocess.SubprocessError, OSError) as error:
        raise RuntimeError(f"pywa {PYWA} could not be installed ({type(error).__name__})") from error
    return str(python)


def prepare(database: Template, folder: Path) -> tuple[dict[str, str], str]:
    """A database with a company on the official API: the environment for it, and the path of its webhook."""
    env = database.copy(folder).env
    app = create_app(env)
    company = make_company(app, "Cobrança Medida")
    with app.app_context():
        connection = official_connection(db.session.get_one(User, company.admin.id), 1_000, 5)
        path = f"/webhooks/cloud-api/{connection.webhook_key}"
        db.session.remove()
        db.engine.dispose()
    jobs.forget_wakers()
    return env, path


def ours_kept_once(env: dict[str, str], accepted: Sequence[bytes]) -> bool:
    """Whether every accepted body, and nothing else, is in the table, once and whole."""
    app = create_app(env)
    with app.app_context():
        kept = Counter(bytes(body) for body in db.session.scalars(sa.select(WebhookEvent.body)))
        hashes = Counter(db.session.scalars(sa.select(WebhookEvent.body_hash)))
        db.session.remove()
        db.engine.dispose()
    jobs.forget_wakers()
    return kept == Counter(accepted) and hashes == Counter(hashlib.sha256(body).hexdigest() for body in accepted)


def pywa_kept_once(folder: Path, accepted: Sequence[bytes]) -> bool:
    with sqlite3.connect(folder / "pywa.sqlite3") as connection:
        kept = [json.loads(body) for (body,) in connection.execute("SELECT body FROM kept")]
    connection.close()
    return Counter(map(_id_of, kept)) == Counter(_id_of(json.loads(body)) for body in accepted)


def _id_of(update: dict[str, list[dict[str, list[dict[str, dict[str, list[dict[str, str]]]]]]]]) -> str:
    return update["entry"][0]["changes"][0]["value"]["messages"][0]["id"]


@contextmanager
def _running(
    name: str, port: int, path: str, command: list[str], env: dict[str, str] | None = None
) -> Iterator[Server]:
    process = subprocess.Popen(  # nosec B603
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(process, port)
        yield Server(name, port, path, process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"a server did not start within {START_SECONDS:.0f} s")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
