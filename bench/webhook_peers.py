"""The peers of the webhook benchmark, served as the portal serves itself. Run as a script, also by a Python that has
neither the portal nor its libraries: `webhook_peers.py bare PORT` and `webhook_peers.py pywa PORT FILE SECRET`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from flask import Flask, request
from gunicorn.app.base import BaseApplication

PATH = "/webhook"
HEARTBEATS = "/dev/shm"  # nosec B108


class Server(BaseApplication):  # type: ignore[misc]
    """The settings of `portal.serve.EmbeddedServer`."""

    def __init__(self, app: Flask, port: int) -> None:
        self._app = app
        self._port = port
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": f"127.0.0.1:{self._port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": 256,
            "timeout": 120,
            "graceful_timeout": 3,
            "keepalive": 5,
            "loglevel": "warning",
            "control_socket_disable": True,
            "worker_tmp_dir": HEARTBEATS if Path(HEARTBEATS).is_dir() else None,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app


def bare() -> Flask:
    """What no webhook can be faster than on this server: the body is read and thrown away."""
    app = Flask("bare")

    @app.post(PATH)
    def receive() -> str:
        request.get_data(cache=False)
        return ""

    return app


def pywa(file: str, secret: str) -> Flask:
    """pywa's own Flask route, signature checked, with a handler that keeps each update as its users would: SQLAlchemy
    on SQLite, in WAL and with every commit on the disk, as ours."""
    import sqlalchemy as sa
    from pywa import WhatsApp  # type: ignore[import-not-found]

    app = Flask("pywa")
    engine = sa.create_engine(f"sqlite:///{file}", connect_args={"timeout": 30}, pool_size=20, max_overflow=60)

    @sa.event.listens_for(engine, "connect")
    def durable(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    kept = sa.Table(
        "kept", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("body", sa.JSON, nullable=False)
    )
    kept.metadata.create_all(engine)
    engine.dispose()
    whatsapp = WhatsApp(
        phone_id="106500001",
        token="t",  # nosec B106
        server=app,
        webhook_endpoint=PATH,
        verify_token="v",  # nosec B106
        app_secret=secret,
        validate_updates=True,
    )

    @whatsapp.on_raw_update  # type: ignore[untyped-decorator]
    def keep(_client: Any, update: Any) -> None:
        with engine.begin() as connection:
            connection.execute(kept.insert(), {"body": dict(update)})

    return app


if __name__ == "__main__":
    Server(bare() if sys.argv[1] == "bare" else pywa(*sys.argv[3:]), int(sys.argv[2])).run()
