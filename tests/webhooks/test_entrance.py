"""The signed entrance: kept before it is answered, applied once, closed to strangers."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.extensions import db
from portal.inbox.models import Conversation, Message
from portal.webhooks.models import WebhookEvent, WebhookState
from tests.support.browser import Browser
from tests.support.clockwork import run, settle
from tests.support.cloud import PHONE_NUMBER_ID, SECRET, WABA_ID, Cloud
from tests.support.people import Company

MARIA = "5511987654321"


def count(app: Flask, model: type) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def item(number: int, wa_id: str = MARIA) -> dict[str, object]:
    return {
        "from": wa_id,
        "id": f"wamid.{wa_id}.{number}",
        "timestamp": str(int(clock.now().timestamp())),
        "type": "text",
        "text": {"body": f"mensagem {number}"},
    }


def body(*changes: dict[str, object]) -> bytes:
    """One entry for each change, as Meta batches them."""
    entries = [{"id": WABA_ID, "changes": [{"field": "messages", "value": change}]} for change in changes]
    return json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()


def change(**parts: object) -> dict[str, object]:
    meta = {"display_phone_number": "551130001000", "phone_number_id": PHONE_NUMBER_ID}
    return {"messaging_product": "whatsapp", "metadata": meta, **parts}


@pytest.mark.parametrize(
    "signature", ["", "sha256=", "sha256=00", "sha1=abc", "lixo é lixo".encode().decode("latin-1")]
)
def test_what_is_not_signed_leaves_no_row(app: Flask, cloud: Cloud, signature: str) -> None:
    assert cloud.deliver(body(change(messages=[item(1)])), signature) == 403
    assert count(app, WebhookEvent) == 0


def test_without_a_configured_secret_everything_is_refused(app: Flask, cloud: Cloud) -> None:
    from portal.connection.models import Connection

    with app.app_context():
        db.session.get_one(Connection, cloud.connection_id).app_secret = ""
        db.session.commit()
    payload = body(change(messages=[item(1)]))
    assert cloud.deliver(payload, cloud.graph.sign(payload, "")) == 403
    assert cloud.deliver(payload, cloud.graph.sign(payload, SECRET)) == 403
    assert count(app, WebhookEvent) == 0


def test_an_unknown_address_is_not_there(app: Flask, cloud: Cloud) -> None:
    payload = body(change(messages=[item(1)]))
    client = app.test_client()
    answer = client.post(
        "/webhooks/cloud-api/nao-existe",
        data=payload,
        headers={"X-Hub-Signature-256": cloud.graph.sign(payload, SECRET)},
    )
    assert answer.status_code == 404


def test_the_handshake_echoes_the_bare_challenge_only_for_the_right_token(app: Flask, cloud: Cloud) -> None:
    from portal.connection.models import Connection

    with app.app_context():
        token = db.session.get_one(Connection, cloud.connection_id).verify_token
    client = app.test_client()
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": token}
    good = client.get(cloud.webhook_path, query_string=query)
    assert (good.status_code, good.text, good.mimetype) == (200, "1158201444", "text/plain")
    assert client.get(cloud.webhook_path, query_string={**query, "hub.verify_token": "x"}).status_code == 403
    assert client.get(cloud.webhook_path).status_code == 403


def test_every_item_of_every_change_of_every_entry_is_applied(app: Flask, cloud: Cloud) -> None:
    cloud.says(MARIA, "oi")
    settle(app)
    sent = cloud.graph.ledger[0]
    statuses = [
        {"id": sent.wamid, "status": state, "timestamp": str(int(clock.now().timestamp())), "recipient_id": MARIA}
        for state in ("read", "delivered", "sent", "read")
    ]
    payload = body(
        change(messages=[item(1), item(2)]),
        change(messages=[item(3), item(4, "5521987650000")], statuses=statuses[:2]),
        change(messages=[item(5), item(6)], statuses=statuses[2:]),
    )
    before = count(app, Message)
    assert cloud.deliver(payload) == 200
    run(app, "apply-webhooks")
    with app.app_context():
        inbound = db.session.scalars(sa.select(Message).where(Message.direction == "in")).all()
        assert len(inbound) == 7
        assert db.session.scalar(sa.select(Message.state).where(Message.provider_id == sent.wamid)) == "read"
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Conversation)) == 2
    assert count(app, Message) > before


def test_a_repeated_body_and_a_repeated_item_change_nothing(app: Flask, cloud: Cloud) -> None:
    payload = body(change(messages=[item(1)]))
    for _ in range(3):
        assert cloud.deliver(payload) == 200
    assert cloud.deliver(body(change(messages=[item(1)]), change(messages=[item(2)]))) == 200
    settle(app)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).where(Message.direction == "in")) == 2


def test_two_first_messages_at_once_open_one_conversation(app: Flask, cloud: Cloud) -> None:
    """Two processes apply two bodies of one person side by side."""
    for number in range(6):
        assert cloud.deliver(body(change(messages=[item(number)]))) == 200
    threads = [threading.Thread(target=run, args=(app, "apply-webhooks")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run(app, "apply-webhooks")
    assert count(app, Conversation) == 1
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).where(Message.direction == "in")) == 6
        assert set(db.session.scalars(sa.select(WebhookEvent.state))) == {WebhookState.APPLIED}


def test_both_spellings_of_a_number_are_one_person(app: Flask, cloud: Cloud) -> None:
    assert cloud.deliver(body(change(messages=[item(1, "5531988887777")]))) == 200
    assert cloud.deliver(body(change(messages=[item(2, "553188887777")]))) == 200
    assert cloud.deliver(body(change(messages=[item(3, "551133334444")]))) == 200
    settle(app)
    assert count(app, Conversation) == 2


def test_what_is_not_understood_is_kept_and_answered_200(app: Flask, cloud: Cloud) -> None:
    odd = [
        {
            "object": "whatsapp_business_account",
            "entry": [{"id": WABA_ID, "changes": [{"field": "novidade", "value": 7}]}],
        },
        {"object": "outra_coisa", "entry": {"não": "lista"}},
        {"entry": [{"changes": [{"field": "messages", "value": change(messages=[{"type": "text"}, item(1)])}]}]},
        {},
    ]
    for each in odd:
        assert cloud.deliver(json.dumps(each).encode()) == 200
    assert cloud.deliver(b"isto n\xc3\xa3o \xc3\xa9 JSON") == 200
    settle(app)
    with app.app_context():
        states = [event.state for event in db.session.scalars(sa.select(WebhookEvent).order_by(WebhookEvent.id))]
        assert states == [WebhookState.APPLIED] * 4 + [WebhookState.FAILED]
        assert db.session.scalar(sa.select(sa.func.count()).where(Message.direction == "in")) == 1
        assert db.session.scalars(sa.select(WebhookEvent.broken_items)).all()[2] == 1


def test_three_megabytes_of_rubbish_are_refused_in_portuguese(app: Flask, cloud: Cloud) -> None:
    rubbish = b"x" * (3 * 1024 * 1024 + 1)
    assert cloud.deliver(rubbish) == 413
    assert count(app, WebhookEvent) == 0


def test_a_number_of_somebody_else_is_not_applied(app: Flask, cloud: Cloud) -> None:
    foreign = change(messages=[item(1)])
    foreign["metadata"] = {"phone_number_id": "999"}
    assert cloud.deliver(body(foreign)) == 200
    settle(app)
    assert count(app, Message) == 0


def test_the_window_runs_by_the_providers_clock(app: Flask, company: Company, admin: Browser, cloud: Cloud) -> None:
    late = item(1)
    late["timestamp"] = str(int((clock.now() - timedelta(hours=30)).timestamp()))
    assert cloud.deliver(body(change(messages=[late]))) == 200
    settle(app)
    assert not cloud.graph.ledger, "nothing may be sent outside the window"
    with app.app_context():
        assert set(db.session.scalars(sa.select(Message.error_code).where(Message.direction == "out"))) == {
            "janela_fechada"
        }


def test_a_body_that_met_a_defect_waits_for_a_person_and_is_applied_at_the_second_try(
    app: Flask, admin: Browser, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.inbox.service import record

    def broken(*_: object) -> None:
        raise RuntimeError("a defect of ours")

    with monkeypatch.context() as patch:
        patch.setattr(record, "inbound", broken)
        assert cloud.deliver(body(change(messages=[item(1)]), change(messages=[item(2)]))) == 200
        settle(app)
    page = admin.get("/")
    assert "1 aviso recebido do WhatsApp que não pôde ser aplicado" in page.words
    assert admin.post("/inicio/reaplicar").status == 303
    settle(app)
    assert "não pôde ser aplicado" not in admin.get("/").words
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).where(Message.direction == "in")) == 2


def test_a_defect_of_the_assistant_costs_nobody_their_message(
    app: Flask, company: Company, admin: Browser, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.assistant.rules import machine

    def broken(*_: object) -> None:
        raise RuntimeError("a defect of ours")

    monkeypatch.setattr(machine, "step", broken)
    assert cloud.deliver(body(change(messages=[item(1)]))) == 200
    settle(app)
    assert "mensagem 1" in admin.get("/conversas?aba=minhas").words, "the Usuário ADM has it"
