"""The numbers in addresses: those that no row can have are not found, before any database is asked."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1
"""What an integer column holds on PostgreSQL."""


class RowId(IntegerConverter):
    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST)


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = RowId
