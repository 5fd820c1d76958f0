"""Two questions of whoever watches over the processes: is it alive, and can it work."""

from __future__ import annotations

import functools
from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, Response, current_app

from portal.extensions import db
from portal.web.guards import public

blueprint = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
@public
def alive() -> Response:
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@public
def ready() -> Response:
    try:
        stored = db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    except sa.exc.DBAPIError as error:
        current_app.logger.warning("not ready: %s", type(error).__name__)
        return Response("database: not reachable or not migrated\n", 503, mimetype="text/plain")
    if stored != _newest(current_app.extensions["migrate"].directory):
        return Response("database: migrate it with `flask --app wsgi db upgrade`\n", 503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")


@functools.cache
def _newest(directory: str) -> str | None:
    config = Config(Path(directory) / "alembic.ini")
    config.set_main_option("script_location", directory)
    return ScriptDirectory.from_config(config).get_current_head()
