"""“Remover número”: gone when nothing speaks of it, archived when conversations do; never the primary one."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.accounts.models import User
from portal.connection import queries, service
from portal.connection.models import Connection, ConnectionKind, DailyUsage
from portal.connection.service import NumberRefused, link
from portal.extensions import db
from portal.gateways.base import Line, LinkStatus
from portal.inbox.models import Conversation, FileState, Message
from portal.simulator import service as phone
from portal.webhooks.models import WebhookEvent
from tests.connection.official import PAGE
from tests.connection.test_numbers import add, in_list
from tests.fakes.graph_files import GraphFiles
from tests.fakes.plug_api import PlugApi
from tests.inbox.incoming import JPEG, Sender
from tests.support import pairing
from tests.support.browser import Browser
from tests.support.clockwork import run, settle
from tests.support.cloud import PHONE_NUMBER_ID, Cloud, connect
from tests.support.connections import of_kind
from tests.support.pairing import SECRETS, Paired
from tests.support.people import Company
from tests.support.plug import INSTANCE_ID
from tests.support.portfolio import add_debtor

MARIA = "5511987654321"


@pytest.fixture
def plug(app: Flask, company: Company) -> Iterator[Paired]:
    """The company talks by PlugMessage, and a person has written."""
    with PlugApi(now=clock.now) as fake:
        made = pairing.connect_linked(app, company, fake)
        made.says(MARIA, "quero falar")
        settle(app)
        yield made


def given_to_the_operator(app: Flask, operator: Browser, plug: Paired) -> str:
    """The address of the conversation, once the operator has it."""
    plug.says(MARIA, "operador")
    settle(app)
    with app.app_context():
        url = f"/conversas/{db.session.scalars(sa.select(Conversation.id)).one()}"
    assert operator.get(url).status == 200
    return url


def removed(app: Flask, company: Company, plug: Paired) -> None:
    make_another_primary(app, company)
    with app.app_context():
        user = db.session.get_one(User, company.admin.id)
        assert not service.remove(db.session.get_one(Connection, plug.connection_id), user)


def make_another_primary(app: Flask, company: Company) -> None:
    with app.app_context():
        simulator = of_kind(company.id, ConnectionKind.SIMULATOR)
        assert simulator is not None
        service.make_primary(simulator, db.session.get_one(User, company.admin.id))


def count(app: Flask, model: type) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_a_number_that_nothing_speaks_of_is_gone(app: Flask, company: Company, admin: Browser) -> None:
    url = add(admin, "cloud_api", "Cobrança Sul")
    with app.app_context():
        number = of_kind(company.id, ConnectionKind.CLOUD_API)
        assert number is not None
        db.session.add(DailyUsage(account_id=company.id, connection_id=number.id, day=clock.now().date(), used=0))
        db.session.commit()
    page = admin.get(f"{url}/remover")
    assert "Remover Cobrança Sul" in page.words and "não há conversas, modelos nem envios dele" in page.words
    page = admin.post(f"{url}/remover", follow=True)
    assert "Cobrança Sul foi removido." in page.words and "conversas dele continuam" not in page.words
    assert admin.get(url).status == 404 and admin.post(f"{url}/remover").status == 404
    assert page.one("#numero h2").get_text() == "Simulador", "the only one left is shown at once"
    assert count(app, Connection) == 1 and count(app, DailyUsage) == 0
    history = admin.get("/historico").words
    assert "removeu o número" in history and "Número removido" in history and "Cobrança Sul" in history


def test_one_with_conversations_is_archived(app: Flask, company: Company, admin: Browser, plug: Paired) -> None:
    make_another_primary(app, company)
    url = f"{PAGE}/{plug.connection_id}"
    with app.app_context():
        conversation_id = db.session.scalars(sa.select(Conversation.id)).one()
        messages = db.session.scalar(sa.select(sa.func.count()).select_from(Message))
    page = admin.get(f"{url}/remover")
    assert "as conversas dele continuam em Conversas" in page.words and "O celular continua conectado" in page.words
    page = admin.post(f"{url}/remover", follow=True)
    assert "As conversas dele continuam em Conversas." in page.words
    assert admin.get(url).status == 404 and not page.all("#numeros")
    page = admin.get(f"/conversas/{conversation_id}")
    assert "quero falar" in page.words and "PlugMessage (removido)" in page.words
    plug.fake.says(INSTANCE_ID, MARIA, "ainda aí?")
    assert plug.deliver_all() == [404]
    run(app, "connection-status")
    with app.app_context():
        row = db.session.get_one(Connection, plug.connection_id)
        assert (row.enabled, row.access_token, row.app_secret, row.verify_token) == (False, "", "", "")
        assert row.archived_at is not None and not row.connected_phone
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == messages
        assert queries.connection_in(company.id, plug.connection_id) is None
        assert plug.connection_id not in {each.id for each in queries.enabled(company.id)}
        assert not [each for each in queries.connections_of(company.id) if each.id == plug.connection_id]
    assert admin.get("/").one(".bar .tag").get_text() == "Simulador"


def test_nothing_is_sent_by_it_any_more(app: Flask, company: Company, operator: Browser, plug: Paired) -> None:
    url = given_to_the_operator(app, operator, plug)
    debtor_id = add_debtor(app, company, "Maria da Silva", phone=f"+{MARIA}")
    with app.app_context():
        db.session.scalars(sa.select(Conversation)).one().debtor_id = debtor_id
        db.session.commit()
    sent = len(plug.fake.ledger)
    removed(app, company, plug)
    with app.app_context():
        user = db.session.get_one(User, company.admin.id)
        assert service.remove(db.session.get_one(Connection, plug.connection_id), user), "twice changes nothing"
    page = operator.get(url)
    assert "quero falar" in page.words and page.one("#composer form").has_attr("hidden"), "it is only read"
    assert "A conexão com o WhatsApp está parada" not in page.words, "nothing is to be put right"
    answer = operator.post(f"{url}/responder", text="oi", client_token="a" * 20)
    assert answer.status == 422 and "encerrada" in answer.words
    settle(app)
    assert len(plug.fake.ledger) == sent


def test_what_waited_for_its_phone_is_given_up_and_told(
    app: Flask, company: Company, operator: Browser, plug: Paired
) -> None:
    url = given_to_the_operator(app, operator, plug)
    plug.lose()
    assert operator.post(f"{url}/responder", text="já respondo", client_token="a" * 20).status == 303
    settle(app)
    assert "As mensagens estão esperando na fila." in operator.get(url).words
    sent = len(plug.fake.ledger)
    removed(app, company, plug)
    settle(app)
    words = operator.get(url).words
    assert "está desligado ou foi removido, e a mensagem não saiu" in words and "esperando na fila" not in words
    assert len(plug.fake.ledger) == sent


def test_the_primary_number_stays(app: Flask, admin: Browser, page_url: str) -> None:
    page = admin.get(f"{page_url}/remover")
    assert "torne outro número o principal" in page.words and not page.all(".button.danger")
    url = add(admin, "cloud_api", "Sul")
    assert "Sul" in admin.get(f"{page_url}/remover").one(".card ul").get_text()
    refused = admin.post(f"{page_url}/remover")
    assert refused.status == 422 and "Antes de removê-lo" in refused.words
    assert "Remover número" in admin.get(url).words
    assert len(in_list(admin.get(PAGE))) == 2


def test_what_was_removed_meanwhile_is_not_switched_on(app: Flask, company: Company, admin: Browser) -> None:
    url = add(admin, "cloud_api")
    with app.app_context():
        number, user = of_kind(company.id, ConnectionKind.CLOUD_API), db.session.get_one(User, company.admin.id)
        assert number is not None
        number.archived_at = clock.now()
        db.session.commit()
        for change in (service.make_primary, lambda *who: service.switch(*who, on=True)):
            with pytest.raises(NumberRefused):
                change(number, user)
    assert admin.post(f"{url}/principal").status == 404


def test_the_address_of_a_removed_official_number(app: Flask, company: Company, admin: Browser) -> None:
    """One app of Meta's posts for all numbers to one address: what is for a removed one is not asked about."""
    add(admin, "cloud_api", "Sul")
    url = add(admin, "cloud_api", "Norte")
    assert "cole antes, no painel, a URL de outro número" in admin.get(f"{url}/remover").words
    with app.app_context():
        rows = [each for each in queries.connections_of(company.id) if each.kind is ConnectionKind.CLOUD_API]
        south, north = rows
        south.phone_number_id, north.phone_number_id, north.archived_at = "1", "2", clock.now()
        db.session.commit()
        service.heard(south, "2")
        service.heard(south, "3")
        db.session.commit()
        assert south.foreign_numbers == ["3"]
        assert set(queries.locked_numbers(south, {"1", "2"})) == {"", "1"}
        assert queries.by_webhook_key("cloud_api", north.webhook_key) is None
        db.session.rollback()


def test_what_meta_posts_for_a_removed_number_is_not_there(app: Flask, company: Company, cloud: Cloud) -> None:
    cloud.says(MARIA, "oi")
    settle(app)
    make_another_primary(app, company)
    kept = count(app, WebhookEvent)
    with app.app_context():
        user = db.session.get_one(User, company.admin.id)
        assert not service.remove(db.session.get_one(Connection, cloud.connection_id), user)
    body = cloud.graph.inbound(PHONE_NUMBER_ID, MARIA, "ainda aí?", name="Maria")
    assert cloud.deliver(body) == 404
    assert count(app, WebhookEvent) == kept


def test_a_job_that_asked_about_a_number_that_is_gone_by_now(app: Flask, company: Company) -> None:
    with app.app_context():
        assert link.refresh(999) is False
        assert link.keep(999, Line(999), LinkStatus("connected")) is False


def test_no_file_that_a_person_sent_is_lost_with_the_credentials(app: Flask, company: Company, admin: Browser) -> None:
    with GraphFiles(clock.now) as meta:
        sender = Sender(app, connect(app, company, meta), meta)
        sender.send(JPEG, "image/jpeg", "image")
        make_another_primary(app, company)
        url = f"{PAGE}/{sender.cloud.connection_id}/remover"
        answer = admin.post(url)
        assert answer.status == 422 and "ainda está baixando arquivos" in answer.words
        sender.fetch()
        assert sender.file().state is FileState.STORED
        assert admin.post(url).status == 303 and admin.get(url).status == 404


@pytest.mark.parametrize("who", ["operator", "stranger"])
def test_only_the_companys_admins_may(
    request: pytest.FixtureRequest, app: Flask, admin: Browser, who: str, plug: Paired, company: Company
) -> None:
    make_another_primary(app, company)
    other: Browser = request.getfixturevalue(who)
    url = f"{PAGE}/{plug.connection_id}/remover"
    assert other.get(url).status == other.post(url).status == 404
    assert admin.get(url).status == 200


def test_a_removed_simulator_does_not_stop_the_phones_of_all_others(
    app: Flask, company: Company, admin: Browser
) -> None:
    with app.app_context():
        simulator = of_kind(company.id, ConnectionKind.SIMULATOR)
        assert simulator is not None
        phone.write(simulator, MARIA, "Maria", "oi")
    for name in ("apply-webhooks", "send-outbox"):  # accepted, and not confirmed by the phone yet
        run(app, name)
    add(admin, "cloud_api", "Sul")
    with app.app_context():
        other, user = of_kind(company.id, ConnectionKind.CLOUD_API), db.session.get_one(User, company.admin.id)
        simulator = of_kind(company.id, ConnectionKind.SIMULATOR)
        assert other is not None and simulator is not None
        service.make_primary(other, user)
        assert not service.remove(simulator, user)
    assert run(app, "simulator-phone") == ""


def test_the_history_keeps_no_secret(app: Flask, company: Company, admin: Browser, plug: Paired) -> None:
    from portal.audit.models import AuditEntry

    make_another_primary(app, company)
    admin.get(PAGE)
    admin.post(f"{PAGE}/{plug.connection_id}/remover")
    with app.app_context():
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "connection.remove")).one()
        assert entry.after == {"removed": "arquivado"}
        assert not [secret for secret in SECRETS if secret in json.dumps(entry.before)]
    assert count(app, WebhookEvent) > 0, "what was kept is kept"
