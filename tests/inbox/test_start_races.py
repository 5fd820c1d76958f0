"""Several people and the sending agent start a chat with one person at the same moment: one start goes out."""

from __future__ import annotations

import threading
from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask

from portal.accounts.models import User
from portal.chat_starters.models import ChatStarter
from portal.connection import queries as connections
from portal.dispatch.filters import Filter
from portal.dispatch.service import batches, plan
from portal.extensions import db
from portal.inbox.models import Conversation, Message
from portal.inbox.service import start
from portal.portfolio.models import Debtor
from tests.support.cloud import add_starter
from tests.support.people import Company
from tests.support.portfolio import add_debtor

HANDS = 5


def test_one_of_many_starts_goes_out(app: Flask, company: Company) -> None:
    debtor_id = add_debtor(app, company, "Maria da Silva", phone="+5511987654321", creditor="Escola Azul")
    starter_id = add_starter(app, company)
    with app.app_context():
        connection = connections.current(company.id)
        assert connection is not None
        connection_id, user = connection.id, db.session.get_one(User, company.admin.id)
        plan.start(connection, db.session.get_one(ChatStarter, starter_id), Filter(), user, "um")
    ready, outcomes = threading.Barrier(HANDS + 1), []

    def by_hand(number: int) -> Callable[[], None]:
        def work() -> None:
            user, debtor = db.session.get_one(User, company.admin.id), db.session.get_one(Debtor, debtor_id)
            phone = debtor.phones[0]
            db.session.rollback()
            ready.wait(10)
            try:
                start.start(user, debtor, phone, starter_id, f"mão-{number}")
                outcomes.append("started")
            except start.NotStarted:
                outcomes.append("refused")

        return work

    def by_the_agent() -> None:
        ready.wait(10)
        outcomes.append("started" if batches.claim_batch(connection_id) else "refused")

    in_threads(app, [by_the_agent, *(by_hand(number) for number in range(HANDS))])
    assert sorted(outcomes) == ["refused"] * HANDS + ["started"]
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).where(Message.kind == "template")) == 1
        assert db.session.scalar(sa.select(sa.func.count(Conversation.id))) == 1


def in_threads(app: Flask, works: list[Callable[[], None]]) -> None:
    failures: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        with app.app_context():
            try:
                work()
            except BaseException as error:
                failures.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures, failures
