from __future__ import annotations

from flask import Blueprint, Response, abort, request

from portal import gateways
from portal.config import MAX_WEBHOOK
from portal.connection import queries
from portal.connection.models import Connection
from portal.extensions import csrf
from portal.gateways.cloud_api_webhooks import verification
from portal.web.guards import public
from portal.webhooks import service

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")
csrf.exempt(blueprint)


@blueprint.get("/cloud-api/<key>")
@public
def verify(key: str) -> Response:
    connection = _connection(key)
    challenge = verification(request.args, connection.verify_token)
    if challenge is None:
        abort(403)
    return Response(challenge, mimetype="text/plain")


@blueprint.post("/cloud-api/<key>")
@public
def receive(key: str) -> Response:
    if (request.content_length or 0) > MAX_WEBHOOK:
        abort(413)
    request.max_content_length = MAX_WEBHOOK
    body = request.get_data(cache=False)
    connection = _connection(key)
    gateway = gateways.get(connection.kind.value)
    if not gateway.authentic(connection.line, body, dict(request.headers)):
        abort(403)
    service.receive(connection, body)
    return Response("", 200)


def _connection(key: str) -> Connection:
    connection = queries.by_webhook_key("cloud_api", key)
    if connection is None:
        abort(404)
    return connection
