"""The history of the hours, the days off and the limits: told in words, and brought back."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.accounts.models import User
from portal.audit import history
from portal.audit.history import NotRestorable, Trail
from portal.connection import queries
from portal.connection.service import Limits, numbers
from portal.extensions import db
from tests.connection.hours import SEND, entries, form_of, schedules
from tests.connection.official import PAGE
from tests.support.browser import Browser
from tests.support.people import Company, make_company


@pytest.fixture
def company(app: Flask) -> Company:
    """A company as it is created: with no schedule of its own yet."""
    return make_company(app, "Cobrança Modelo", always_open=False)


def trail(prefix: str) -> Trail:
    found = history.trail_of(f"{prefix}:x")
    assert found is not None and found.restore is not None
    return found


def restore(app: Flask, company: Company, prefix: str, key: str, values: Any) -> None:
    with app.app_context():
        chosen = trail(prefix)
        assert chosen.restore is not None
        chosen.restore(company.admin.id, company.id, key, values)


def test_any_version_of_the_window_comes_back(app: Flask, company: Company, admin: Browser) -> None:
    form = form_of(admin.get(PAGE))
    admin.post(SEND, **{**form, "envio-to_0": "17:00", "envio-state": "RJ"})
    (entry,) = entries(app, company, "schedule:sending")
    restore(app, company, "schedule", "sending", entry.before)
    assert "segunda a sexta, das 9h às 18h; não envia em feriados nacionais." in admin.get(PAGE).words.lower()
    assert len(entries(app, company, "schedule:sending")) == 2, "which is itself a change that is kept"
    with app.test_request_context():
        known = trail("schedule")
        assert known.name(company.id, "sending") == "Janela de envio" and known.name(company.id, "other") is None
        assert entry.after is not None
        assert known.show(company.id, "hours", entry.after["hours"]).startswith("segunda, das 9h às 17h")
        assert known.show(company.id, "state", "") == "Nenhum" and known.show(company.id, "own_holidays", True) == "Sim"
        assert known.url("sending").endswith("#janela") and known.current is not None
        assert known.current(company.id, "sending") == entry.before


def test_own_holidays_come_back(app: Flask, company: Company, admin: Browser) -> None:
    restore(app, company, "schedule", "holidays", {"days": {"2030-01-25": "Aniversário"}})
    assert "25/01/2030 Aniversário" in admin.get(PAGE).words
    restore(app, company, "schedule", "holidays", {"days": {}})
    assert "25/01/2030" not in admin.get(PAGE).words
    with app.app_context():
        shown = trail("schedule").show(company.id, "days", {"2030-01-25": "Aniversário"})
    assert shown == "25/01/2030 Aniversário"


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("sending", {}),
        ("sending", {"hours": [["9", "x"]] * 7, "national_holidays": True, "state": "", "own_holidays": True}),
        ("sending", {"hours": [None] * 6, "national_holidays": True, "state": "", "own_holidays": True}),
        ("sending", {"hours": [None] * 7, "national_holidays": True, "state": "XX", "own_holidays": True}),
        ("holidays", {"days": {"never": "x"}}),
        ("nothing", {"hours": [None] * 7, "national_holidays": True, "state": "", "own_holidays": True}),
    ],
)
def test_what_cannot_come_back_says_so(app: Flask, company: Company, key: str, values: dict[str, Any]) -> None:
    with pytest.raises(NotRestorable):
        restore(app, company, "schedule", key, values)
    assert schedules(app, company) == {}


def test_the_limits_come_back_and_credentials_never(app: Flask, company: Company, other: Company) -> None:
    with app.app_context():
        connection = queries.current(company.id)
        assert connection is not None
        key, known = str(connection.id), trail("connection")
        assert known.name(company.id, key) == "Conexão: Simulador"
        assert known.name(other.id, key) is None and known.name(company.id, "x") is None
        assert known.labels["daily_limit"] == "Máx. Envio por Dia"
        assert not known.restores({"display_phone": "1", "access_token": "9876"})
        assert known.restores({"daily_limit": 100, "batch_size": 2})
    restore(app, company, "connection", key, {"daily_limit": 100, "batch_size": 2})
    with app.app_context():
        connection = queries.current(company.id)
        assert connection is not None and (connection.daily_limit, connection.batch_size) == (100, 2)
    for values in ({"access_token": "9876"}, {"kind": "cloud_api"}):
        with pytest.raises(NotRestorable):
            restore(app, company, "connection", key, values)
    with pytest.raises(NotRestorable), app.app_context():
        chosen = trail("connection")
        assert chosen.restore is not None
        chosen.restore(other.admin.id, other.id, key, {"daily_limit": 1, "batch_size": 1})


def test_limits_that_stay_leave_no_note(app: Flask, company: Company) -> None:
    with app.app_context():
        connection = queries.current(company.id)
        assert connection is not None
        numbers.save_limits(connection, db.session.get_one(User, company.admin.id), None, Limits(250, 5))
        subject = f"connection:{connection.id}"
    assert entries(app, company, subject) == []
