"""Before a chat is started by hand, the provider is asked whether the number has WhatsApp, where it can tell."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.connection.models import Connection, DailyUsage, LinkState
from portal.extensions import db
from portal.gateways.base import Line, PhoneCheck
from portal.gateways.plugmessage_link import Link
from portal.inbox.models import Contact, Message
from portal.inbox.service import reach
from tests.fakes.plug_api import PlugApi
from tests.support import plug as company_on_plug
from tests.support.browser import Browser, Page
from tests.support.clockwork import settle
from tests.support.cloud import Cloud, add_starter
from tests.support.people import Company
from tests.support.portfolio import add_debtor

NUMBER = "5511987654321"
SPELT = "551187654321"
ACTION = f"phone-exists/{NUMBER}"


@pytest.fixture
def plug(app: Flask, company: Company) -> Iterator[PlugApi]:
    with PlugApi() as fake:
        company_on_plug.connect(app, company, fake)
        yield fake


@pytest.fixture
def debtor_id(app: Flask, company: Company) -> int:
    return add_debtor(app, company, "Maria da Silva", phone=f"+{NUMBER}", creditor="Escola Azul")


def begin(app: Flask, company: Company, browser: Browser, debtor_id: int, starter_id: int = 0) -> Page:
    starter_id = starter_id or add_starter(app, company)
    data = browser.get(f"/conversas/nova/{debtor_id}").form_data('form[method="post"][action*="/nova/"]')
    fields = {key: str(value) for key, value in data.items()}
    return browser.post(f"/conversas/nova/{debtor_id}", **{**fields, "starter_id": str(starter_id)})


def used_today(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.sum(DailyUsage.used))) or 0


def asked(fake: PlugApi) -> int:
    return fake.posts[ACTION]


def test_a_number_without_whatsapp_wastes_no_start(
    app: Flask, company: Company, admin: Browser, plug: PlugApi, debtor_id: int
) -> None:
    plug.not_on_whatsapp.add(NUMBER)
    page = begin(app, company, admin, debtor_id)
    assert page.status == 422
    assert "Este número não tem WhatsApp." in page.words
    settle(app)
    assert (used_today(app), plug.ledger, asked(plug)) == (0, [], 1)
    with app.app_context():
        assert not db.session.scalars(sa.select(Message)).all()


def test_whatsapps_own_spelling_is_kept_and_asked_once(
    app: Flask, company: Company, admin: Browser, plug: PlugApi, debtor_id: int
) -> None:
    plug.canonical[NUMBER] = SPELT
    starter_id = add_starter(app, company)
    assert begin(app, company, admin, debtor_id, starter_id).status == 303
    settle(app)
    assert [each.phone for each in plug.ledger] == [SPELT]
    with app.app_context():
        assert db.session.scalars(sa.select(Contact.wa_id)).one() == SPELT
    begin(app, company, admin, debtor_id, starter_id)
    assert asked(plug) == 1


@pytest.mark.parametrize("mode", ["html_502", "drop", "refuse", "oversized", "truncated_json"])
def test_without_an_answer_the_chat_is_started_all_the_same(
    app: Flask, company: Company, admin: Browser, plug: PlugApi, debtor_id: int, mode: str
) -> None:
    plug.next(mode, action=ACTION)
    assert begin(app, company, admin, debtor_id).status == 303
    settle(app)
    assert [each.phone for each in plug.ledger] == [NUMBER]


def test_nobody_waits_long(
    app: Flask, company: Company, admin: Browser, plug: PlugApi, debtor_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "PATIENCE", 0.3)
    plug.next("hold", action=ACTION)
    began = time.monotonic()
    assert begin(app, company, admin, debtor_id).status == 303
    assert time.monotonic() - began < 5
    plug.release()


def test_no_transaction_is_open_while_the_provider_answers(
    app: Flask, company: Company, admin: Browser, plug: PlugApi, debtor_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []

    def watched(self: Link, line: Line, phone: str) -> PhoneCheck:
        held.append(db.session().in_transaction())
        return PhoneCheck(True, phone.removeprefix("+"))

    monkeypatch.setattr(Link, "phone_exists", watched)
    assert begin(app, company, admin, debtor_id).status == 303
    assert held == [False]


def test_another_number_than_the_one_asked_about_is_not_written_to(
    app: Flask, company: Company, admin: Browser, plug: PlugApi, debtor_id: int
) -> None:
    plug.canonical[NUMBER] = "5521912345678"
    assert begin(app, company, admin, debtor_id).status == 303
    settle(app)
    assert [each.phone for each in plug.ledger] == [NUMBER]


def test_a_number_that_cannot_talk_is_not_asked(
    app: Flask, company: Company, admin: Browser, plug: PlugApi, debtor_id: int
) -> None:
    with app.app_context():
        connection = db.session.scalars(sa.select(Connection).where(Connection.primary)).one()
        connection.link_state = LinkState.DISCONNECTED
        db.session.commit()
    starter_id = add_starter(app, company)
    fields = {"starter_id": str(starter_id), "client_token": "t", "phone_id": "1"}
    assert admin.post(f"/conversas/nova/{debtor_id}", **fields).status == 422
    assert asked(plug) == 0


def test_the_official_api_is_not_asked(
    app: Flask, company: Company, admin: Browser, cloud: Cloud, debtor_id: int
) -> None:
    starter_id = add_starter(app, company, cloud.graph)
    assert begin(app, company, admin, debtor_id, starter_id).status == 303
