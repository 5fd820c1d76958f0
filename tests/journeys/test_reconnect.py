"""The unofficial API through its 15 days: pair, be reminded, lose, come back, pair again; the dispatch waits and goes on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.accounts.models import User
from portal.chat_starters.models import ChatStarter
from portal.connection.models import Connection, LinkState
from portal.dispatch.filters import Filter
from portal.dispatch.service.plan import start
from portal.extensions import db
from portal.inbox.models import Message
from portal.notifications.models import Notification
from tests.fakes.plug_api import PlugApi
from tests.support import pairing
from tests.support.browser import Browser
from tests.support.clockwork import run, settle
from tests.support.cloud import add_starter, set_limits
from tests.support.pairing import NUMBER, OTHER_PHONE, PHONE, SECRETS, Paired
from tests.support.people import Company
from tests.support.plug import INSTANCE_ID
from tests.support.portfolio import add_debtor, cpf

MARIA = "5511987654321"
MONDAY = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)  # 10:00 of the company
DAY = timedelta(days=1)


@pytest.fixture
def plug(app: Flask, company: Company) -> Iterator[Paired]:
    with PlugApi(now=clock.now) as fake:
        with clock.at(MONDAY):
            made = pairing.connect(app, company, fake)
        yield made


def told(app: Flask, user_id: int) -> list[str]:
    with app.app_context():
        query = sa.select(Notification.title).where(Notification.user_id == user_id).order_by(Notification.id)
        return list(db.session.scalars(query))


def pair(plug: Paired, company: Company, phone: str = PHONE) -> None:
    admin = Browser(plug.app).log_in(company.admin)
    assert "Código 1 de 3" in admin.post(f"{plug.card}/conectar", fila="enviar").words
    plug.scan(phone)


def planned(app: Flask, company: Company, people: int) -> int:
    starter_id = add_starter(app, company)
    set_limits(app, company, daily_limit=100, batch_size=2)
    for number in range(people):
        add_debtor(app, company, f"Pessoa {number} Souza", tax_id=cpf(number), phone=f"+55119{80000000 + number}")
    with app.app_context():
        starter = db.session.get_one(ChatStarter, starter_id)
        connection = db.session.get_one(Connection, starter.connection_id)
        return start(connection, starter, Filter(), db.session.get_one(User, company.admin.id), "form-1").id


def test_the_reminders_of_the_15_days_come_on_their_days_and_once(app: Flask, company: Company, plug: Paired) -> None:
    with clock.at(MONDAY):
        pair(plug, company)
    titles: dict[int, list[str]] = {}
    for day in range(18):
        for hours in (-8, -3, -2, 0, 5):  # from 2:00 to 15:00 of the company
            with clock.at(MONDAY + day * DAY + timedelta(hours=hours)):
                before = told(app, company.admin.id)
                run(app, "reconnect-reminder")
                new = told(app, company.admin.id)[len(before) :]
                if new:
                    assert hours == -2, "at 8:00"
                    titles[day] = new
    assert titles == {
        12: ["Leia o QR Code em até 3 dias"],
        14: ["Leia o QR Code em até 1 dia"],
        15: ["Leia o QR Code hoje"],
    }
    assert told(app, company.operator.id) == []


def test_a_fresh_reading_restarts_the_15_days_and_a_restart_of_the_session_does_not(
    app: Flask, company: Company, plug: Paired
) -> None:
    with clock.at(MONDAY):
        pair(plug, company)
        assert plug.state.linked_at == MONDAY
    with clock.at(MONDAY + 5 * DAY):
        plug.fake.emit(plug.instance, "connected", {"type": "ConnectedCallback", "instanceId": INSTANCE_ID})
        plug.pump()
        assert plug.state.linked_at == MONDAY
        plug.lose(restorable=True)
        assert plug.state.link_state is LinkState.RESTORABLE
        assert told(app, company.admin.id) == ["O celular desconectou"]
        admin = Browser(app).log_in(company.admin)
        admin.post(f"{plug.card}/conectar")
        assert (plug.state.link_state, plug.state.linked_at) == (LinkState.CONNECTED, MONDAY)
    later = MONDAY + 8 * DAY
    with clock.at(later):
        plug.lose()
        run(app, "connection-status")
        assert told(app, company.admin.id) == ["O celular desconectou"] * 2, "once for each loss"
        assert plug.state.link_state is LinkState.DISCONNECTED
        pair(plug, company)
        assert plug.state.linked_at == later
    with clock.at(MONDAY + 14 * DAY):
        run(app, "reconnect-reminder")
    assert len(told(app, company.admin.id)) == 2, "the old date reminds nobody"


def test_a_dispatch_waits_while_the_phone_is_lost_and_goes_on_after(app: Flask, company: Company, plug: Paired) -> None:
    with clock.at(MONDAY):
        dispatch_id = planned(app, company, 5)
        run(app, "send-batch")
        assert plug.fake.ledger == [], "no phone was linked yet"
        admin = Browser(app).log_in(company.admin)
        assert "não está conectado" in admin.get(f"/envios/{dispatch_id}").words
        pair(plug, company)
        run(app, "send-batch")
        assert len(plug.fake.ledger) == 2
        plug.lose()
        for _ in range(3):
            run(app, "send-batch")
        assert len(plug.fake.ledger) == 2
        page = admin.get(f"/envios/{dispatch_id}")
        assert "não está conectado" in page.words
        plug.says(MARIA, "oi")  # an event that was on its way
        settle(app)
        assert plug.texts_to(MARIA) == []
    with clock.at(MONDAY + timedelta(hours=1)):
        pair(plug, company)
        settle(app)
        assert plug.texts_to(MARIA), "the answer that waited"
        for _ in range(3):
            run(app, "send-batch")
    with app.app_context():
        attempts = db.session.scalars(sa.select(Message.attempts).where(Message.lane == "dispatch")).all()
    assert list(attempts) == [1] * 5, "no try was spent on the loss"


def test_a_lapsed_subscription_holds_and_its_renewal_lets_go_on(app: Flask, company: Company, plug: Paired) -> None:
    with clock.at(MONDAY):
        pair(plug, company)
        planned(app, company, 2)
        plug.instance.suspended = True
        run(app, "connection-status")
        assert plug.state.link_state is LinkState.SUSPENDED
        run(app, "send-batch")
        assert plug.fake.ledger == []
        plug.instance.suspended = False
        run(app, "connection-status")
        assert (plug.state.link_state, plug.state.linked_at) == (LinkState.CONNECTED, MONDAY)
        run(app, "send-batch")
        assert len(plug.fake.ledger) == 2


def test_the_wrong_phone_is_held_until_an_admin_says_so(app: Flask, company: Company, plug: Paired) -> None:
    with clock.at(MONDAY):
        planned(app, company, 2)
        pair(plug, company, OTHER_PHONE)
        assert "O celular conectado é de outro número" in told(app, company.admin.id)
        run(app, "send-batch")
        run(app, "connection-status")
        assert plug.fake.ledger == []
        assert told(app, company.admin.id) == ["O celular conectado é de outro número"]
        admin = Browser(app).log_in(company.admin)
        found = admin.get(plug.card).one("input[name=numero]")["value"]
        admin.post(f"{plug.card}/usar-numero", numero=found)
        run(app, "send-batch")
        assert len(plug.fake.ledger) == 2


def test_the_provider_that_does_not_answer_changes_nothing(app: Flask, company: Company, plug: Paired) -> None:
    with clock.at(MONDAY):
        pair(plug, company)
        plug.fake.always("html_502")
        run(app, "connection-status")
        assert plug.state.link_state is LinkState.CONNECTED
        assert "Não foi possível falar com o PlugMessage" in plug.state.link_detail
        plug.fake.always("ok")
        run(app, "connection-status")
        assert plug.state.link_detail == ""
        assert told(app, company.admin.id) == []


def test_free_text_is_possible_at_any_time(app: Flask, company: Company, plug: Paired) -> None:
    with clock.at(MONDAY):
        pair(plug, company)
        plug.says(MARIA, "oi")
        settle(app)
        admin = Browser(app).log_in(company.admin)
        page = admin.get("/conversas", aba="todas")
        url = str(page.one(".conversations a, .inbox-list a[href^='/conversas/']")["href"]).split("?")[0]
        for _ in range(8):  # until the assistant hands over
            plug.says(MARIA, "xyz")
            settle(app)
        assert admin.post(f"{url}/assumir").status == 303
    with clock.at(MONDAY + 3 * DAY):
        admin = Browser(app).log_in(company.admin)
        page = admin.get(url)
        assert "Janela de 24 h" not in page.words
        assert "janela de 24 h" not in page.words.lower()
        assert page.one("textarea[name=text]")
        token = page.form_data("form[action$='/responder']")["client_token"]
        assert admin.post(f"{url}/responder", text="Ainda podemos conversar?", client_token=token).status == 303
        settle(app)
        assert plug.texts_to(MARIA)[-1] == "Ainda podemos conversar?"


def test_no_secret_is_in_a_log_a_page_an_error_or_a_clear_column(
    app: Flask, company: Company, plug: Paired, caplog: pytest.LogCaptureFixture
) -> None:
    secrets = (*SECRETS, plug.webhook_path.rpartition("/")[2])
    seen = []
    with clock.at(MONDAY), caplog.at_level(logging.DEBUG):
        admin = Browser(app).log_in(company.admin)
        plug.fake.always("refuse", error=f"Client-Token {SECRETS[1]} not allowed", status=403)
        for verb in ("conectar", "qr", "atualizar", "desconectar"):
            seen.append(admin.post(f"{plug.card}/{verb}", htmx=True).text)
        seen.append(admin.post(f"{plug.card}/codigo", htmx=True, phone=NUMBER).text)
        plug.fake.always("reset")
        seen.append(admin.post(f"{plug.card}/conectar", htmx=True).text)
        run(app, "connection-status")
        plug.fake.always("ok")
        pair(plug, company)
        plug.says(MARIA, f"o token é {SECRETS[0][:4]}")
        settle(app)
        for url in (
            plug.card,
            f"/whatsapp/configuracoes/{plug.connection_id}",
            "/whatsapp/configuracoes",
            "/historico",
        ):
            seen.append(admin.get(url).text)
    assert not [secret for secret in secrets for text in (*seen, caplog.text) if secret in text]
    with app.app_context():
        tables = db.metadata.tables
        stored = [str(row) for name in tables for row in db.session.execute(sa.text(f'select * from "{name}"'))]
    assert not [secret for secret in secrets for row in stored if secret in row]
