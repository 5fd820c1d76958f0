from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, g

from portal.accounts.service.people import on_new_account
from portal.audit.history import register
from portal.connection import queries, trails
from portal.connection.models import Connection, ConnectionKind
from portal.connection.service import set_up


@dataclass(frozen=True)
class Badge:
    """What the top bar says of the connection, on every page."""

    text: str
    tone: str


def init_app(app: Flask) -> None:
    on_new_account(set_up)
    register(trails.schedule_trail())
    register(trails.connection_trail())

    @app.context_processor
    def status() -> dict[str, Any]:
        if not g.get("user"):
            return {"connection_badge": None, "simulation": False}
        connection = queries.current(g.account_id)
        simulated = connection is not None and connection.kind is ConnectionKind.SIMULATOR
        return {"connection_badge": badge(connection), "simulation": simulated}


def badge(connection: Connection | None) -> Badge:
    if connection is None:
        return Badge("Sem conexão", "danger")
    name = queries.NAMES[connection.kind]
    if connection.stopped_code:
        return Badge(f"{name} — parada", "danger")
    if connection.kind is ConnectionKind.CLOUD_API and not connection.access_token:
        return Badge(f"{name} — falta configurar", "warning")
    return Badge(name, "info" if connection.kind is ConnectionKind.SIMULATOR else "success")
