"""The unsigned entrance: the secret in the address is the proof; what is not right is not there and leaves no row."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.extensions import db
from portal.inbox.models import Author, Conversation, ConversationStatus, Message
from portal.inbox.rules.ledger import State
from portal.webhooks.models import WebhookEvent
from tests.fakes.plug_api import PlugApi
from tests.support import pairing
from tests.support.browser import Browser
from tests.support.clockwork import run, settle
from tests.support.pairing import Paired
from tests.support.people import Company, set_available
from tests.support.plug import INSTANCE_ID, TOKEN

MARIA = "5511987654321"


@pytest.fixture
def plug(app: Flask, company: Company) -> Iterator[Paired]:
    with PlugApi(now=clock.now) as fake:
        made = pairing.connect(app, company, fake)
        with app.app_context():
            made.instance.link, made.instance.phone = "connected", pairing.PHONE
        run(app, "connection-status")
        yield made


def count(app: Flask, model: type) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def body_of(plug: Paired, **changed: object) -> dict[str, object]:
    plug.fake.says(INSTANCE_ID, MARIA, "oi")
    return {**plug.fake.take()[0].body, **changed}


def test_the_right_secret_keeps_and_applies(app: Flask, plug: Paired) -> None:
    body = body_of(plug)
    assert plug.deliver(body) == 200
    assert plug.deliver(body, **{"z-api-token": TOKEN}) == 200  # the same again
    assert count(app, WebhookEvent) == 1
    settle(app)
    with app.app_context():
        assert db.session.scalars(sa.select(Message.text).where(Message.direction == "in")).all() == ["oi"]


@pytest.mark.parametrize("case", ["secret", "hash", "kind", "instance", "token", "text", "list", "type", "empty"])
def test_what_is_not_right_is_not_there(app: Flask, plug: Paired, case: str) -> None:
    body = body_of(plug)
    path, data, kind, headers = plug.webhook_path, json.dumps(body), "application/json", {}
    if case == "secret":
        path = path[:-1] + ("A" if path[-1] != "A" else "B")
    elif case == "hash":
        path = f"/webhooks/plugmessage/{plug.state.webhook_key}"
    elif case == "kind":
        path = path.replace("plugmessage", "evolution")
    elif case == "instance":
        data = json.dumps({**body, "instanceId": "3C00OUTRA"})
    elif case == "token":
        headers = {"z-api-token": "outro"}
    elif case == "text":
        data = "oi"
    elif case == "list":
        data = "[]"
    elif case == "type":
        kind = "text/plain"
    elif case == "empty":
        data = ""
    answer = app.test_client().post(path, data=data, content_type=kind, headers=headers)
    assert answer.status_code == 404
    assert count(app, WebhookEvent) == 0


def test_a_body_that_is_too_long_is_not_read(app: Flask, plug: Paired) -> None:
    body = body_of(plug, text={"message": "a" * 600_000})
    assert plug.deliver(body) == 413
    assert count(app, WebhookEvent) == 0


def test_another_verb_is_refused(app: Flask, plug: Paired) -> None:
    assert app.test_client().get(plug.webhook_path).status_code == 405


def test_an_answer_from_the_phone_makes_the_assistant_step_back(app: Flask, company: Company, plug: Paired) -> None:
    set_available(app, company.operator)
    plug.says(MARIA, "oi")
    settle(app)
    before = len(plug.texts_to(MARIA))
    assert before
    plug.fake.types(INSTANCE_ID, MARIA, "Bom dia, aqui é a Ana.")
    (echo,) = [posted for posted in plug.fake.take() if posted.event == "received"]
    assert plug.deliver(echo.body) == 200
    settle(app)
    with app.app_context():
        conversation = db.session.scalars(sa.select(Conversation)).one()
        message = db.session.scalars(sa.select(Message).order_by(Message.id.desc())).first()
        assert message is not None
        assert (message.author, message.state, message.text) == (Author.PHONE, State.SENT, "Bom dia, aqui é a Ana.")
        assert conversation.status is ConversationStatus.OPEN
        assert conversation.assigned_user_id == company.operator.id
    plug.says(MARIA, "1")
    settle(app)
    assert len(plug.texts_to(MARIA)) == before, "the assistant says no more"
    page = Browser(app).log_in(company.operator).get("/conversas", follow=True)
    assert "Bom dia" in page.words or "1" in page.words


def test_the_first_word_from_the_phone_starts_a_conversation_that_an_operator_gets(
    app: Flask, company: Company, plug: Paired
) -> None:
    set_available(app, company.operator)
    for _ in range(2):  # what comes twice is one
        plug.fake.types(INSTANCE_ID, MARIA, "Olá, Maria?")
        (echo,) = plug.fake.take()
        body = {**echo.body, "messageId": "3EB0DOCELULAR"}
        assert plug.deliver({**body, "momment": body["momment"] + _}) == 200
    settle(app)
    assert count(app, Message) == 1
    plug.says(MARIA, "sim, sou eu")
    settle(app)
    with app.app_context():
        conversation = db.session.scalars(sa.select(Conversation)).one()
        assert conversation.assigned_user_id == company.operator.id
    assert plug.texts_to(MARIA) == []
    page = Browser(app).log_in(company.operator).get(f"/conversas/{conversation.id}")
    assert "Pelo celular" in page.words


def test_the_secret_of_the_address_is_stored_encrypted_and_in_no_log(
    app: Flask, plug: Paired, caplog: pytest.LogCaptureFixture
) -> None:
    secret = plug.webhook_path.rpartition("/")[2]
    with caplog.at_level(logging.DEBUG):
        assert plug.deliver(body_of(plug)) == 200
        plug.lose()
    assert secret not in caplog.text
    with app.app_context():
        stored = db.session.execute(sa.text("select * from connection")).all()
    assert not [row for row in stored if secret in str(row)]
