"""What the tests of chat starters do again and again."""

from __future__ import annotations

from typing import Any

from flask import Flask

from portal.accounts.models import User
from portal.chat_starters import queries
from portal.chat_starters.models import ChatStarter
from portal.connection import queries as connections
from portal.connection import service as connection_service
from portal.connection.models import ConnectionKind
from portal.extensions import db
from tests.support.browser import Browser, Page
from tests.support.connections import use_only
from tests.support.people import Company

PAGE = "/whatsapp/modelos"
BODY = "Olá {{1}}, tudo bem? Aqui é da escola {{2}}. Podemos falar agora?"

FORM: dict[str, Any] = {
    "name": "Início",
    "category": "utility",
    "body": BODY,
    "samples-0": "Maria",
    "samples-1": "Escola Azul",
    "action": "save",
}


def starters(app: Flask, company: Company) -> list[ChatStarter]:
    """The starters of the company's number, read afresh."""
    with app.app_context():
        connection = connections.current(company.id)
        assert connection is not None
        rows = list(queries.starters_of(connection.id))
        db.session.expunge_all()
        return rows


def write(admin: Browser, *, follow: bool = False, **change: Any) -> Page:
    """Write a new starter and press a button."""
    admin.get(f"{PAGE}/novo")
    return admin.post(f"{PAGE}/novo", follow=follow, **{**FORM, **change})


def connect(app: Flask, company: Company, number: str, waba: str, token: str) -> int:
    """Put a company on the official API."""
    with app.app_context():
        user = db.session.get_one(User, company.admin.id)
        connection = use_only(user, ConnectionKind.CLOUD_API)
        given = connection_service.Credentials("(11) 3000-1000", number, waba, token, "segredo-do-app")
        connection_service.save_credentials(connection, user, connection.version, given)
        return connection.id
