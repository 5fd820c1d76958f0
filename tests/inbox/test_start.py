"""Chats that a person starts by hand: from the debtor's page, and where the window has closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.accounts.models import User
from portal.chat_starters.models import ChatStarter
from portal.connection import queries as connections
from portal.connection.models import Connection, Schedule, ScheduleKind
from portal.dispatch.filters import Filter
from portal.dispatch.service import plan
from portal.extensions import db
from portal.inbox.models import Contact, Conversation, ConversationStatus, Message
from portal.inbox.rules.ledger import State
from portal.inbox.service import start
from portal.portfolio.models import Debtor
from tests.inbox.talk import conversation, say
from tests.support.browser import Browser, Page
from tests.support.clockwork import run, settle
from tests.support.cloud import add_starter, set_limits
from tests.support.people import Company, set_available
from tests.support.portfolio import add_debtor

NUMBER = "5511987654321"


@pytest.fixture
def debtor_id(app: Flask, company: Company) -> int:
    return add_debtor(app, company, "Maria da Silva", phone=f"+{NUMBER}", creditor="Escola Azul")


@pytest.fixture
def starter_id(app: Flask, company: Company) -> int:
    return add_starter(app, company)


def form_of(browser: Browser, debtor_id: int) -> dict[str, str]:
    data = browser.get(f"/conversas/nova/{debtor_id}").form_data('form[method="post"][action*="/nova/"]')
    return {key: str(value) for key, value in data.items()}


def begin(browser: Browser, debtor_id: int, starter_id: int) -> Page:
    data = {**form_of(browser, debtor_id), "starter_id": str(starter_id)}
    return browser.post(f"/conversas/nova/{debtor_id}", **data)


def sent(app: Flask) -> list[Message]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Message).where(Message.kind == "template").order_by(Message.id)))


def test_from_the_debtors_page_to_the_reply(
    app: Flask, company: Company, admin: Browser, debtor_id: int, starter_id: int
) -> None:
    page = admin.get(f"/devedores/{debtor_id}")
    assert page.one('a[href*="/conversas/nova/"]').get_text(strip=True) == "Iniciar conversa"
    assert "Olá Maria, aqui é da Escola Azul. Podemos falar agora?" in admin.get(f"/conversas/nova/{debtor_id}").words
    answer = begin(admin, debtor_id, starter_id)
    assert answer.status == 303
    settle(app)
    (message,) = sent(app)
    assert (message.state, message.author_user_id) == (State.DELIVERED, company.admin.id)
    found = conversation(app, message.conversation_id)
    assert (found.status, found.assigned_user_id, found.debtor_id) == (
        ConversationStatus.STARTED,
        company.admin.id,
        debtor_id,
    )
    set_available(app, company.operator)
    say(app, company, "pode falar")
    found = conversation(app, message.conversation_id)
    assert (found.status, found.assigned_user_id) == (ConversationStatus.OPEN, company.admin.id)
    assert admin.post(f"/conversas/{found.id}/responder", text="Olá!", client_token="a").status == 303


def test_it_counts_against_the_day(
    app: Flask, company: Company, admin: Browser, debtor_id: int, starter_id: int
) -> None:
    set_limits(app, company, 1, 1)
    begin(admin, debtor_id, starter_id)
    with app.app_context():
        connection = connections.current(company.id)
        assert connection is not None
        assert connections.used_on(connection.id, clock.today("America/Sao_Paulo")) == 1
    other = add_debtor(app, company, "João", tax_id="52998224725", phone="+5511900000000", creditor="Escola Azul")
    assert "limite de conversas iniciadas hoje" in admin.get(f"/conversas/nova/{other}").words
    assert len(sent(app)) == 1


def test_a_double_click_starts_one(app: Flask, admin: Browser, debtor_id: int, starter_id: int) -> None:
    data = {**form_of(admin, debtor_id), "starter_id": str(starter_id)}
    first = admin.post(f"/conversas/nova/{debtor_id}", **data)
    second = admin.post(f"/conversas/nova/{debtor_id}", **data)
    assert first.location == second.location
    assert len(sent(app)) == 1


def test_nobody_gets_a_second_within_24_hours(
    app: Flask, company: Company, admin: Browser, debtor_id: int, starter_id: int
) -> None:
    data = {**form_of(admin, debtor_id), "starter_id": str(starter_id)}
    admin.post(f"/conversas/nova/{debtor_id}", **data)
    settle(app)
    again = admin.post(f"/conversas/nova/{debtor_id}", **{**data, "client_token": "outro"})
    assert again.status == 422
    assert "recebeu um modelo há menos de 24 h" in again.words
    assert "a partir de amanhã às" in again.words
    with app.app_context():
        db.session.scalars(sa.select(Contact)).one().last_starter_at = clock.now() - timedelta(hours=24)
        db.session.commit()
    assert admin.post(f"/conversas/nova/{debtor_id}", **{**data, "client_token": "outro"}).status == 303
    assert len(sent(app)) == 2


def test_a_dispatch_and_a_hand_see_each_others_start(
    app: Flask, company: Company, admin: Browser, debtor_id: int, starter_id: int
) -> None:
    with app.app_context():
        connection = connections.current(company.id)
        starter, user = db.session.get_one(ChatStarter, starter_id), db.session.get_one(User, company.admin.id)
        assert connection is not None
        plan.start(connection, starter, Filter(), user, "um")
    assert begin(admin, debtor_id, starter_id).status == 303
    run(app, "send-batch")
    settle(app)
    assert len(sent(app)) == 1


def test_outside_the_sending_window_nothing_starts(
    app: Flask, company: Company, admin: Browser, debtor_id: int, starter_id: int
) -> None:
    data = {**form_of(admin, debtor_id), "starter_id": str(starter_id)}
    with app.app_context():
        schedule = db.session.scalars(sa.select(Schedule).filter_by(kind=ScheduleKind.SENDING)).one()
        schedule.hours = [None] * 7
        db.session.commit()
    assert "Fora da janela de envio" in admin.get(f"/conversas/nova/{debtor_id}").words
    assert admin.post(f"/conversas/nova/{debtor_id}", **data).status == 422
    assert sent(app) == []


def test_a_value_that_is_missing_is_named_before_sending(
    app: Flask, company: Company, admin: Browser, starter_id: int
) -> None:
    alone = add_debtor(app, company, "Sem Título", tax_id="52998224725", phone="+5511900000001", creditor="")
    page = admin.get(f"/conversas/nova/{alone}")
    assert "Falta o valor de nome do credor" in page.words
    data = page.form_data('form[method="post"][action*="/nova/"]')
    refused = admin.post(f"/conversas/nova/{alone}", **{**data, "starter_id": str(starter_id)})
    assert refused.status == 422
    assert "Complete o cadastro" in refused.words


def talk_whose_window_closed(app: Flask, company: Company, debtor_id: int) -> int:
    set_available(app, company.operator)
    say(app, company, "quero falar com operador")
    with app.app_context():
        found = db.session.scalars(sa.select(Conversation)).one()
        found.debtor_id = debtor_id
        found.last_inbound_at = clock.now() - timedelta(hours=25)
        db.session.commit()
        return found.id


@pytest.mark.parametrize("htmx", [False, True])
def test_a_closed_window_goes_on_with_a_starter(
    app: Flask, company: Company, operator: Browser, debtor_id: int, starter_id: int, htmx: bool
) -> None:
    talk = talk_whose_window_closed(app, company, debtor_id)
    page = operator.get(f"/conversas/{talk}")
    data = page.form_data('form[action$="/modelos"]')
    answer = operator.post(f"/conversas/{talk}/modelos", **{**data, "starter_id": str(starter_id)}, htmx=htmx)
    assert answer.status == (200 if htmx else 303)
    settle(app)
    (message,) = sent(app)
    assert (message.conversation_id, message.state) == (talk, State.DELIVERED)
    assert "recebeu um modelo há menos de 24 h" in operator.get(f"/conversas/{talk}").words


def test_while_the_window_is_open_no_starter_is_offered(
    app: Flask, company: Company, operator: Browser, debtor_id: int, starter_id: int
) -> None:
    talk = talk_whose_window_closed(app, company, debtor_id)
    say(app, company, "voltei")
    assert not operator.get(f"/conversas/{talk}").all('form[action$="/modelos"]')
    assert operator.post(f"/conversas/{talk}/modelos", starter_id=str(starter_id)).status == 422
    assert sent(app) == []


def test_a_closed_conversation_starts_a_new_one(
    app: Flask, company: Company, operator: Browser, debtor_id: int, starter_id: int
) -> None:
    talk = talk_whose_window_closed(app, company, debtor_id)
    operator.post(f"/conversas/{talk}/encerrar")
    data = operator.get(f"/conversas/{talk}").form_data('form[action$="/modelos"]')
    operator.post(f"/conversas/{talk}/modelos", **{**data, "starter_id": str(starter_id)})
    (message,) = sent(app)
    assert message.conversation_id != talk
    assert conversation(app, message.conversation_id).assigned_user_id == company.operator.id


def test_strangers_and_operators_without_a_pass_start_nothing(
    app: Flask, operator: Browser, stranger: Browser, debtor_id: int, starter_id: int
) -> None:
    for browser in (operator, stranger):
        assert browser.get(f"/conversas/nova/{debtor_id}").status == 404
        assert browser.post(f"/conversas/nova/{debtor_id}", phone_id="1", starter_id=str(starter_id)).status == 404
    assert sent(app) == []


def test_another_companys_starter_is_not_taken(
    app: Flask, company: Company, other: Company, admin: Browser, debtor_id: int, starter_id: int
) -> None:
    foreign = add_starter(app, other, name="alheio")
    assert begin(admin, debtor_id, foreign).status == 422
    assert sent(app) == []


def test_who_left_is_not_given_the_answer(
    app: Flask, company: Company, admin: Browser, debtor_id: int, starter_id: int
) -> None:
    begin(admin, debtor_id, starter_id)
    settle(app)
    set_available(app, company.operator)
    with app.app_context():
        db.session.get_one(User, company.admin.id).active = False
        db.session.commit()
    say(app, company, "oi")
    assert conversation(app, sent(app)[0].conversation_id).assigned_user_id == company.operator.id


def test_a_stopped_connection_starts_nothing(app: Flask, company: Company, debtor_id: int, starter_id: int) -> None:
    with app.app_context():
        connection = db.session.scalars(sa.select(Connection).filter_by(account_id=company.id)).one()
        connection.stopped_code = "190"
        db.session.commit()
        user, debtor = db.session.get_one(User, company.admin.id), db.session.get_one(Debtor, debtor_id)
        with pytest.raises(start.NotStarted, match="parada"):
            start.start(user, debtor, debtor.phones[0], starter_id, "x")
