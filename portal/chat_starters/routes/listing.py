from __future__ import annotations

from typing import Any

from flask import abort, g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.chat_starters import queries
from portal.chat_starters.models import StarterStatus
from portal.chat_starters.queries import Wanted
from portal.chat_starters.routes.common import blueprint, chosen_connection, list_of
from portal.chat_starters.service import submit
from portal.chat_starters.service import sync as sync_service
from portal.chat_starters.view import STATUS, views
from portal.connection import queries as connections
from portal.connection.models import ConnectionKind
from portal.extensions import htmx
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

PAGE, LIST = "chat_starters/index.html", "chat_starters/_list.html"


@blueprint.get("")
@admin_only
def show() -> Response:
    return fragment(PAGE, **page())


@blueprint.get("/lista")
@admin_only
def listing() -> Response:
    if not htmx:
        return redirect(url_for("chat_starters.show"), 303)
    return fragment(LIST, **_listed())


@blueprint.post("/sincronizar")
@admin_only
def sync() -> Response:
    connection = chosen_connection()
    if connection.kind is not ConnectionKind.CLOUD_API:
        abort(404)
    try:
        result = sync_service.sync(connection)
    except sync_service.SyncFailed as error:
        return invalid(PAGE, **page(sync_error=str(error)))
    changed = {0: "nada mudou", 1: "1 novo ou alterado"}.get(result.changed, f"{result.changed} novos ou alterados")
    noun = "modelo" if result.total == 1 else "modelos"
    return saved(f"Sincronizado com a Meta: {result.total} {noun} na conta, {changed}.", list_of(connection))


def page(**more: Any) -> dict[str, Any]:
    """The whole tab."""
    connection = chosen_connection()
    official = connection.kind is ConnectionKind.CLOUD_API
    return {
        "connection": connection,
        "numbers": [(row, connections.title_of(row)) for row in connections.connections_of(g.account_id)],
        "official": official,
        "approval": submit.needs_approval(connection),
        "ready": not official or bool(connection.access_token and connection.waba_id),
        "sync_error": "",
        "synced_at": queries.last_sync(connection.id) if official else None,
        **_listed(),
        **more,
    }


def _listed() -> dict[str, Any]:
    """The list, filtered as the address says."""
    connection, wanted = chosen_connection(), _wanted()
    found = queries.browse(connection.id, wanted, _number())
    return {
        "page": found,
        "starters": views(g.account_id, found.items),
        "kept": queries.count_of(connection.id, deleted=False),
        "gone": queries.count_of(connection.id, deleted=True),
        "wanted": wanted,
        "states": [(status.value, words[0]) for status, words in STATUS.items() if status is not StarterStatus.DELETED],
        "filters": {
            "numero": None if connection.primary else connection.id,
            "busca": wanted.words or None,
            "situacao": wanted.status.value if wanted.status else None,
            "excluidos": "1" if wanted.deleted else None,
        },
    }


def _wanted() -> Wanted:
    asked = request.args.get("situacao", "")
    status = StarterStatus(asked) if asked in set(StarterStatus) else None
    words = request.args.get("busca", "").replace("\x00", "").strip()[:200]
    return Wanted(words, status, request.args.get("excluidos") == "1")


def _number() -> int:
    number = request.args.get("pagina", "1")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1
