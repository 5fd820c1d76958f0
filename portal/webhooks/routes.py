from __future__ import annotations

import json

from flask import Blueprint, Response, abort, current_app, request
from werkzeug.exceptions import NotFound

from portal import gateways
from portal.connection import queries as connections
from portal.connection.models import Connection
from portal.connection.service import health
from portal.connection.service.numbers import secret_key
from portal.extensions import csrf
from portal.gateways.cloud_api_webhooks import verification
from portal.web.guards import public
from portal.webhooks import queries, service
from portal.webhooks.entrance import REASON
from portal.webhooks.strangers import Strangers

MAX_UNSIGNED = 512 * 1024
"""The unofficial API sends links to media, never media."""

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")
csrf.exempt(blueprint)
blueprint.record(lambda state: state.app.extensions.__setitem__("strangers", Strangers(connections.unsigned_keys)))


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
    """Only what the entrance did not let in comes here, with its reason."""
    raise request.environ.get(REASON) or NotFound


@blueprint.post("/plugmessage/<key>", defaults={"kind": "plugmessage"})
@blueprint.post("/evolution/<key>", defaults={"kind": "evolution"})
@public
def receive_unsigned(kind: str, key: str) -> Response:
    """Of a provider that signs nothing: the secret in the address is the proof, and whatever is not right is not there."""
    strangers, remote = current_app.extensions["strangers"], request.remote_addr or ""
    if not strangers.may_ask(remote, secret_key(key)):
        abort(404)
    body = _body(MAX_UNSIGNED)
    connection = queries.connection_of_secret(kind, key)
    if connection is None:
        strangers.was_wrong(remote)
        abort(404)
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
