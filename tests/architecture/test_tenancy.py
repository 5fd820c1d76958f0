"""Every address, tried by a stranger, an operator and nobody; every table has its company."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote_plus, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.extensions import db
from tests.architecture import rows
from tests.architecture.code import report
from tests.architecture.seed import MARKERS, Seed, plant, url_with
from tests.architecture.test_routes import UNTYPED
from tests.architecture.url_list import routes
from tests.support.browser import Browser, Page
from tests.support.people import Company

ENDLESS = ("live.stream",)
"""An answer that never ends; what it tells whom is tested in tests/live."""

LEAVES = ("accounts.logout",)
"""Ends the login of whoever calls it: tried last, with a login of its own."""

NOT_AN_ID = ("kind", "wa_id", "key", "schedule")
"""Of the arguments that are no row's number, those that mean the caller's own thing (or a webhook's, who has no login);
a stranger's answer is then about the stranger's own company. `ref` names a row, so it must be 404."""

NO_ROW = (2**31 - 1, 2**31, 10**30)

PLAUSIBLE = {"text": "Intruso", "name": "Intruso", "label": "Intruso", "confirm": "sim", "version": "1"}


@pytest.fixture
def seed(app: Flask, company: Company, admin: Browser) -> Seed:
    return plant(app, company)


def names_a_row(rule: Any) -> bool:
    return bool(set(rule.arguments) - set(NOT_AN_ID))


class Answer(Page):
    """An answer whose form is not the question here: only who gets it, and what it tells."""

    def _check(self, is_fragment: bool) -> None: ...


def call(browser: Browser, method: str, url: str, fields: dict[str, str] | None = None, *, htmx: bool = False) -> Page:
    """One request with the token of the login."""
    headers = {"HX-Request": "true"} if htmx else {}
    if method == "GET":
        answer = browser.client.get(url, headers=headers)
    else:
        data = {"csrf_token": browser._token, **(PLAUSIBLE if fields is None else fields)}
        answer = browser.client.post(url, data=data, headers=headers)
    return Answer(answer, fragment=True)


def leaks(page: Page, asked: str) -> list[str]:
    """Markers in an answer that were not in the question: a page may repeat the number or name in its own address."""
    said, digits = unquote_plus(asked), re.sub(r"\D", "", asked)
    return [
        marker
        for marker in MARKERS
        if marker in page.text
        and marker not in said
        and not (marker[0].isdigit() and re.sub(r"\D", "", marker) in digits)
    ]


def test_the_seed_has_one_of_everything(app: Flask, seed: Seed) -> None:
    """Else the walks below would walk past an empty table."""
    empty = [table for table, found in rows.of_account(app, seed.company.id).items() if not found]
    assert not empty, f"tests/architecture/seed.py plants nothing in {empty}"
    assert set(UNTYPED) <= set(seed.values)


def test_to_a_stranger_the_things_of_a_company_do_not_exist(app: Flask, seed: Seed, stranger: Browser) -> None:
    before = rows.of_account(app, seed.company.id)
    found = []
    for method, rule, _ in routes(app):
        if rule.endpoint in (*ENDLESS, *LEAVES):
            continue
        page = call(stranger, method, seed.url(rule))
        if names_a_row(rule) and page.status != 404:
            found.append(f"{method} {rule.rule}: {page.status}, not 404")
        if page.status >= 500:
            found.append(f"{method} {rule.rule}: {page.status}")
        found += [f"{method} {rule.rule}: shows {marker!r}" for marker in leaks(page, seed.url(rule))]
        if method != "GET":
            after = rows.of_account(app, seed.company.id)
            found += [f"{method} {rule.rule}: {change}" for change in rows.changes(before, after)]
    assert not found, report(found, "A stranger reached something of another company")


def test_a_stranger_who_copies_every_form_and_link_reaches_nothing(
    app: Flask, seed: Seed, admin: Browser, stranger: Browser
) -> None:
    """The ids in bodies and query strings too: what the admin's pages would send, sent by somebody else."""
    requests = harvest(admin)
    assert len(requests) > 30, requests
    before = rows.of_account(app, seed.company.id)
    found = []
    for method, url, fields in requests:
        page = call(stranger, method, url, fields)
        found += [f"{method} {url}: shows {marker!r}" for marker in leaks(page, f"{url} {fields}")]
        found += [f"{method} {url}: {page.status}"] * (page.status >= 500)
    found += rows.changes(before, rows.of_account(app, seed.company.id))
    found += rows.crossings(app)
    assert not found, report(found, "A stranger reached something of another company")


def harvest(browser: Browser) -> list[tuple[str, str, dict[str, str]]]:
    """Every request that a person's pages offer: links, fragments, forms with what they would send."""
    waiting, seen, found = ["/"], {"/"}, []
    while waiting:
        page = call(browser, "GET", waiting.pop())
        offered = [str(tag[name]) for name in ("href", "hx-get") for tag in page.all(f"[{name}]")]
        for form in page.all("form"):
            action = str(form.get("action", ""))
            if str(form.get("method", "get")).lower() == "post" and action != "/logout":
                found.append(("POST", action, _fields(form)))
        for url in offered:
            path = urlsplit(url).path
            mine = url.startswith("/") and not path.startswith(("/static", "/eventos"))
            if mine and url.partition("#")[0] not in seen and len(seen) < 150:
                seen.add(url.partition("#")[0])
                waiting.append(url.partition("#")[0])
    forms = {(method, url, tuple(sorted(fields.items()))) for method, url, fields in found}
    return [("GET", url, {}) for url in sorted(seen)] + [(m, u, dict(f)) for m, u, f in sorted(forms)]


def _fields(form: Any) -> dict[str, str]:
    data = {}
    for field in form.select("input[name], textarea[name], select[name], button[name]"):
        option = field.select_one("option[selected], option[value]:not([value=''])") if field.name == "select" else None
        data[str(field["name"])] = str(option["value"] if option else field.get("value") or "Intruso")
    return {name: value for name, value in data.items() if name not in ("csrf_token", "url")}


def test_what_is_for_admins_does_not_exist_for_operators(app: Flask, seed: Seed, operator: Browser) -> None:
    before = rows.everything(app)
    found = []
    for method, rule, view in routes(app):
        if view.guard == "admin_only":
            page = call(operator, method, seed.url(rule))
            if page.status != 404:
                found.append(f"{method} {rule.rule}: {page.status}, not 404")
    assert not found + rows.changes(before, rows.everything(app)), report(found, "An operator did an admin's work")


def test_nobody_without_a_login_gets_anywhere(app: Flask, seed: Seed) -> None:
    before = rows.everything(app)
    anonymous = Browser(app)
    anonymous.get("/login")
    found = []
    for method, rule, view in routes(app):
        if view.guard == "public":
            continue
        page = call(anonymous, method, seed.url(rule))
        if page.status != 303 or urlsplit(page.location).path != "/login":
            found.append(f"{method} {rule.rule}: {page.status} {page.location}")
        fragment = call(anonymous, method, seed.url(rule), htmx=True)
        if fragment.answer.headers.get("HX-Redirect") != "/login" or fragment.text:
            found.append(f"{method} {rule.rule} by HTMX: {fragment.status}")
    assert not found, report(found, "Without a login every address leads to /login")
    assert not rows.changes(before, rows.everything(app))


def test_a_write_without_a_csrf_token_writes_nothing(app: Flask, seed: Seed, admin: Browser) -> None:
    before = rows.everything(app)
    found = []
    for method, rule, _ in routes(app):
        if method == "POST" and not rule.rule.startswith("/webhooks/"):
            answer = admin.client.post(seed.url(rule), data=PLAUSIBLE)
            if answer.status_code != 303:
                found.append(f"{rule.rule}: {answer.status_code}")
    assert not found + rows.changes(before, rows.everything(app)), report(found, "Every form needs its token")


def test_a_number_that_no_row_has_is_not_found(app: Flask, seed: Seed, admin: Browser) -> None:
    """Also one that no column can hold: 404, never an error of the database."""
    found = []
    for method, rule, _ in routes(app):
        if not any(name.endswith("_id") and name != "wa_id" for name in rule.arguments):
            continue
        for number in NO_ROW:
            status = call(admin, method, url_with(rule, seed.values, number)).status
            if status not in (404, 405):  # no such address at all, for a number that no address has
                found.append(f"{method} {rule.rule} with {number}: {status}")
    assert not found, report(found, "An id that does not exist is 404")


def test_every_table_has_its_company() -> None:
    found = []
    for table in db.metadata.sorted_tables:
        if table.name in rows.OF_EVERYBODY:
            assert "account_id" not in table.c, f"{table.name} belongs to a company after all"
            continue
        column = table.c.get("account_id")
        if (
            column is None
            or column.nullable
            or not any(key.column.table.name == "account" for key in column.foreign_keys)
        ):
            found.append(table.name)
        elif not (column.index or column.primary_key or _leads_an_index(table)):
            found.append(f"{table.name}: no index begins with account_id")
    assert not found, report(found, "A table of a company carries `account_id` (see OfAccount)")


def _leads_an_index(table: sa.Table) -> bool:
    return any(index.columns.keys()[:1] == ["account_id"] for index in table.indexes)


def test_the_database_has_the_companies_of_the_models(app: Flask) -> None:
    """What the migrations made, not what the models say."""
    with app.app_context():
        inspector = sa.inspect(db.engine)
        for table in set(inspector.get_table_names()) - set(rows.OF_EVERYBODY):
            columns = {column["name"]: column for column in inspector.get_columns(table)}
            assert columns["account_id"]["nullable"] is False, table
            keys = [key for key in inspector.get_foreign_keys(table) if key["constrained_columns"] == ["account_id"]]
            assert [key["referred_table"] for key in keys] == ["account"], table
