from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Flask, g

from portal import clock
from portal.accounts.service.people import on_new_account
from portal.audit.history import register
from portal.connection import fields, queries, trails
from portal.connection.models import Connection, ConnectionKind
from portal.connection.service import set_up
from portal.connection.states import State, state_of, worst

NOTHING = State("Sem conexão", "Sem conexão", "danger")
ALL_OFF = State("Desligada", "Conexão desligada", "danger")


def init_app(app: Flask) -> None:
    fields.installation.evolution_server = bool(app.config["EVOLUTION_API_URL"])
    on_new_account(set_up)
    register(trails.schedule_trail())
    register(trails.connection_trail())

    @app.context_processor
    def status() -> dict[str, Any]:
        if not g.get("user"):
            return {"connection_badge": None, "simulation": False, "number_names": {}}
        known = queries.with_removed(g.account_id)
        numbers = [number for number in known if number.archived_at is None]
        talking = [number for number in numbers if number.enabled]
        simulated = bool(talking) and all(number.kind is ConnectionKind.SIMULATOR for number in talking)
        names = queries.names_of(known)
        return {"connection_badge": badge(numbers), "simulation": simulated, "number_names": names}


def badge(numbers: Sequence[Connection]) -> State:
    """What the top bar says on every page: how the numbers that are on are doing, the worst of them."""
    now = clock.local(clock.now(), g.user.account.timezone)
    found = worst([state_of(number, now) for number in numbers if number.enabled])
    return found or (ALL_OFF if numbers else NOTHING)
