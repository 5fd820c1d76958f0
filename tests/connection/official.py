"""The company's connection in the tests of the tab "Configurações". All invented."""

from __future__ import annotations

from typing import Any

from flask import Flask

from portal.connection import queries
from portal.connection.models import Connection
from portal.extensions import db
from tests.support.people import Company

PAGE = "/whatsapp/configuracoes"
TOKEN = "EAAGm0PX4ZCpsBAKtoken9876"
SECRET = "0123456789abcdef0123456789ab5432"
CREDENTIALS = {
    "display_phone": "11 3000-1000",
    "phone_number_id": "106540352242922",
    "waba_id": "202040352242922",
    "access_token": TOKEN,
    "app_secret": SECRET,
}


def connection_of(app: Flask, company: Company) -> Connection:
    with app.app_context():
        found = queries.current(company.id)
        assert found is not None
        db.session.expunge(found)
        return found


def page_of(app: Flask, company: Company) -> str:
    """The address of the page of the company's primary number."""
    return f"{PAGE}/{connection_of(app, company).id}"


def change(app: Flask, company: Company, **values: Any) -> None:
    with app.app_context():
        connection = queries.current(company.id)
        for name, value in values.items():
            setattr(connection, name, value)
        db.session.commit()
