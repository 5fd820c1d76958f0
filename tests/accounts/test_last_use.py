"""The moment of a person's last use of the portal is noted beside their request, never in its way."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.accounts.models import UserSession
from portal.extensions import db
from tests.inbox.talk import ask_for_operator
from tests.support.browser import Browser
from tests.support.people import Company, set_available


@pytest.mark.parametrize(("text", "status"), [("", 422), ("Bom dia", 200)])
def test_a_write_after_a_pause_is_not_held_up(
    app: Flask, company: Company, operator: Browser, text: str, status: int
) -> None:
    """The view leaves a transaction open: it refused the form, or read the thread again after its commit."""
    set_available(app, company.operator)
    mine = ask_for_operator(app, company)
    operator.get(f"/conversas/{mine}")
    later = clock.now() + timedelta(minutes=5)
    with clock.at(later):
        begun = time.monotonic()
        answer = operator.post(f"/conversas/{mine}/responder", htmx=True, text=text, client_token="t")
        assert answer.status == status and time.monotonic() - begun < 10
    with app.app_context():
        assert db.session.scalars(sa.select(UserSession.last_seen_at)).one() == later
