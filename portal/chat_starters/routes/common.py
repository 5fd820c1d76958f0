"""What the pages of chat starters share."""

from __future__ import annotations

from flask import Blueprint, abort, g, request, url_for

from portal.chat_starters import queries
from portal.chat_starters.models import ChatStarter
from portal.chat_starters.view import StarterView, views
from portal.connection import queries as connections
from portal.connection.models import Connection

blueprint = Blueprint("chat_starters", __name__, url_prefix="/whatsapp/modelos")


def starter_or_404(starter_id: int) -> ChatStarter:
    return queries.starter_in(g.account_id, starter_id) or abort(404)


def connection_of(starter: ChatStarter) -> Connection:
    """The number that a starter belongs to: Meta keeps templates for each account."""
    return connections.connection_in(g.account_id, starter.connection_id) or abort(404)


def chosen_connection() -> Connection:
    """The number that the request names (`numero`), else the primary one."""
    wanted = request.values.get("numero", "")
    if not wanted:
        return connections.current(g.account_id) or abort(404)
    known = wanted.isascii() and wanted.isdigit() and len(wanted) < 10
    return (connections.connection_in(g.account_id, int(wanted)) if known else None) or abort(404)


def view_of(starter: ChatStarter) -> StarterView:
    return views(g.account_id, [starter])[0]


def page_of_starter(starter: ChatStarter) -> str:
    return url_for("chat_starters.one", starter_id=starter.id)


def list_of(connection: Connection) -> str:
    """The address of a number's list; the primary one's is the tab itself."""
    return url_for("chat_starters.show", numero=None if connection.primary else connection.id)
