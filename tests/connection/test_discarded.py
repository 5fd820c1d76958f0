"""What becomes of our messages when the provider's queue is discarded before the phone is linked again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.connection.models import LinkState
from portal.extensions import db
from portal.inbox.models import Conversation, Direction, Message
from portal.inbox.rules import reasons
from portal.inbox.rules.ledger import State
from tests.fakes.plug_api import PlugApi
from tests.support import pairing
from tests.support.browser import Browser
from tests.support.clockwork import settle
from tests.support.pairing import Paired
from tests.support.people import Company

MARIA = "5511987654321"


@pytest.fixture
def plug(app: Flask, company: Company) -> Iterator[Paired]:
    """The assistant's answers to a person lie in the provider's queue, and the phone is lost."""
    with PlugApi(now=clock.now) as fake:
        made = pairing.connect_linked(app, company, fake)
        made.says(MARIA, "oi")
        settle(app)
        made.lose()
        assert made.instance.queue
        yield made


def states(plug: Paired) -> set[tuple[State, str]]:
    with plug.app.app_context():
        out = sa.select(Message.state, Message.error_code).where(Message.direction == Direction.OUT)
        return {(row.state, row.error_code) for row in db.session.execute(out)}


def discard(admin: Browser, plug: Paired) -> int:
    page = admin.post(f"{plug.card}/conectar", htmx=True)
    assert "na fila do provedor" in page.words
    return admin.post(f"{plug.card}/conectar", htmx=True, fila="descartar").status


def test_what_the_provider_proved_to_discard_failed_and_may_be_sent_again(admin: Browser, plug: Paired) -> None:
    assert states(plug) == {(State.ACCEPTED, "")}
    assert discard(admin, plug) == 200
    assert states(plug) == {(State.FAILED, reasons.DISCARDED)}
    with plug.app.app_context():
        conversation_id = db.session.scalars(sa.select(Conversation.id)).one()
    page = admin.get(f"/conversas/{conversation_id}")
    assert "descartada da fila do PlugMessage" in page.words


def test_what_left_the_queue_before_stays_as_it_is(admin: Browser, plug: Paired) -> None:
    plug.instance.queue.pop(0)
    expected = {(State.ACCEPTED, ""), (State.FAILED, reasons.DISCARDED)} if plug.instance.queue else None
    if expected is None:
        pytest.skip("the assistant said one thing only")
    discard(admin, plug)
    assert states(plug) == expected


def test_without_a_list_nobody_knows(admin: Browser, plug: Paired) -> None:
    plug.instance.switches.queue_post = False
    assert discard(admin, plug) == 200
    assert states(plug) == {(State.UNKNOWN, reasons.MAYBE_DISCARDED)}


def test_a_discarding_that_was_not_confirmed_proves_nothing(admin: Browser, plug: Paired) -> None:
    admin.post(f"{plug.card}/conectar", htmx=True)
    for mode in ("ok", "ok", "accept_then_drop"):  # the count, the list, the discarding
        plug.fake.next(mode, action="queue")
    page = admin.post(f"{plug.card}/conectar", htmx=True, fila="descartar")
    assert page.status == 422 and "Não foi possível falar com o PlugMessage." in page.words
    assert states(plug) == {(State.UNKNOWN, reasons.MAYBE_DISCARDED)}
    assert not plug.instance.queue, "it did so all the same"


def test_sending_them_changes_nothing(admin: Browser, plug: Paired) -> None:
    admin.post(f"{plug.card}/conectar", htmx=True, fila="enviar")
    assert states(plug) == {(State.ACCEPTED, "")}


def test_nothing_is_discarded_while_the_phone_is_linked_and_takes_from_the_queue(admin: Browser, plug: Paired) -> None:
    """The portal has not heard yet that the phone is back: what it lists may be sent before it is discarded."""
    plug.instance.link, plug.instance.phone = "connected", pairing.PHONE
    page = admin.post(f"{plug.card}/codigo", htmx=True, phone=pairing.NUMBER, fila="descartar")
    assert page.status == 200 and plug.state.link_state is LinkState.CONNECTED
    assert plug.instance.queue and states(plug) == {(State.ACCEPTED, "")}
