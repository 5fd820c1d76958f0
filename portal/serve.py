"""`./dev run`: one process that migrates, makes the demo company, serves the pages and runs the jobs."""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from gunicorn.app.base import BaseApplication
from sqlalchemy.exc import OperationalError

from portal import create_app
from portal.accounts.service.people import new_password
from portal.config import ConfigError
from portal.demo import service as demo
from portal.extensions import db
from portal.jobs.runner import Runner

THREADS = 256
HEARTBEATS = "/dev/shm"  # nosec B108


def server_settings(port: int) -> dict[str, Any]:
    """What gunicorn is told; the benchmark's peers are told the same."""
    return {
        "bind": f"127.0.0.1:{port}",
        "worker_class": "gthread",
        "workers": 1,
        "threads": int(os.environ.get("PORTAL_THREADS", THREADS)),
        "timeout": 120,
        "graceful_timeout": 3,
        "keepalive": 5,
        "loglevel": "warning",
        "control_socket_disable": True,
        "worker_tmp_dir": HEARTBEATS if Path(HEARTBEATS).is_dir() else None,
    }


class EmbeddedServer(BaseApplication):  # type: ignore[misc]
    """gunicorn with one worker of many threads: an open live stream holds a thread."""

    def __init__(self, app: Flask, port: int) -> None:
        self._app = app
        self._port = port
        super().__init__()

    def load_config(self) -> None:
        for name, value in server_settings(self._port).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Called in the worker: the clock belongs to the process that serves. The app has no thread or open connection
        from before the fork."""
        if self._app.config["JOBS"] == "inline":
            Runner(self._app).start_in_background()
        return self._app


def main() -> None:
    os.environ.setdefault("PORTAL_JOBS", "inline")
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    port = int(os.environ.get("PORT", "8000"))
    try:
        app = create_app()
    except ConfigError as error:
        sys.exit(str(error))
    _refuse_taken(port)
    try:
        password = _prepare(app)
    except OperationalError as error:
        reason = str(error.orig).splitlines()[0]
        sys.exit(f"The database does not answer ({reason}). Is it running, and is DATABASE_URL right?")
    _greet(app.config["PUBLIC_URL"], password)
    EmbeddedServer(app, port).run()


def _prepare(app: Flask) -> str | None:
    """Migrate and make the demo company; nothing of it stays open when the server forks."""
    with app.app_context():
        try:
            upgrade()
            return _demo_password(Path(app.config["INSTANCE"]))
        finally:
            db.session.remove()
            db.engine.dispose()


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            sys.exit(f"Port {port} is in use. End what uses it, or choose another: PORT={port + 1} ./dev run")


def _demo_password(instance: Path) -> str | None:
    """The demo people's password, while it still is the one that was made here; kept beside the other secrets."""
    path = instance / "demo.json"
    if not demo.exists():
        password = os.environ.get("PORTAL_DEMO_PASSWORD") or new_password()
        demo.set_up(password)
        path.touch(mode=0o600)
        path.write_text(json.dumps({"password": password}))
        return password
    if not path.exists():
        return None
    password = str(json.loads(path.read_text())["password"])
    return password if demo.password_holds(password) else None


def _greet(url: str, password: str | None) -> None:
    lines = [f"\n  Portal de WhatsApp: {url}\n"]
    for name, email, role in demo.PEOPLE:
        lines.append(f"  {email:<22} {password or '(password changed)':<18} {name}, {role.value}")
    lines.append("\n  Everything is simulated until a number is connected. Ctrl+C stops.\n")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
