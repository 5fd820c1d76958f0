"""Who is asking: loads the person of the request's session before any view runs."""

from __future__ import annotations

from flask import Flask, g, request, session
from werkzeug.wrappers import Response

from portal.accounts import company_trail, people_trail
from portal.accounts.service import login
from portal.extensions import start_reading, start_writing

SAFE = ("GET", "HEAD", "OPTIONS")


def init_app(app: Flask) -> None:
    app.extensions["session_rank"] = login.rank_of
    company_trail.init()
    people_trail.register_people_trail()

    @app.before_request
    def load() -> None:
        (start_reading if request.method in SAFE else start_writing)()
        g.user, g.account_id = None, None
        token = session.get("token")
        if request.endpoint == "static" or not token:
            return
        row = login.living(token)
        if row is None:
            session.clear()
            return
        g.user, g.account_id = row.user, row.account_id
        g.mark_seen = request.endpoint != "live.stream" and login.needs_mark(row)

    @app.after_request
    def seen(response: Response) -> Response:
        if g.get("mark_seen") and session.get("token"):
            login.mark_seen(session["token"])
        return response

    @app.teardown_request
    def reset(error: BaseException | None) -> None:
        start_writing()
