"""A number that is another person's: nothing of the debtor goes there, and only people of the company take it back."""

from __future__ import annotations

import pytest
from flask import Flask

from portal import clock
from portal.accounts.models import User
from portal.extensions import db
from portal.inbox.models import Conversation
from portal.inbox.rules import reasons
from portal.inbox.rules.ledger import State
from portal.inbox.rules.start import OptOut
from portal.inbox.service import opt_out
from tests.inbox.incoming import PDF
from tests.inbox.outgoing import Desk
from tests.inbox.talk import MARIA, ask_for_operator, conversation, messages, say
from tests.inbox.test_opt_out import contact, newest, preference
from tests.support.browser import Browser
from tests.support.clockwork import run, settle
from tests.support.cloud import Cloud
from tests.support.people import Company, set_available
from tests.support.portfolio import add_debtor


@pytest.mark.parametrize("words", ["parar", "quero receber mensagens", "voltar a receber"])
def test_nothing_that_this_person_says_makes_the_number_the_debtors(app: Flask, company: Company, words: str) -> None:
    say(app, company, "não sou eu", words)
    assert contact(app).opt_out is OptOut.WRONG_PERSON


def test_nor_what_they_tell_whatsapp_itself(app: Flask, cloud: Cloud) -> None:
    for words in ("não sou eu", "parar"):
        cloud.says(MARIA, words)
        settle(app)
    assert cloud.deliver(preference("resume", int(clock.now().timestamp()) + 60)) == 200
    run(app, "apply-webhooks")
    assert contact(app).opt_out is OptOut.WRONG_PERSON


def test_an_admin_takes_it_back(app: Flask, company: Company, admin: Browser) -> None:
    say(app, company, "não sou eu")
    assert admin.post(f"/nao-contatar/{contact(app).id}/liberar").status == 303
    assert contact(app).opt_out is None


def test_said_again_it_takes_the_debtor_away_again(app: Flask, company: Company) -> None:
    set_available(app, company.operator)
    conversation_id = ask_for_operator(app, company)
    debtor_id = add_debtor(app, company, "João de Souza")
    for _ in range(2):
        with app.app_context():
            db.session.get_one(Conversation, conversation_id).debtor_id = debtor_id
            db.session.commit()
        say(app, company, "número errado")
        assert conversation(app, conversation_id).debtor_id is None


def test_what_waits_in_the_queue_does_not_go_to_another_person(
    app: Flask, company: Company, operator: Browser, admin: Browser
) -> None:
    set_available(app, company.operator)
    desk = Desk(app, operator, ask_for_operator(app, company))
    desk.send(("demonstrativo.pdf", PDF), text="Segue o seu débito")
    with app.app_context():
        opt_out.decide(newest(app).contact_id, db.session.get_one(User, company.admin.id), OptOut.WRONG_PERSON)
    settle(app)
    (message,) = desk.sent()
    assert (message.state, message.error_code, message.attempts) == (State.FAILED, reasons.OPTED_OUT, 0)
    assert "ou o número é de outra pessoa" in desk.thread().words


def test_the_answer_to_them_is_not_held_back(app: Flask, company: Company, operator: Browser) -> None:
    set_available(app, company.operator)
    desk = Desk(app, operator, ask_for_operator(app, company))
    say(app, company, "não sou eu")
    assert operator.post(f"{desk.url}/responder", text="Desculpe!", client_token="a" * 20).status == 303
    settle(app)
    assert desk.sent()[-1].state is State.DELIVERED and messages(app, desk.conversation_id)[-1] == "Desculpe!"


def test_a_word_that_may_mean_something_else_bans_nobody_who_talks_with_an_operator(
    app: Flask, company: Company
) -> None:
    set_available(app, company.operator)
    ask_for_operator(app, company)
    say(app, company, "por engano", "sair")  # of a payment, and of the room
    assert contact(app).opt_out is None
