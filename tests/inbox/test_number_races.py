"""One person, two numbers of the company, everything at once: what they write, starts by hand, and decisions about them.
Whoever waits for a lock holds none that the other needs."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.accounts.models import User
from portal.connection import queries as connections
from portal.connection import service
from portal.connection.models import ConnectionKind
from portal.extensions import db
from portal.gateways.base import Inbound
from portal.inbox.models import Contact, Conversation, Message
from portal.inbox.rules.start import OptOut
from portal.inbox.service import opt_out, start
from portal.portfolio.models import Debtor
from portal.webhooks.service import Tally, _inbound
from tests.inbox.talk import MARIA, say
from tests.inbox.test_start_races import in_threads
from tests.support.cloud import add_starter
from tests.support.people import Company
from tests.support.portfolio import add_debtor

ROUNDS = 12


@pytest.fixture
def numbers(app: Flask, company: Company) -> list[int]:
    """Two numbers; Maria has written to the first."""
    add_debtor(app, company, "Maria da Silva", phone=f"+{MARIA}", creditor="Escola Azul")
    say(app, company, "oi")
    with app.app_context():
        first = connections.current(company.id)
        assert first is not None
        admin = db.session.get_one(User, company.admin.id)
        return [first.id, service.add(admin, ConnectionKind.CLOUD_API, "Sul").id]


def test_nobody_waits_in_a_circle(app: Flask, company: Company, numbers: list[int]) -> None:
    starter_id = add_starter(app, company)
    with app.app_context():
        contact_id = db.session.scalars(sa.select(Contact.id)).one()
        debtor_id = db.session.scalars(sa.select(Debtor.id)).one()
    ready = threading.Barrier(4)

    def writes(connection_id: int) -> Callable[[], None]:
        def work() -> None:
            ready.wait(30)
            for turn in range(ROUNDS):
                text = ("parar", "oi", "não sou eu", "voltar a receber")[turn % 4]
                connection = connections.locked(connection_id)
                item = Inbound(f"in-{connection_id}-{turn}", "text", clock.now(), text, wa_id=MARIA)
                _inbound(connection, item, Tally())
                db.session.commit()

        return work

    def decides() -> None:
        ready.wait(30)
        user = db.session.get_one(User, company.admin.id)
        for turn in range(ROUNDS):
            opt_out.decide(contact_id, user, (OptOut.WRONG_PERSON, None, OptOut.ASKED)[turn % 3])

    def starts() -> None:
        ready.wait(30)
        for turn in range(ROUNDS):
            user, debtor = db.session.get_one(User, company.admin.id), db.session.get_one(Debtor, debtor_id)
            try:
                start.start(user, debtor, debtor.phones[0], starter_id, f"vez-{turn}")
            except start.NotStarted:
                db.session.rollback()

    in_threads(app, [writes(numbers[0]), writes(numbers[1]), decides, starts])
    with app.app_context():
        kept = db.session.scalar(sa.select(sa.func.count()).where(Message.provider_id.like("in-%")))
        assert kept == 2 * ROUNDS, "no message was lost"
        live = sa.select(sa.func.count()).where(Conversation.status != "closed").group_by(Conversation.connection_id)
        assert all(count == 1 for count in db.session.scalars(live))
