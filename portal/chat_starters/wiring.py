from __future__ import annotations

from flask import Flask

from portal.chat_starters.trails import register_trails


def init_app(app: Flask) -> None:
    register_trails()
