from __future__ import annotations

from flask import Flask

from portal.connection.service import on_corrected
from portal.webhooks.entrance import Entrance
from portal.webhooks.service import apply_again


def init_app(app: Flask) -> None:
    on_corrected(apply_again)
    app.wsgi_app = Entrance(app)  # type: ignore[method-assign]
