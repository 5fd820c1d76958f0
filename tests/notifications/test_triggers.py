"""What notifies: a conversation that no operator takes, a connection that stopped."""

from __future__ import annotations

from flask import Flask

from portal import clock
from portal.connection import queries as connections
from portal.extensions import db
from portal.inbox.service import assign
from portal.inbox.service.ledger import stop_connection
from tests.inbox.talk import ask_for_operator, conversation
from tests.notifications.steps import rows, the_only
from tests.support.browser import Browser
from tests.support.people import Company, set_available


def test_the_admin_is_told_once_of_a_conversation_without_an_operator(
    app: Flask, company: Company, admin: Browser
) -> None:
    talk = ask_for_operator(app, company)
    row = the_only(app, company)
    assert (row.user_id, row.key, row.url) == (company.admin.id, f"fallback:{talk}", f"/conversas/{talk}")
    assert "Maria" in row.text
    with app.app_context():
        assign.hand_over(assign.lock(talk))
        db.session.commit()
    assert len(rows(app, company)) == 1
    assert "Conversa sem operador disponível" in admin.get("/notificacoes").words


def test_nobody_is_told_while_an_operator_is_available(app: Flask, company: Company) -> None:
    set_available(app, company.operator)
    talk = ask_for_operator(app, company)
    assert conversation(app, talk).assigned_user_id == company.operator.id
    assert rows(app, company) == []


def stop(app: Flask, company: Company, code: str = "190") -> None:
    with app.app_context():
        connection = connections.current(company.id)
        assert connection is not None
        stop_connection(connection, code)
        db.session.commit()


def test_the_admins_are_told_of_each_stop_once(app: Flask, company: Company, other: Company, admin: Browser) -> None:
    stop(app, company)
    stop(app, company)
    row = the_only(app, company)
    assert row.user_id == company.admin.id and "token" in row.text and row.tone == "danger"
    assert rows(app, other) == []
    with app.app_context():
        connection = connections.current(company.id)
        assert connection is not None
        connection.stopped_code = ""
        db.session.commit()
    now = clock.now()
    with clock.at(now.replace(year=now.year + 1)):
        stop(app, company, "131042")
    assert len(rows(app, company)) == 2
    assert "A conexão com o WhatsApp parou" in admin.get("/notificacoes").words
