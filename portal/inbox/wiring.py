from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, g

from portal.account_settings.service import on_ask_receiver
from portal.accounts.service.people import on_leaving
from portal.connection.service import on_archived
from portal.connection.service.discard import on_discarded
from portal.gateways.registry import explain
from portal.inbox import file_view, queries, view
from portal.inbox.service import discarded, file_store, removed
from portal.inbox.service.assign import hand_over_all_of, receiver_now
from portal.inbox.trails import register_trails
from portal.portfolio.access import on_check


def init_app(app: Flask) -> None:
    file_store.use(Path(app.config["FILE_ROOT"]))
    on_leaving(hand_over_all_of)
    on_discarded(discarded.settle)
    on_archived(removed.end_all_on)
    on_check(queries.talks_with)
    on_ask_receiver(receiver_now)
    register_trails()
    app.jinja_env.filters.update(
        conversation_name=view.name_of,
        contact_phone=view.phone_of,
        opt_out_words=view.opt_out_words,
        message_author=view.author_of,
        message_options=view.options_of,
        message_file=view.file_of,
        arrived_because=view.arrived_because,
        message_decision=view.decision_of,
        shown_file=file_view.shown,
        message_words=file_view.words_of,
    )
    app.jinja_env.globals.update(message_reason=view.reason_of, may_resend=view.may_resend, explain_error=explain)

    @app.context_processor
    def unread() -> dict[str, Any]:
        """A function, so that only what shows the number asks for it."""
        count: Callable[[], int] = lambda: queries.unread_total(g.user) if g.get("user") else 0  # noqa: E731
        return {"unread_conversations": count}
