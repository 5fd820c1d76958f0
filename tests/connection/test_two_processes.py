"""Several web processes: the code that one asked the provider for is shown by all, and kept no longer than it is good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock, create_app, gateways, jobs
from portal.connection.models import Connection, LinkState
from portal.extensions import db
from portal.gateways import registry
from tests.fakes.plug_api import PlugApi
from tests.support import pairing
from tests.support.browser import Browser
from tests.support.clockwork import run
from tests.support.pairing import PHONE, Paired
from tests.support.people import Company
from tests.support.plug import INSTANCE_ID

START = clock.now().replace(second=10, microsecond=0)  # the next code is another one 15 s later


@pytest.fixture
def plug(app: Flask, company: Company) -> Iterator[Paired]:
    with PlugApi(now=clock.now) as fake:
        yield pairing.connect(app, company, fake)


@pytest.fixture
def second(app: Flask, database: dict[str, str], plug: Paired) -> Iterator[Flask]:
    """Another web process on the same database."""
    application = create_app(database)
    application.testing = True
    pairing.link.office.public_url = pairing.PUBLIC_URL
    gateways.use(registry.build(app.config))
    yield application
    application.extensions["broadcaster"].stop()
    jobs.forget_wakers()
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


def codes_asked(plug: Paired) -> int:
    return sum(action in ("qr-code/image", "qr-code") for _, action in plug.fake.calls)


def stored(plug: Paired) -> str:
    """The code as it lies in the database."""
    with plug.app.app_context():
        query = sa.text("SELECT shown_code FROM connection WHERE id = :id")
        return str(db.session.scalar(query, {"id": plug.connection_id}))


def test_the_picture_that_one_asked_for_is_shown_by_the_other(
    company: Company, admin: Browser, plug: Paired, second: Flask
) -> None:
    with clock.at(START):
        page = admin.post(f"{plug.card}/conectar", htmx=True)
        mine = admin.client.get(str(page.one(".qr img")["src"])).data
        colleague = Browser(second).log_in(company.admin)
        page = colleague.get(plug.card)
        assert "Código 1 de 3" in page.words
        theirs = colleague.client.get(str(page.one(".qr img")["src"]))
        assert theirs.data == mine and theirs.headers["Cache-Control"] == "no-store"
    assert codes_asked(plug) == 1, "the code that is shown stays good"
    with clock.at(START + timedelta(seconds=15)):
        page = colleague.post(f"{plug.card}/qr", htmx=True)
        assert "Código 2 de 3" in page.words
        again = admin.post(f"{plug.card}/qr", htmx=True)
        assert "Código 2 de 3" in again.words
        second_code = admin.client.get(str(again.one(".qr img")["src"])).data
        assert second_code == colleague.client.get(str(page.one(".qr img")["src"])).data != mine
    assert codes_asked(plug) == 2
    plug.fake.scan(INSTANCE_ID, PHONE)
    with clock.at(START + timedelta(seconds=20)):
        assert colleague.post(f"{plug.card}/qr", htmx=True).status == 286
        assert "Conectado" in admin.get(plug.card).one(".link-card .tag").get_text()


def test_the_pairing_code_too(company: Company, admin: Browser, plug: Paired, second: Flask) -> None:
    with clock.at(START):
        page = admin.post(f"{plug.card}/codigo", htmx=True, phone="11 98000-1000")
        code = page.one(".pairing-code").get_text(strip=True)
        colleague = Browser(second).log_in(company.admin)
        assert colleague.get(plug.card).one(".pairing-code").get_text(strip=True) == code
        assert colleague.post(f"{plug.card}/qr", htmx=True).one(".pairing-code").get_text(strip=True) == code
        assert code not in stored(plug), "encrypted"


def test_a_code_is_kept_only_while_it_can_be_used(admin: Browser, plug: Paired) -> None:
    with clock.at(START):
        admin.post(f"{plug.card}/conectar")
        assert len(stored(plug)) > 300
        plug.scan()
        assert stored(plug) == ""
        plug.lose()
        admin.post(f"{plug.card}/conectar")
        assert len(stored(plug)) > 300
    with clock.at(START + timedelta(seconds=90)):
        run(plug.app, "connection-status")
        assert stored(plug) == ""
    with clock.at(START + timedelta(minutes=5)):
        admin.post(f"{plug.card}/conectar")
        admin.post(f"{plug.card}/cancelar")
        assert stored(plug) == ""


def test_a_provider_that_gives_no_code_leaves_nobody_waiting(admin: Browser, plug: Paired) -> None:
    with clock.at(START):
        plug.fake.always("html_502", action="qr-code/image")
        page = admin.post(f"{plug.card}/conectar", htmx=True)
        assert page.status == 422 and "Não foi possível falar com o PlugMessage." in page.words
        assert not page.all(".qr") and "venceu" not in page.words
        assert plug.state.link_state is LinkState.DISCONNECTED
        plug.fake.always("ok", action="qr-code/image")
        admin.post(f"{plug.card}/conectar", htmx=True)
    with clock.at(START + timedelta(seconds=15)):
        plug.fake.always("html_502", action="qr-code/image")
        page = admin.post(f"{plug.card}/qr", htmx=True)
    assert page.answer.headers["HX-Retarget"] == f"#link-{plug.connection_id}", "the card, not a card in the card"
    assert page.status == 286 and "Não foi possível falar com o PlugMessage." in page.words


def test_a_picture_that_is_still_being_asked_for(app: Flask, admin: Browser, plug: Paired) -> None:
    with clock.at(START):
        with app.app_context():
            row = db.session.get_one(Connection, plug.connection_id)
            row.link_state, row.qr_asked, row.qr_asked_at = LinkState.WAITING, 1, START
            db.session.commit()
        page = admin.get(plug.card)
        assert "Pedindo o código ao provedor" in page.words and not page.all(".qr img")
        assert admin.client.get(f"{plug.card}/qr/imagem").status_code == 404
