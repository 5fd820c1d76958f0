from __future__ import annotations

from flask import Flask

from portal.dispatch.trails import register_trails


def init_app(app: Flask) -> None:
    register_trails()
