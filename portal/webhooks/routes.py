from __future__ import annotations

import json

from flask import Blueprint, Response, abort, request

from portal import gateways
from portal.config import MAX_WEBHOOK
from portal.connection import queries as connections
from portal.connection.models import Connection
from portal.connection.service import health
from portal.extensions import csrf
from portal.gateways.cloud_api_webhooks import verification
from portal.web.guards import public
from portal.webhooks import queries, service

MAX_UNSIGNED = 512 * 1024
"""The unofficial API sends links to media, never media."""

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")
csrf.exempt(blueprint)


@blueprint.get("/cloud-api/<key>")
@public
def verify(key: str) -> Response:
    connection = _connection(key)
    challenge = verification(request.args, connection.verify_token)
    if challenge is None:
        abort(403)
    health.note_verified(connection)
    return Response(challenge, mimetype="text/plain")


@blueprint.post("/cloud-api/<key>")
@public
def receive(key: str) -> Response:
    body = _body(MAX_WEBHOOK)
    connection = _connection(key)
    if not _is_authentic(connection, body):
        abort(403)
    service.receive(connection, body)
    return Response("", 200)


@blueprint.post("/plugmessage/<key>", defaults={"kind": "plugmessage"})
@blueprint.post("/evolution/<key>", defaults={"kind": "evolution"})
@public
def receive_unsigned(kind: str, key: str) -> Response:
    """Of a provider that signs nothing: the secret in the address is the proof, and whatever is not right is not there."""
    body = _body(MAX_UNSIGNED)
    connection = queries.connection_of_secret(kind, key) or abort(404)
    if not request.is_json or not _is_object(body) or not _is_authentic(connection, body):
        abort(404)
    service.receive(connection, body)
    return Response("", 200)


def _body(most: int) -> bytes:
    if (request.content_length or 0) > most:
        abort(413)
    request.max_content_length = most
    return request.get_data(cache=False)


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False


def _is_authentic(connection: Connection, body: bytes) -> bool:
    gateway = gateways.get(connection.kind.value)
    return gateway.authentic(connection.line, body, dict(request.headers))


def _connection(key: str) -> Connection:
    return connections.by_webhook_key("cloud_api", key) or abort(404)
