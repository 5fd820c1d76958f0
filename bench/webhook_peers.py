"""The peers of the webhook benchmark, served as the portal serves itself. Run as a script, also by a Python that has
neither the portal nor its libraries: `webhook_peers.py SETTINGS bare` and `webhook_peers.py SETTINGS pywa FILE SECRET`,
with gunicorn's settings as JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

from flask import Flask, request
from gunicorn.app.base import BaseApplication

PATH = "/webhook"


class Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, app: Flask, settings: dict[str, Any]) -> None:
        self._app = app
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings.items():
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
    Server(bare() if sys.argv[2] == "bare" else pywa(*sys.argv[3:]), json.loads(sys.argv[1])).run()
