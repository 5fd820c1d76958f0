"""A dispatch by a number that is removed ends; what was sent stays told."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from portal.accounts.models import User
from portal.chat_starters.models import ChatStarter
from portal.connection import service
from portal.connection.models import Connection, ConnectionKind
from portal.dispatch.filters import Filter
from portal.dispatch.models import Dispatch, DispatchRecipient, DispatchStatus, RecipientState
from portal.dispatch.service.plan import start
from portal.extensions import db
from tests.support.browser import Browser
from tests.support.clockwork import run
from tests.support.cloud import add_starter
from tests.support.people import Company
from tests.support.portfolio import add_debtor, cpf


def test_it_is_cancelled_with_the_removal(app: Flask, company: Company, admin: Browser) -> None:
    starter_id = add_starter(app, company)
    for number in range(3):
        add_debtor(app, company, f"Pessoa {number} Souza", tax_id=cpf(number), phone=f"+55119{80000000 + number}")
    with app.app_context():
        user = db.session.get_one(User, company.admin.id)
        starter = db.session.get_one(ChatStarter, starter_id)
        connection = db.session.get_one(Connection, starter.connection_id)
        dispatch_id = start(connection, starter, Filter(), user, "form-1").id
        service.make_primary(service.add(user, ConnectionKind.PLUGMESSAGE), user)
        assert service.remove(connection, user) is False
    run(app, "send-batch")
    with app.app_context():
        assert db.session.get_one(Dispatch, dispatch_id).status is DispatchStatus.CANCELLED
        states = set(db.session.scalars(sa.select(DispatchRecipient.state)))
        assert states == {RecipientState.SKIPPED}
    page = admin.get(f"/envios/{dispatch_id}")
    assert page.status == 200 and "Cancelado" in page.words
