from __future__ import annotations

import json
import queue
import time
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, abort, current_app, g, request, session

from portal.extensions import transactions
from portal.live.broadcast import Broadcaster, Listener, Signal, newest_id, read_after
from portal.live.service import let_go
from portal.web.guards import signed_in

blueprint = Blueprint("live", __name__)

HEARTBEAT = 12.0
REPLAY_LIMIT = 500


@blueprint.get("/eventos")
@signed_in
def stream() -> Response:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    broadcaster: Broadcaster = app.extensions["broadcaster"]
    if broadcaster.count >= app.config["STREAMS"]:
        abort(503)
    listener = Listener(g.account_id, g.user.id, g.user.is_admin)
    last = _last_id()
    token = session["token"]
    let_go()
    broadcaster.start()
    broadcaster.add(listener)
    try:
        replay = _replay(app, listener, last)
    except BaseException:
        broadcaster.remove(listener)
        raise
    response = Response(_messages(app, listener, replay, token), mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(lambda: broadcaster.remove(listener))
    return response


def _last_id() -> int | None:
    given = request.headers.get("Last-Event-ID") or request.args.get("ultimo", "")
    return int(given) if given.isdigit() and len(given) < 19 else None


@dataclass(frozen=True)
class Replay:
    """What a browser missed. `reset`: too much, or an id from the future (a restored backup), so it refetches all."""

    signals: list[Signal]
    after: int
    reset: bool


def _replay(app: Flask, listener: Listener, last: int | None) -> Replay:
    if last is None:
        return Replay([], 0, reset=False)
    if last > newest_id(app):
        return Replay([], 0, reset=True)
    missed = read_after(app, last, listener.account_id, REPLAY_LIMIT + 1)
    if len(missed) > REPLAY_LIMIT:
        return Replay([], missed[-1].id, reset=True)
    return Replay([signal for signal in missed if listener.may_hear(signal)], last, reset=False)


def _messages(app: Flask, listener: Listener, replay: Replay, token: str) -> Iterator[str]:
    yield "retry: 2000\nevent: hello\ndata: {}\n\n"
    if replay.reset:
        yield "event: reset\ndata: {}\n\n"
    last = replay.after
    for signal in replay.signals:
        last = signal.id
        yield _message(signal)
    checked = time.monotonic()
    while True:
        if listener.overflowed:
            listener.overflowed = False
            yield "event: reset\ndata: {}\n\n"
        try:
            signal = listener.signals.get(timeout=HEARTBEAT)
        except queue.Empty:
            yield "event: beat\ndata: {}\n\n"
        else:
            if signal.id > last:
                last = signal.id
                yield _message(signal)
        if time.monotonic() - checked > HEARTBEAT:
            checked = time.monotonic()
            if _rank(app, token) != listener.is_admin:
                return


def _message(signal: Signal) -> str:
    return f"id: {signal.id}\nevent: {signal.topic}\ndata: {json.dumps({'id': signal.ref})}\n\n"


def _rank(app: Flask, token: str) -> bool | None:
    """Whether the session is an admin's; None when it has ended (logout, deactivation, password reset). A stream ends
    with its session and with its person's role; the browser connects again as whoever it is then."""
    with transactions(read_only=True), app.app_context():
        rank: bool | None = app.extensions["session_rank"](token)
        return rank
