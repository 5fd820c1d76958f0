"""A starter that changes while a dispatch waits: what an admin saw in the preview is what goes out, or nothing does."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.chat_starters.models import ChatStarter, StarterStatus
from portal.extensions import db
from tests.dispatch.people import NOON, begin, debtor, debtors, message_states
from tests.support.browser import Browser
from tests.support.clockwork import run
from tests.support.cloud import Cloud, add_starter, set_limits
from tests.support.people import Company


def set_starter(app: Flask, starter_id: int, **values: Any) -> None:
    with app.app_context():
        starter = db.session.get_one(ChatStarter, starter_id)
        for name, value in values.items():
            setattr(starter, name, value)
        db.session.commit()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"bindings": []}, "Associe os coringas de novo"),
        ({"body": "Bom dia {{1}}, aqui é da {{2}}. Podemos falar?"}, "mudou depois da prévia"),
        ({"status": StarterStatus.PAUSED}, "A Meta pausou o modelo"),
        ({"status": StarterStatus.REJECTED, "remote_status": "REJECTED:PROMOTIONAL"}, "A Meta rejeitou o modelo"),
    ],
)
def test_it_holds_and_goes_on(app: Flask, company: Company, cloud: Cloud, changes: dict[str, Any], reason: str) -> None:
    clock.use(lambda: NOON)
    admin = Browser(app).log_in(company.admin)
    debtors(app, company, 4)
    set_limits(app, company, daily_limit=250, batch_size=2)
    starter_id = add_starter(app, company, cloud.graph)
    with app.app_context():
        row = db.session.get_one(ChatStarter, starter_id)
        before = {name: getattr(row, name) for name in changes}
    dispatch = begin(admin, starter_id)
    run(app, "send-batch")
    assert len(message_states(app)) == 2
    set_starter(app, starter_id, **changes)
    run(app, "send-batch")
    assert len(message_states(app)) == 2
    assert reason in admin.get(f"/envios/{dispatch}").words
    set_starter(app, starter_id, **before)
    run(app, "send-batch")
    assert len(message_states(app)) == 4


def test_one_that_holds_lets_the_others_pass(app: Flask, company: Company, cloud: Cloud) -> None:
    clock.use(lambda: NOON)
    admin = Browser(app).log_in(company.admin)
    debtors(app, company, 3)
    set_limits(app, company, daily_limit=250, batch_size=1)
    held = add_starter(app, company, cloud.graph, name="parado")
    begin(admin, held)
    set_starter(app, held, bindings=[])
    run(app, "send-batch")
    assert message_states(app) == []
    other = add_starter(app, company, cloud.graph, name="livre")
    debtor(app, company, 90, name="Outra Pessoa")
    begin(admin, other)
    run(app, "send-batch")
    assert len(message_states(app)) == 1
