"""What the debtor writes and what people do at the same moment: nothing lost, nobody forgotten, no deadlock."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.accounts.models import Role, User
from portal.accounts.service import people
from portal.connection import queries as connections
from portal.extensions import db
from portal.inbox.models import Conversation, ConversationStatus, Message
from portal.inbox.rules.ledger import State
from portal.inbox.service import reply
from portal.inbox.service.assign import lock
from portal.simulator import service as phone
from tests.inbox.talk import MARIA, ask_for_operator, conversation, last_message, say
from tests.support.clockwork import run, settle
from tests.support.people import Company, add_operator, set_available
from tests.support.races import job, meanwhile


@pytest.fixture
def mine(app: Flask, company: Company) -> int:
    set_available(app, company.operator)
    return ask_for_operator(app, company)


def writes(app: Flask, company: Company, text: str, wa_id: str = MARIA) -> None:
    """The webhook is in; nothing has been applied yet."""
    with app.app_context():
        connection = connections.current(company.id)
        assert connection is not None
        phone.write(connection, wa_id, "Maria", text)


def operator(company: Company) -> User:
    return db.session.get_one(User, company.operator.id)


def home_of(app: Flask, text: str) -> Conversation:
    """The conversation in which a message is."""
    with app.app_context():
        number = db.session.scalars(sa.select(Message.conversation_id).where(Message.text == text)).one()
    return conversation(app, number)


def test_an_answer_and_a_message_cross_without_a_deadlock(app: Flask, company: Company, mine: int) -> None:
    writes(app, company, "Cruzou")
    with app.app_context():
        lock(mine)
        with meanwhile(job(app, "apply-webhooks")):
            reply.send_text(mine, operator(company), "Também cruzou", "t1")
    assert home_of(app, "Cruzou").id == home_of(app, "Também cruzou").id == mine


def test_a_message_never_ends_in_a_conversation_that_was_just_closed(app: Flask, company: Company, mine: int) -> None:
    writes(app, company, "Ainda estou aqui")
    with app.app_context():
        reply.end(lock(mine))
        db.session.flush()
        with meanwhile(job(app, "apply-webhooks")):
            db.session.commit()
    assert conversation(app, mine).status is ConversationStatus.CLOSED and conversation(app, mine).unread == 0
    assert home_of(app, "Ainda estou aqui").status is ConversationStatus.ASSISTANT


def test_a_message_that_crosses_an_answer_still_waits(app: Flask, company: Company, mine: int) -> None:
    writes(app, company, "E os juros?")
    with app.app_context():
        lock(mine)
        with meanwhile(job(app, "apply-webhooks")):
            reply.send_text(mine, operator(company), "Bom dia", "t2")
    found = conversation(app, mine)
    assert found.unread == 1 and found.waiting_since is not None


def test_who_is_leaving_gets_no_conversation(
    app: Flask, company: Company, mine: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The webhook chooses the operator a moment before the admin's click is committed."""
    writes(app, company, "quero falar com operador", "5511955554444")
    run(app, "apply-webhooks")
    writes(app, company, "operador", "5511955554444")
    with app.app_context():
        leaving = operator(company)
        started = []

        def pause(user: User) -> None:
            crossing = meanwhile(job(app, "apply-webhooks"))
            crossing.__enter__()
            started.append(crossing)

        monkeypatch.setattr(people, "_leaving", [*people._leaving, pause])
        people.edit_user(leaving, company.admin.id, leaving.name, leaving.email, Role.OPERATOR, active=False)
        started[0].__exit__(None, None, None)
        theirs = sa.select(sa.func.count()).where(
            Conversation.assigned_user_id == company.operator.id, Conversation.status == ConversationStatus.OPEN
        )
        assert db.session.scalar(theirs) == 0
        assert db.session.scalar(sa.select(sa.func.count()).where(Conversation.status == ConversationStatus.OPEN)) == 2


def test_what_was_settled_meanwhile_is_not_sent_again(app: Flask, company: Company, mine: int) -> None:
    settle(app)
    unknown = last_message(app, mine, state=State.UNKNOWN)
    results = []

    def resend() -> None:
        with app.app_context():
            try:
                reply.resend(db.session.get_one(Message, unknown), operator(company))
            except reply.NotDecidable:
                results.append("refused")

    with app.app_context():
        connection = connections.current(company.id)
        assert connection is not None
        db.session.refresh(connection, with_for_update={"key_share": True})
        message = db.session.get_one(Message, unknown, with_for_update=True)
        message.state = State.DELIVERED
        db.session.flush()
        with meanwhile(resend):
            db.session.commit()
    assert results == ["refused"]


def test_a_token_used_for_other_words_does_not_swallow_them(app: Flask, company: Company, mine: int) -> None:
    """The browser's back button brings back a composer whose token was used."""
    with app.app_context():
        for text in ("Primeira", "Primeira", "Segunda"):
            reply.send_text(mine, operator(company), text, "mesmo-token")
        texts = db.session.scalars(sa.select(Message.text).where(Message.author_user_id == company.operator.id))
        assert list(texts) == ["Primeira", "Segunda"]


def test_two_conversations_of_a_person_who_left_find_others(app: Flask, company: Company, mine: int) -> None:
    bia = add_operator(app, company, "Bia Barros")
    say(app, company, "mais uma coisa")
    with app.app_context():
        leaving = operator(company)
        people.edit_user(leaving, company.admin.id, leaving.name, leaving.email, Role.OPERATOR, active=False)
    assert conversation(app, mine).assigned_user_id == bia.id
