"""Nobody who asked to be left alone, and no number of somebody else, gets a chat started with them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.accounts.models import User
from portal.assistant.service import refusals
from portal.audit.models import AuditEntry
from portal.bot_messages.rules import DEFAULT_TEXTS, MessageKind, fill
from portal.chat_starters.models import ChatStarter
from portal.connection import queries as connections
from portal.dispatch.filters import Filter
from portal.dispatch.models import DispatchRecipient
from portal.dispatch.service import plan
from portal.extensions import db
from portal.inbox.models import Contact, Conversation, ConversationStatus, Message
from portal.inbox.rules.ledger import State
from portal.inbox.rules.start import OptOut
from portal.simulator import service as phone
from portal.webhooks.models import WebhookEvent
from tests.inbox.talk import MARIA, ask_for_operator, conversation, last_message, messages, say
from tests.support.browser import Browser
from tests.support.clockwork import run, settle
from tests.support.cloud import PHONE_NUMBER_ID, Cloud, add_starter
from tests.support.people import Company
from tests.support.portfolio import add_debtor

WORDS = {
    MessageKind.OPT_OUT: "não iniciará novas conversas com este número. Se mudar",
    MessageKind.WRONG_PERSON: "desculpe o incômodo",
    MessageKind.OPT_IN: "pode voltar a iniciar conversas",
}


@pytest.fixture
def debtor_id(app: Flask, company: Company) -> int:
    return add_debtor(app, company, "Maria da Silva", phone=f"+{MARIA}", creditor="Escola Azul")


@pytest.fixture
def starter_id(app: Flask, company: Company) -> int:
    return add_starter(app, company)


def contact(app: Flask) -> Contact:
    with app.app_context():
        found = db.session.scalars(sa.select(Contact)).one()
        db.session.expunge(found)
        return found


def plan_one(app: Flask, company: Company, starter_id: int) -> None:
    with app.app_context():
        connection = connections.current(company.id)
        assert connection is not None
        starter, user = db.session.get_one(ChatStarter, starter_id), db.session.get_one(User, company.admin.id)
        plan.start(connection, starter, Filter(), user, "um")


def newest(app: Flask) -> Conversation:
    with app.app_context():
        found = db.session.scalars(sa.select(Conversation).order_by(Conversation.id.desc())).first()
        assert found is not None
        db.session.expunge(found)
        return found


def starts(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).where(Message.kind == "template")) or 0


def start_by_hand(browser: Browser, debtor_id: int, starter_id: int) -> int:
    form = browser.get(f"/conversas/nova/{debtor_id}").form_data('form[method="post"][action*="/nova/"]')
    return browser.post(f"/conversas/nova/{debtor_id}", **{**form, "starter_id": str(starter_id)}).status


@pytest.mark.usefixtures("debtor_id")
def test_sair_in_answer_to_a_starter(app: Flask, company: Company, admin: Browser, starter_id: int) -> None:
    plan_one(app, company, starter_id)
    run(app, "send-batch")
    settle(app)
    say(app, company, "SAIR")
    found = newest(app)
    assert found.status is ConversationStatus.CLOSED and found.assigned_user_id is None
    assert WORDS[MessageKind.OPT_OUT] in " ".join(messages(app, found.id)[-1].split())
    assert contact(app).opt_out is OptOut.ASKED
    page = admin.get("/nao-contatar")
    assert "(11) 98765-4321" in page.words and "Pediu para não receber mensagens" in page.words


def test_the_assistant_hears_it_in_any_step(app: Flask, company: Company) -> None:
    say(app, company, "oi", "não quero mais receber mensagens")
    found = newest(app)
    assert found.status is ConversationStatus.CLOSED and contact(app).opt_out is OptOut.ASKED
    say(app, company, "voltar a receber")
    assert contact(app).opt_out is None and contact(app).opted_out_at is None
    assert WORDS[MessageKind.OPT_IN] in messages(app, newest(app).id)[-1]


def test_sair_within_the_menu_only_ends_the_conversation(app: Flask, company: Company) -> None:
    say(app, company, "oi", "sair")
    assert newest(app).status is ConversationStatus.CLOSED and contact(app).opt_out is None


def test_the_wrong_person_sees_nothing_of_the_debtor(
    app: Flask, company: Company, admin: Browser, debtor_id: int, starter_id: int
) -> None:
    assert start_by_hand(admin, debtor_id, starter_id) == 303
    settle(app)
    assert newest(app).debtor_id == debtor_id
    say(app, company, "não sou eu")
    found = newest(app)
    assert (found.debtor_id, found.status) == (None, ConversationStatus.CLOSED)
    assert WORDS[MessageKind.WRONG_PERSON] in messages(app, found.id)[-1]
    assert "Maria da Silva" not in messages(app, found.id)[-1]
    assert contact(app).opt_out is OptOut.WRONG_PERSON


def test_with_an_operator_it_is_noted_and_they_answer(app: Flask, company: Company, admin: Browser) -> None:
    conversation_id = ask_for_operator(app, company)
    before = len(messages(app, conversation_id))
    say(app, company, "pare de me mandar mensagens")
    assert conversation(app, conversation_id).status is ConversationStatus.OPEN
    assert len(messages(app, conversation_id)) == before + 1, "nobody talks over the operator"
    assert contact(app).opt_out is OptOut.ASKED
    assert "nenhuma conversa é iniciada com este número" in admin.get(f"/conversas/{conversation_id}").words


def test_no_start_by_hand_and_none_by_the_agent(
    app: Flask, company: Company, admin: Browser, debtor_id: int, starter_id: int
) -> None:
    say(app, company, "parar")
    page = admin.get(f"/conversas/nova/{debtor_id}")
    assert "pediu para não receber mensagens" in page.words
    with app.app_context():
        connection = connections.current(company.id)
        assert connection is not None
        found = plan.preview(connection, db.session.get_one(ChatStarter, starter_id), Filter())
        assert [reason.value for _, reason in found.left_out] == ["Pediu para não receber mensagens"]
    assert starts(app) == 0


@pytest.mark.usefixtures("debtor_id")
def test_who_stops_after_the_list_was_fixed_is_left_out(app: Flask, company: Company, starter_id: int) -> None:
    plan_one(app, company, starter_id)
    say(app, company, "parar")
    run(app, "send-batch")
    with app.app_context():
        recipient = db.session.scalars(sa.select(DispatchRecipient)).one()
        assert (recipient.state.value, recipient.reason) == ("skipped", "Pediu para não receber mensagens")
    assert starts(app) == 0


def test_a_start_that_waits_is_given_up(
    app: Flask, company: Company, admin: Browser, debtor_id: int, starter_id: int
) -> None:
    assert start_by_hand(admin, debtor_id, starter_id) == 303
    with app.app_context():  # they write before the sender came to it
        connection = connections.current(company.id)
        assert connection is not None
        phone.write(connection, MARIA, "Maria", "parar")
    run(app, "apply-webhooks")
    settle(app)
    with app.app_context():
        message = db.session.scalars(sa.select(Message).where(Message.kind == "template")).one()
        assert (message.state, message.error_code, message.sent_at) == (State.FAILED, "nao_contatar", None)


def test_a_failed_start_cannot_be_sent_again(
    app: Flask, company: Company, admin: Browser, debtor_id: int, starter_id: int
) -> None:
    assert start_by_hand(admin, debtor_id, starter_id) == 303
    settle(app)
    found = newest(app)
    message_id = last_message(app, found.id, state=State.FAILED)
    with app.app_context():
        db.session.scalars(sa.select(Contact)).one().opt_out = OptOut.ASKED
        db.session.commit()
    answer = admin.post(f"/conversas/{found.id}/mensagens/{message_id}/reenviar")
    assert answer.status == 422 and "pediu para não receber mensagens" in answer.words
    assert starts(app) == 1


def test_people_note_it_and_only_an_admin_takes_it_back(
    app: Flask, company: Company, admin: Browser, operator: Browser
) -> None:
    conversation_id = ask_for_operator(app, company)
    url = f"/conversas/{conversation_id}/nao-contatar"
    assert operator.post(url, motivo="wrong_person").status == 303
    assert contact(app).opt_out is OptOut.WRONG_PERSON
    assert operator.post(url, motivo="liberar").status == 403
    assert operator.post(url, motivo="outra coisa").status == 400
    assert operator.get("/nao-contatar").status == 404
    assert admin.post(f"/nao-contatar/{contact(app).id}/liberar").status == 303
    assert contact(app).opt_out is None
    with app.app_context():
        noted = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "contact.opt_out")).all()
        assert [entry.user_id for entry in noted] == [company.operator.id, company.admin.id]
    assert "Não contatar" in admin.get("/historico").words


def test_a_number_is_added_by_hand(app: Flask, company: Company, admin: Browser, debtor_id: int) -> None:
    wrong = admin.post("/nao-contatar", phone="123", reason="asked")
    assert wrong.status == 422 and "telefone" in wrong.one(".error-summary").get_text()
    assert admin.post("/nao-contatar", phone="(11) 98765-4321", reason="asked").status == 303
    assert "pediu para não receber" in admin.get(f"/conversas/nova/{debtor_id}").words
    assert "(11) 98765-4321" in admin.get("/nao-contatar?busca=8765").words
    assert "Nenhum número encontrado" in admin.get("/nao-contatar?busca=0000").words


def test_another_company_keeps_its_own_list(app: Flask, company: Company, stranger: Browser) -> None:
    say(app, company, "parar")
    assert stranger.post(f"/nao-contatar/{contact(app).id}/liberar").status == 404
    assert "Nenhum número aqui" in stranger.get("/nao-contatar").words
    assert contact(app).opt_out is OptOut.ASKED


def test_a_defect_costs_no_message(app: Flask, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise RuntimeError("defeito")

    monkeypatch.setattr(refusals, "wish_in", broken)
    say(app, company, "parar")
    assert fill(DEFAULT_TEXTS[MessageKind.WELCOME], {"#NOME_EMPRESA#": company.name}) in messages(app, newest(app).id)


def preference(value: str, at: int) -> bytes:
    wish = {"wa_id": MARIA, "category": "marketing_messages", "value": value, "timestamp": at, "detail": "…"}
    change = {
        "field": "user_preferences",
        "value": {"metadata": {"phone_number_id": PHONE_NUMBER_ID}, "user_preferences": [wish]},
    }
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}).encode()


def test_what_a_person_tells_whatsapp_itself_holds_too(app: Flask, cloud: Cloud) -> None:
    now = int(clock.now().timestamp())
    for value, at, expected in (
        ("stop", now + 10, OptOut.ASKED),
        ("resume", now - 60, OptOut.ASKED),  # an older wish that came late
        ("signup", now + 20, OptOut.ASKED),
        ("resume", now + 30, None),
    ):
        assert cloud.deliver(preference(value, at)) == 200
        run(app, "apply-webhooks")
        assert contact(app).opt_out is expected


def test_of_wishes_that_come_late_the_later_one_holds(app: Flask, cloud: Cloud) -> None:
    now = int(clock.now().timestamp())
    for value, ago, expected in (
        ("stop", 600, OptOut.ASKED),
        ("resume", 500, None),  # both were said long before they came
        ("stop", 100, OptOut.ASKED),
        ("stop", 400, OptOut.ASKED),
        ("resume", 300, OptOut.ASKED),
        ("resume", 50, None),
    ):
        assert cloud.deliver(preference(value, now - ago)) == 200
        run(app, "apply-webhooks")
        assert contact(app).opt_out is expected, (value, ago)


def test_a_wish_that_is_applied_late_does_not_undo_a_later_one(app: Flask, cloud: Cloud) -> None:
    begun = clock.now()
    for seconds, words in ((0, "parar"), (30, "voltar a receber"), (60, "parar")):
        with clock.at(begun + timedelta(seconds=seconds)):
            cloud.says(MARIA, words)
    with app.app_context(), clock.at(begun + timedelta(seconds=90)):
        second = db.session.scalars(sa.select(WebhookEvent).order_by(WebhookEvent.id)).all()[1]
        second.attempts = 1  # it met an error of ours, and comes after the others
        db.session.commit()
        settle(app)
        assert contact(app).opt_out is OptOut.ASKED
        assert cloud.deliver(preference("resume", int(begun.timestamp()) + 75)) == 200
        settle(app)
        assert contact(app).opt_out is None, "said after the last of them, and before they were applied"
