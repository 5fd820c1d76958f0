from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, g

from portal.notifications import queries
from portal.notifications.service import mail


def init_app(app: Flask) -> None:
    mail.use(mail.Office(app.config["MAIL_SERVER"], app.config["MAIL_FROM"], app.config["PUBLIC_URL"]))

    @app.context_processor
    def bell() -> dict[str, Any]:
        """A function, so that only what shows the number asks for it."""
        count: Callable[[], int] = lambda: queries.unread(g.user.id) if g.get("user") else 0  # noqa: E731
        return {"unread_notifications": count}
