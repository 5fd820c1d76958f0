"""Every kind of answer carries the same protection, and an error tells nothing but its number."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from portal import create_app
from portal.documents.models import IssuedDocument
from portal.documents.service.issue import content_of
from portal.extensions import db
from portal.gateways.messages import to_json
from portal.inbox.models import Message
from portal.inbox.rules.ledger import State
from portal.web.guards import signed_in
from tests.architecture.seed import Seed, plant
from tests.architecture.test_tenancy import ENDLESS
from tests.architecture.url_list import routes
from tests.support.browser import Browser
from tests.support.people import PASSWORD, Company

SECRET = "EAAG-canário-4711"

SINGLE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
}


@pytest.fixture
def broken(app: Flask, company: Company) -> Browser:
    """An admin, in a portal one of whose views has a defect."""
    admin = Browser(app).log_in(company.admin)

    @signed_in
    def defect() -> Any:
        raise RuntimeError("a defect of ours")

    app.view_functions["portfolio.index"] = defect
    return admin


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged, as the log would show it, tracebacks included."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def answers(admin: Browser) -> dict[str, TestResponse]:
    client = admin.client
    htmx = {"HX-Request": "true"}
    return {
        "page": client.get("/conversas"),
        "fragment": client.get("/conversas/lista", headers=htmx),
        "redirect": client.post("/logout"),
        "404": client.get("/nao-existe"),
        "404 by HTMX": client.get("/nao-existe", headers=htmx),
        "405": client.delete("/conversas"),
        "500": client.get("/devedores"),
        "500 by HTMX": client.get("/devedores", headers=htmx),
        "static": client.get("/static/js/app.js"),
        "static 404": client.get("/static/js/nothing.js"),
        "webhook": client.post("/webhooks/cloud-api/desconhecido", data=b"{}"),
        "health": client.get("/healthz"),
    }


def test_every_kind_of_answer_is_protected(broken: Browser) -> None:
    for kind, answer in answers(broken).items():
        for name, value in SINGLE.items():
            assert answer.headers.getlist(name) == [value], f"{kind}: {name}"
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "*" not in policy and "http" not in policy, kind
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, kind
        assert "Permissions-Policy" in answer.headers, kind
        assert "Werkzeug" not in answer.get_data(as_text=True), kind


def test_the_answers_are_of_the_kinds_they_claim(broken: Browser) -> None:
    codes = {kind: answer.status_code for kind, answer in answers(broken).items()}
    assert codes["page"] == codes["fragment"] == codes["static"] == 200
    assert codes["404"] == codes["404 by HTMX"] == codes["static 404"] == codes["webhook"] == 404
    assert codes["405"] == 405 and codes["500"] == codes["500 by HTMX"] == 500


def test_what_is_personal_stays_in_no_cache_and_what_is_static_does(broken: Browser) -> None:
    for kind, answer in answers(broken).items():
        if kind == "static":
            assert "max-age=31536000" in answer.headers["Cache-Control"], kind
            assert "Set-Cookie" not in answer.headers, kind
        elif not kind.startswith("static"):
            assert answer.headers["Cache-Control"] == "no-store", kind
            assert "HX-Request" in answer.headers["Vary"], kind


def test_no_address_s_answer_is_kept_in_a_cache(app: Flask, company: Company, admin: Browser) -> None:
    """Files above all: what sends them would have them cached for a year, as the portal's own scripts are."""
    seed, files = plant(app, company), set()
    _send_file(app, seed)
    for method, rule, _ in routes(app):
        if method != "GET" or rule.endpoint in ENDLESS:
            continue
        answer = admin.client.get(seed.url(rule))
        assert answer.headers.getlist("Cache-Control") == ["no-store"] and "Expires" not in answer.headers, rule.rule
        if answer.mimetype == "application/pdf":
            files.add(rule.endpoint)
    assert files >= {"inbox.file", "simulator.file", "documents.issued_pdf"}


def _send_file(app: Flask, seed: Seed) -> None:
    """Make the seed's message one with a document, which the phone received."""
    with app.app_context():
        message = db.session.get_one(Message, seed.values["message_id"])
        issued = db.session.get_one(IssuedDocument, seed.values["issued_id"])
        message.content, message.state = to_json(content_of(issued)), State.DELIVERED
        db.session.commit()


def test_https_is_asked_for_where_there_is_https(database: dict[str, str]) -> None:
    secure = create_app({**database, "PORTAL_PUBLIC_URL": "https://portal.example"}).test_client().get("/login")
    assert "max-age=31536000" in secure.headers["Strict-Transport-Security"]
    cookie = secure.headers["Set-Cookie"]
    assert cookie.startswith("__Host-portal=") and "; Secure" in cookie and "HttpOnly" in cookie and "Path=/" in cookie
    assert "SameSite=Lax" in cookie and "Domain" not in cookie


def test_a_defect_shows_a_number_and_nothing_else(broken: Browser, logged: io.StringIO) -> None:
    page = broken.get("/devedores")
    assert page.status == 500
    number = page.answer.headers["X-Request-Id"]
    assert number in page.words, "the person can name it to the support"
    assert number in logged.getvalue(), "and the support finds it"
    for trace in ("Traceback", "RuntimeError", "a defect of ours", "portal/", ".py"):
        assert trace not in page.text, trace
    assert "RuntimeError: a defect of ours" in logged.getvalue()


def test_a_defect_by_htmx_is_a_toast(broken: Browser) -> None:
    page = broken.get("/devedores", htmx=True)
    assert page.status == 500 and page.text == ""
    assert "toast" in page.answer.headers["HX-Trigger"] and "defect" not in page.answer.headers["HX-Trigger"]


def test_the_log_of_a_defect_holds_no_secret(app: Flask, broken: Browser, logged: io.StringIO) -> None:
    """Not the cookie, not the token of the form, not what was being saved when the database refused it."""

    @signed_in
    def refused() -> Any:
        db.session.execute(sa.text("INSERT INTO nothing VALUES (:secret, :id)"), {"secret": SECRET, "id": 1})

    app.view_functions["accounts.own.change_password"] = refused
    page = broken.post("/minha-conta/senha", current=PASSWORD, new=SECRET, text=SECRET)
    assert page.status >= 500 and SECRET not in page.text
    text = logged.getvalue()
    assert "nothing" in text, "the error itself is logged"
    cookie = broken.client.get_cookie("portal")
    assert cookie is not None
    for secret in (SECRET, PASSWORD, cookie.value, broken._token):
        assert secret not in text
