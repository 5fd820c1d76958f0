"""A company with two numbers: a dispatch goes out by the chosen one, and nobody gets two starts in 24 h of both."""

from __future__ import annotations

import pytest
from flask import Flask

from portal import clock
from portal.accounts.models import User
from portal.chat_starters.models import ChatStarter
from portal.connection import service
from portal.connection.models import Connection, ConnectionKind
from portal.dispatch.models import Dispatch
from portal.extensions import db
from tests.dispatch.people import NOON, debtors
from tests.support.browser import Browser
from tests.support.clockwork import run
from tests.support.cloud import SECRET, TOKEN, WABA_ID, Cloud, add_starter
from tests.support.people import Company

SOUTH = "106500002"


@pytest.fixture
def south(app: Flask, company: Company, cloud: Cloud) -> int:
    """The id of the company's second number, which has a starter of its own."""
    clock.use(lambda: NOON)
    first = add_starter(app, company, cloud.graph)
    cloud.graph.add_number(SOUTH, WABA_ID, TOKEN)
    with app.app_context():
        admin = db.session.get_one(User, company.admin.id)
        second = service.add(admin, ConnectionKind.CLOUD_API, "Sul")
        service.save_credentials(second, admin, 1, service.Credentials("+551130002000", SOUTH, WABA_ID, TOKEN, SECRET))
        row = db.session.get_one(ChatStarter, first)
        values = {each.key: getattr(row, each.key) for each in ChatStarter.__mapper__.column_attrs if each.key != "id"}
        db.session.add(ChatStarter(**{**values, "connection_id": second.id, "name": "contato_do_sul"}))
        db.session.commit()
        cloud.graph.add_template(WABA_ID, "contato_do_sul", row.body)
        return second.id


def starters(page) -> list[str]:  # type: ignore[no-untyped-def]
    return [option.get_text() for option in page.all("select[name=modelo] option")][1:]


def begin_by(admin: Browser, number: int) -> str:
    page = admin.get("/envios/novo", numero=number)
    model = next(option["value"] for option in page.all("select[name=modelo] option") if option["value"])
    page = admin.get("/envios/novo", numero=number, modelo=model, conferir="1")
    return str(admin.post("/envios", **page.form_data("form[action='/envios']")).location)


def test_the_starters_are_those_of_the_chosen_number(app: Flask, company: Company, south: int, cloud: Cloud) -> None:
    admin = Browser(app).log_in(company.admin)
    assert starters(admin.get("/envios/novo")) == ["primeiro_contato"]
    assert starters(admin.get("/envios/novo", numero=south)) == ["contato_do_sul"]
    assert starters(admin.get("/envios/novo", numero=99999)) == []
    page = admin.get("/envios/novo", numero=cloud.connection_id)
    assert [each.get_text() for each in page.all("select[name=numero] option")] == ["API oficial", "Sul"]


def test_a_dispatch_goes_out_by_its_number_and_the_24_hours_are_of_both(
    app: Flask, company: Company, south: int, cloud: Cloud
) -> None:
    debtors(app, company, 3)
    admin = Browser(app).log_in(company.admin)
    shown = admin.get(begin_by(admin, south))
    assert "pelo número Sul" in shown.words
    begin_by(admin, cloud.connection_id)
    with app.app_context():
        assert [row.connection_id for row in db.session.query(Dispatch).order_by(Dispatch.id)] == [
            south,
            cloud.connection_id,
        ]
    run(app, "send-batch")
    assert len(cloud.graph.ledger) == 3 == len({sent.wa_id for sent in cloud.graph.ledger})


def test_a_starter_of_another_number_is_refused(app: Flask, company: Company, south: int, cloud: Cloud) -> None:
    debtors(app, company, 1)
    admin = Browser(app).log_in(company.admin)
    page = admin.get("/envios/novo", numero=cloud.connection_id)
    model = page.all("select[name=modelo] option")[1]["value"]
    assert admin.get("/envios/novo", numero=south, modelo=model, conferir="1").status == 422
    sent = {"form_token": "x" * 24, "modelo": model, "numero": str(south)}
    assert admin.post("/envios", **sent).status == 422


def test_a_number_that_is_off_sends_nothing(app: Flask, company: Company, south: int, cloud: Cloud) -> None:
    debtors(app, company, 1)
    admin = Browser(app).log_in(company.admin)
    url = begin_by(admin, south)
    with app.app_context():
        service.switch(db.session.get_one(Connection, south), db.session.get_one(User, company.admin.id), on=False)
    run(app, "send-batch")
    assert not cloud.graph.ledger
    assert "O número deste envio está desligado." in admin.get(url).words
    assert not admin.get("/envios/novo").all("select[name=numero]")
