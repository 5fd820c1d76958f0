from __future__ import annotations

from flask import Flask, g

from portal.extensions import db
from portal.live import queries
from portal.live.broadcast import Broadcaster


def init_app(app: Flask) -> None:
    app.extensions["broadcaster"] = Broadcaster(app)

    @app.context_processor
    def cursor() -> dict[str, int]:
        """Where a page stands in the stream of events: what happens between its making and its connecting is replayed."""
        return {"live_cursor": queries.newest_id(db.session)} if g.get("user") else {}
