from __future__ import annotations

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from portal.inbox import queries
from portal.web.guards import signed_in
from portal.web.partials import fragment

blueprint = Blueprint("inbox", __name__, url_prefix="/conversas")


@blueprint.get("")
@signed_in
def index() -> Response:
    tab = request.args.get("aba", "minhas")
    return fragment("inbox/index.html", conversations=queries.conversations(g.user, tab))
