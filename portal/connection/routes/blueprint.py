from __future__ import annotations

from flask import Blueprint, abort, g

from portal.connection import queries
from portal.connection.models import Connection

blueprint = Blueprint("connection", __name__, url_prefix="/whatsapp/configuracoes")

PAGE = "connection/index.html"
NUMBER = "connection/number.html"
ONE = "/<int:connection_id>"


def one(connection_id: int) -> Connection:
    """A number of the person's company; 404 for any other."""
    return queries.connection_in(g.account_id, connection_id) or abort(404)
