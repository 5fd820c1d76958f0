"""Documents that an operator sends, and saying whom a conversation is with."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.account_settings.models import AccountSettings
from portal.accounts.models import User
from portal.documents.models import DocumentKind, IssuedDocument
from portal.documents.service import library
from portal.extensions import db
from portal.inbox.models import Conversation, Message
from portal.portfolio.models import Creditor
from tests.inbox.talk import ask_for_operator, conversation, say
from tests.support.browser import Browser
from tests.support.clockwork import settle
from tests.support.people import Company, set_available
from tests.support.portfolio import TAX_IDS, add_debtor

BODY = "# Demonstrativo de débito\n\nDevedor: #NOME_DEVEDOR#\n\n#TABELA_TITULOS#\n\nTotal: #TOTAL#"


@pytest.fixture
def debtor_id(app: Flask, company: Company) -> int:
    return add_debtor(app, company, "Maria da Silva", phone="+5511987654321", creditor="Escola Azul")


@pytest.fixture
def statement(app: Flask, company: Company, debtor_id: int) -> None:
    """The creditor has its legal data, and the account a statement."""
    with app.app_context():
        admin = db.session.get_one(User, company.admin.id)
        document = library.create(admin, DocumentKind.ORIGINAL_STATEMENT, "Demonstrativo padrão", BODY)
        creditor = db.session.scalars(sa.select(Creditor)).one()
        creditor.tax_id, creditor.address, creditor.city = "11222333000181", "Rua das Flores, 10, Centro", "Campinas"
        creditor.state, creditor.zip_code = "SP", "13010000"
        db.session.add(AccountSettings(account_id=company.id, debt_statement_id=document.id))
        db.session.commit()


@pytest.fixture
def talk(app: Flask, company: Company, debtor_id: int) -> int:
    """A conversation with the operator, whose person has not said who they are."""
    set_available(app, company.operator)
    return ask_for_operator(app, company)


def link(app: Flask, conversation_id: int, debtor_id: int) -> None:
    with app.app_context():
        db.session.get_one(Conversation, conversation_id).debtor_id = debtor_id
        db.session.commit()


def sent(app: Flask, conversation_id: int) -> list[Message]:
    with app.app_context():
        mine = sa.select(Message).where(Message.conversation_id == conversation_id, Message.kind == "document")
        return list(db.session.scalars(mine))


def send(browser: Browser, conversation_id: int, **options: bool) -> object:
    page = browser.get(f"/conversas/{conversation_id}")
    data = page.form_data('form[action$="/documento"]')
    return browser.post(f"/conversas/{conversation_id}/documento", **data, **options)


@pytest.mark.parametrize("htmx", [False, True])
def test_an_operator_sends_a_statement(
    app: Flask, operator: Browser, statement: None, talk: int, debtor_id: int, htmx: bool
) -> None:
    link(app, talk, debtor_id)
    answer = send(operator, talk, htmx=htmx)
    assert answer.status == (200 if htmx else 303)  # type: ignore[attr-defined]
    settle(app)
    (message,) = sent(app, talk)
    assert message.content is not None
    with app.app_context():
        issued = db.session.scalars(sa.select(IssuedDocument)).one()
        assert (issued.debtor_id, issued.path) == (debtor_id, message.content["path"])
    file = operator.client.get(f"/conversas/{talk}/mensagens/{message.id}/arquivo")
    assert (file.status_code, file.mimetype, file.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert message.content["filename"] in operator.get(f"/conversas/{talk}").words


def test_a_double_click_sends_one(app: Flask, operator: Browser, statement: None, talk: int, debtor_id: int) -> None:
    link(app, talk, debtor_id)
    data = operator.get(f"/conversas/{talk}").form_data('form[action$="/documento"]')
    operator.post(f"/conversas/{talk}/documento", **data)
    operator.post(f"/conversas/{talk}/documento", **data)
    assert len(sent(app, talk)) == 1


def test_what_is_missing_is_said_and_nothing_is_kept(
    app: Flask, operator: Browser, statement: None, talk: int, debtor_id: int
) -> None:
    link(app, talk, debtor_id)
    with app.app_context():
        db.session.scalars(sa.select(Creditor)).one().address = ""
        db.session.commit()
    answer = send(operator, talk)
    assert answer.status == 422  # type: ignore[attr-defined]
    assert "endereço" in answer.words  # type: ignore[attr-defined]
    assert sent(app, talk) == []
    with app.app_context():
        assert db.session.scalars(sa.select(IssuedDocument)).all() == []


def test_nothing_is_offered_before_the_person_is_known(operator: Browser, statement: None, talk: int) -> None:
    page = operator.get(f"/conversas/{talk}")
    assert not page.all('form[action$="/documento"]')
    refused = operator.post(f"/conversas/{talk}/documento", documento="statement:1", client_token="x")
    assert refused.status == 422


def test_a_document_waits_for_the_window(
    app: Flask, operator: Browser, statement: None, talk: int, debtor_id: int
) -> None:
    link(app, talk, debtor_id)
    data = operator.get(f"/conversas/{talk}").form_data('form[action$="/documento"]')
    with app.app_context():
        db.session.get_one(Conversation, talk).last_inbound_at = clock.now() - timedelta(hours=25)
        db.session.commit()
    assert "só podem ser enviados depois que a pessoa responder" in operator.get(f"/conversas/{talk}").words
    assert operator.post(f"/conversas/{talk}/documento", **data).status == 422
    assert sent(app, talk) == []


def test_the_file_is_for_whoever_may_see_the_conversation(
    app: Flask, company: Company, operator: Browser, stranger: Browser, statement: None, talk: int, debtor_id: int
) -> None:
    link(app, talk, debtor_id)
    send(operator, talk)
    (message,) = sent(app, talk)
    url = f"/conversas/{talk}/mensagens/{message.id}/arquivo"
    assert stranger.client.get(url).status_code == 404
    assert operator.client.get(url.replace(str(message.id), "999999")).status_code == 404
    with app.app_context():
        db.session.get_one(Conversation, talk).assigned_user_id = company.admin.id
        db.session.commit()
    assert operator.client.get(url).status_code == 404


@pytest.mark.parametrize("htmx", [False, True])
def test_a_conversation_is_linked_by_the_register_or_by_cpf_and_unlinked(
    app: Flask, operator: Browser, talk: int, debtor_id: int, htmx: bool
) -> None:
    page = operator.get(f"/conversas/{talk}")
    assert "Este número na carteira" in page.words
    assert TAX_IDS[0] not in page.text
    url = f"/conversas/{talk}/devedor"
    operator.post(url, debtor_id=str(debtor_id), htmx=htmx)
    assert conversation(app, talk).debtor_id == debtor_id
    operator.post(f"{url}/desvincular", htmx=htmx)
    assert conversation(app, talk).debtor_id is None
    for wrong, part in (("", "Informe"), ("111.111.111-11", "CPF"), (TAX_IDS[1], "Nenhum devedor")):
        refused = operator.post(url, tax_id=wrong, htmx=htmx)
        assert refused.status == 422
        assert part in refused.words
    operator.post(url, tax_id=TAX_IDS[0], htmx=htmx)
    assert conversation(app, talk).debtor_id == debtor_id


def test_a_click_links_only_who_has_the_number(app: Flask, company: Company, operator: Browser, talk: int) -> None:
    other = add_debtor(app, company, "Outra Pessoa", tax_id=TAX_IDS[1], phone="+5511900000000", creditor="Escola Azul")
    assert operator.post(f"/conversas/{talk}/devedor", debtor_id=str(other)).status == 422
    assert conversation(app, talk).debtor_id is None


def test_only_who_has_the_conversation_says_who_it_is(
    app: Flask, admin: Browser, stranger: Browser, talk: int, debtor_id: int
) -> None:
    assert stranger.post(f"/conversas/{talk}/devedor", debtor_id=str(debtor_id)).status == 404
    assert admin.post(f"/conversas/{talk}/devedor", debtor_id=str(debtor_id)).status == 422
    assert conversation(app, talk).debtor_id is None


def test_the_phone_can_open_what_it_got(
    app: Flask, company: Company, operator: Browser, admin: Browser, statement: None, talk: int, debtor_id: int
) -> None:
    link(app, talk, debtor_id)
    send(operator, talk)
    say(app, company, "recebi")
    phone = admin.get("/simulador/5511987654321")
    (anchor,) = phone.all(".attachment a")
    assert admin.client.get(str(anchor["href"])).data[:5] == b"%PDF-"
    assert operator.client.get(str(anchor["href"])).status_code == 404
