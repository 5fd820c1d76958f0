from __future__ import annotations

from flask import Flask

from portal.connection.service import on_archived
from portal.dispatch.service.control import end_all_on
from portal.dispatch.trails import register_trails


def init_app(app: Flask) -> None:
    register_trails()
    on_archived(end_all_on)
