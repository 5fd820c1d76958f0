"""What the pages of chat starters share."""

from __future__ import annotations

from flask import Blueprint, abort, g, url_for

from portal.chat_starters import queries
from portal.chat_starters.models import ChatStarter
from portal.chat_starters.view import StarterView, views
from portal.connection import queries as connections
from portal.connection.models import Connection

blueprint = Blueprint("chat_starters", __name__, url_prefix="/whatsapp/modelos")


def starter_or_404(starter_id: int) -> ChatStarter:
    """A starter of the company's connection in use."""
    starter = queries.starter_in(g.account_id, starter_id)
    return starter if starter is not None and starter.connection_id == connection_or_404().id else abort(404)


def connection_or_404() -> Connection:
    return connections.current(g.account_id) or abort(404)


def view_of(starter: ChatStarter) -> StarterView:
    return views(g.account_id, [starter])[0]


def page_of_starter(starter: ChatStarter) -> str:
    return url_for("chat_starters.one", starter_id=starter.id)
