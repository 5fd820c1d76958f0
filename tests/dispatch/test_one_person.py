"""One person in several dispatches, of one number or of two, at one moment: one start."""

from __future__ import annotations

from collections import Counter
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.accounts.models import User
from portal.chat_starters.models import ChatStarter
from portal.connection import service
from portal.connection.models import Connection, ConnectionKind
from portal.dispatch.models import Dispatch, DispatchRecipient, RecipientState
from portal.dispatch.service import batches
from portal.extensions import db
from portal.inbox.models import Conversation, Message
from tests.dispatch.people import NOON, begin, debtors, recipients
from tests.support.browser import Browser
from tests.support.clockwork import run
from tests.support.cloud import SECRET, TOKEN, WABA_ID, Cloud, add_starter, set_limits
from tests.support.people import Company

PEOPLE = 6


@pytest.fixture
def first(app: Flask, company: Company, cloud: Cloud) -> int:
    """A running dispatch to six people, all of whom fit in a batch."""
    clock.use(lambda: NOON)
    debtors(app, company, PEOPLE)
    set_limits(app, company, daily_limit=100, batch_size=2 * PEOPLE)
    return begin(Browser(app).log_in(company.admin), add_starter(app, company, cloud.graph))


def again(app: Flask, dispatch_id: int, connection_id: int, starter_id: int) -> int:
    """The same people once more, the last of them first: as if two admins had clicked at one moment."""
    with app.app_context():
        old = db.session.get_one(Dispatch, dispatch_id)
        values = {each.key: getattr(old, each.key) for each in Dispatch.__mapper__.column_attrs if each.key != "id"}
        moved = {"connection_id": connection_id, "starter_id": starter_id, "form_token": f"again-{connection_id}"}
        new = Dispatch(**{**values, **moved})
        db.session.add(new)
        db.session.flush()
        rows = db.session.scalars(
            sa.select(DispatchRecipient)
            .where(DispatchRecipient.dispatch_id == dispatch_id)
            .order_by(DispatchRecipient.id.desc())
        ).all()
        copied = ("account_id", "debtor_id", "name", "e164", "match_key", "parameters", "body")
        for row in rows:
            db.session.add(DispatchRecipient(dispatch_id=new.id, **{name: getattr(row, name) for name in copied}))
            db.session.flush()
        db.session.commit()
        return new.id


def second_number(app: Flask, company: Company, cloud: Cloud) -> tuple[int, int]:
    """Another number of the company, and its starter."""
    cloud.graph.add_number("106500002", WABA_ID, TOKEN)
    with app.app_context():
        admin = db.session.get_one(User, company.admin.id)
        number = service.add(admin, ConnectionKind.CLOUD_API, "Sul")
        given = service.Credentials("+551130002000", "106500002", WABA_ID, TOKEN, SECRET)
        service.save_credentials(number, admin, 1, given)
        number.batch_size = 2 * PEOPLE
        row = db.session.get_one(ChatStarter, 1)
        values = {each.key: getattr(row, each.key) for each in ChatStarter.__mapper__.column_attrs if each.key != "id"}
        starter = ChatStarter(**{**values, "connection_id": number.id, "name": "contato_do_sul"})
        db.session.add(starter)
        db.session.commit()
        return number.id, starter.id


def test_two_dispatches_in_one_batch(app: Flask, cloud: Cloud, first: int) -> None:
    second = again(app, first, cloud.connection_id, 1)
    assert run(app, "send-batch") == f"{PEOPLE} conversas iniciadas"
    assert {each.state for each in recipients(app, first)} == {RecipientState.TAKEN}
    assert {each.reason for each in recipients(app, second)} == {"Recebeu um modelo há menos de 24 h"}
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Conversation.id))) == PEOPLE


def test_two_numbers_at_once(app: Flask, company: Company, cloud: Cloud, first: int) -> None:
    """Two agents come upon the same people in opposite order, none of whom is known yet."""
    number, starter = second_number(app, company, cloud)
    again(app, first, number, starter)
    gate, claimed, failures = Barrier(2), [], []

    def claim(connection_id: int) -> None:
        gate.wait()
        with app.app_context():
            try:
                claimed.extend(batches.claim_batch(connection_id))
            except Exception as error:
                failures.append(error)
            finally:
                db.session.remove()

    threads = [Thread(target=claim, args=(each,)) for each in (cloud.connection_id, number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    with app.app_context():
        whom = Counter(db.session.scalars(sa.select(Conversation.contact_id).join(Message)))
        assert sum(connection.enabled for connection in db.session.scalars(sa.select(Connection))) >= 2
    assert len(claimed) == PEOPLE and len(whom) == PEOPLE and set(whom.values()) == {1}
