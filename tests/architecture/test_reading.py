"""Looking changes nothing: every page that can be asked for with GET leaves the database as it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from portal import clock
from tests.architecture import rows
from tests.architecture.code import report
from tests.architecture.seed import Seed, plant
from tests.architecture.test_tenancy import ENDLESS, call, harvest
from tests.architecture.url_list import routes
from tests.support.browser import Browser
from tests.support.people import Company

FINE = (200, 204, 286, 303)

NEEDS_MORE = {
    "webhooks.verify": 403,
    "inbox.file": 404,
    "simulator.file": 404,
    "inbox.media": 404,
    "connection.check_card": 404,
    "connection.link_picture": 404,
}
"""Addresses that refuse a bare GET, and how: a webhook's verification needs its token, the planted message carries no
file, and the planted number is of the unofficial API and shows no QR code."""


@pytest.fixture
def seed(app: Flask, company: Company, admin: Browser) -> Seed:
    return plant(app, company)


@pytest.mark.parametrize("htmx", [False, True])
def test_no_get_writes(app: Flask, seed: Seed, admin: Browser, htmx: bool) -> None:
    before = rows.everything(app)
    found = []
    for method, rule, _ in routes(app):
        if method != "GET" or rule.endpoint in ENDLESS:
            continue
        status = call(admin, "GET", seed.url(rule), htmx=htmx).status
        if status not in FINE and status != NEEDS_MORE.get(rule.endpoint):
            found.append(f"GET {rule.rule}: {status}")
        after = rows.everything(app)
        found += [f"GET {rule.rule}: {change}" for change in rows.changes(before, after)]
        before = after
    assert not found, report(found, "A GET answers without writing")


def test_no_link_writes(app: Flask, seed: Seed, admin: Browser) -> None:
    """With the query strings that the pages themselves use, as the admin finds them."""
    before = rows.everything(app)
    visited = harvest(admin)
    assert len(visited) > 30
    assert not rows.changes(before, rows.everything(app))


def test_looking_moves_only_the_clock_of_the_login(app: Flask, seed: Seed, admin: Browser) -> None:
    before = rows.everything(app)
    with clock.at(clock.now() + timedelta(minutes=5)):
        assert admin.get("/").status == 200
    assert not rows.changes(before, rows.everything(app))
