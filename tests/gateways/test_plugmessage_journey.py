"""Through the whole portal: a person writes on PlugMessage, is answered, and what becomes of the answer is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.extensions import db
from portal.inbox.models import Message
from tests.fakes.plug_api import PlugApi
from tests.gateways.shapes import MARIA
from tests.support.clockwork import settle
from tests.support.people import Company
from tests.support.plug import INSTANCE_ID, Plug, connect


@pytest.fixture
def talk(app: Flask, company: Company) -> Iterator[Plug]:
    with PlugApi(clock.now) as fake:
        yield connect(app, company, fake)


def states(app: Flask) -> dict[str, str]:
    """The state of every message that the provider took, by the provider's id."""
    with app.app_context():
        rows = db.session.execute(sa.select(Message.provider_id, Message.state).where(Message.provider_id.is_not(None)))
        return {str(provider_id): state.value for provider_id, state in rows}


def rows(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Message)) or 0


def test_a_person_is_answered_and_what_becomes_of_it_is_told_in_any_order(app: Flask, talk: Plug) -> None:
    talk.says(MARIA, "oi")
    settle(app)
    assert any("Cobrança Modelo" in text for text in talk.texts_to(MARIA))
    sent = [message.message_id for message in talk.fake.ledger]
    switches = talk.fake.instances[INSTANCE_ID].switches
    switches.duplicates = switches.shuffled = True
    talk.fake.status(INSTANCE_ID, "READ", *sent)
    talk.fake.status(INSTANCE_ID, "RECEIVED", *sent)
    talk.fake.status(INSTANCE_ID, "SENT", "an-unknown-id")
    talk.fake.read_by_me(INSTANCE_ID, *sent)
    talk.fake.drain(INSTANCE_ID)
    before = rows(app)
    assert set(talk.deliver_all()) == {200}
    settle(app)
    assert [states(app)[each] for each in sent] == ["read"] * len(sent)
    assert rows(app) == before


def test_a_wrong_secret_or_instance_or_token_leaves_no_trace(app: Flask, talk: Plug) -> None:
    talk.fake.says(INSTANCE_ID, MARIA, "oi")
    (posted,) = talk.fake.take()
    assert talk.deliver(posted.body, "/webhooks/plugmessage/another") == 404
    assert talk.deliver({**posted.body, "instanceId": "another"}) == 404
    assert talk.deliver(posted.body, **{"z-api-token": "another"}) == 404
    settle(app)
    assert rows(app) == 0
