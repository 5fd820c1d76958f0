"""A company's secrets, through good days and bad ones: in no page, no log line, no result of a job and no column in clear."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.connection.models import Connection
from portal.extensions import db, transactions
from tests.architecture.rows import everything
from tests.fakes.plug_api import PlugApi
from tests.support import cloud as official
from tests.support import plug as unofficial
from tests.support.browser import Browser
from tests.support.clockwork import run, settle
from tests.support.cloud import Cloud
from tests.support.people import Company

MARIA = "5511987654321"
LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)')
JOBS = (
    "connection-status",
    "connection-health",
    "template-status",
    "reconnect-reminder",
    "send-receipts",
    "fetch-media",
)
BAD_DAYS = ("html_502", "drop", "truncated_json", "oversized", "redirect", "reset")


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def pages_of(browser: Browser) -> str:
    """All that a person finds by following links, as it comes: words, attributes and scripts' data."""
    waiting, seen, found = ["/"], {"/"}, ""
    while waiting:
        text = browser.client.get(waiting.pop()).get_data(as_text=True)
        found += text
        for url in map(unescape, LINK.findall(text)):
            path = urlsplit(url).path
            if url not in seen and not path.startswith(("/static", "/eventos")) and len(seen) < 120:
                seen.add(url)
                waiting.append(url)
    assert len(seen) > 5
    return found


def columns_of(app: Flask) -> str:
    """Every value of the database as it lies there: encrypted columns are not decrypted."""
    found = []
    with app.app_context(), transactions(read_only=True), db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            for row in connection.execute(sa.text(f'SELECT * FROM "{table.name}"')):
                found.append(repr([bytes(each) if isinstance(each, memoryview) else each for each in row]))
    assert everything(app), "there is a database to look at"
    return "\n".join(found)


def hidden(app: Flask, people: list[Browser], log: pytest.LogCaptureFixture, *secrets: str) -> None:
    told = [pages_of(person) for person in people]
    told += [columns_of(app), log.text, *(f"{each.msg} {each.args}" for each in log.records)]
    for secret in secrets:
        assert not [text for text in told if secret.lower() in text.lower()], f"{secret} can be read"


def go_through(app: Flask, url: str, admin: Browser) -> None:
    """What looks at a connection: its jobs, its page, and the test of its credentials."""
    for job in JOBS:
        run(app, job)
    admin.get(url)
    for form in (
        "testar",
        "assinar",
        "avisos",
        "celular/atualizar",
        "celular/conectar",
        "celular/qr",
        "celular/codigo",
    ):
        admin.post(f"{url}/{form}", fila="enviar")


def test_the_secrets_of_the_official_api(
    app: Flask, company: Company, cloud: Cloud, admin: Browser, operator: Browser, log: pytest.LogCaptureFixture
) -> None:
    url = f"/whatsapp/configuracoes/{cloud.connection_id}"
    cloud.says(MARIA, "oi")
    settle(app)
    go_through(app, url, admin)
    for day in BAD_DAYS:
        for edge in ("messages", "templates", "setup", "reads"):
            cloud.graph.always(day, edge=edge)
        cloud.says(MARIA, f"dia de {day}")
        run(app, "apply-webhooks")
        run(app, "send-outbox")
        go_through(app, url, admin)
    cloud.graph.always("refuse", code=190, status=401)
    cloud.says(MARIA, "e agora")
    run(app, "apply-webhooks")
    run(app, "send-outbox")
    with app.app_context():
        assert db.session.get_one(Connection, cloud.connection_id).access_token == official.TOKEN
    hidden(app, [admin, operator], log, official.TOKEN, official.SECRET)


def test_the_secrets_of_the_unofficial_api(
    app: Flask, company: Company, admin: Browser, operator: Browser, log: pytest.LogCaptureFixture
) -> None:
    with PlugApi(now=clock.now) as fake:
        plug = unofficial.connect(app, company, fake)
        url = f"/whatsapp/configuracoes/{plug.connection_id}"
        plug.says(MARIA, "oi")
        settle(app)
        go_through(app, url, admin)
        for day in BAD_DAYS:
            fake.always(day)
            run(app, "send-outbox")
            go_through(app, url, admin)
        repeated = f"Client-Token {unofficial.CLIENT_TOKEN} not allowed for token/{unofficial.TOKEN}"
        for status in (200, 400, 500):
            fake.always("answer", data={"error": repeated, "message": repeated}, status=status)
            assert plug.deliver({"type": "ReceivedCallback"}) == 200
            run(app, "apply-webhooks")
            run(app, "send-outbox")
            go_through(app, url, admin)
        with app.app_context():
            held = db.session.get_one(Connection, plug.connection_id)
            assert (held.access_token, held.app_secret) == (unofficial.TOKEN, unofficial.CLIENT_TOKEN)
        hidden(app, [admin, operator], log, unofficial.TOKEN, unofficial.CLIENT_TOKEN)
