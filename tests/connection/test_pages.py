"""The tab "Configurações", over HTTP, with a fake Graph API."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.audit.models import AuditEntry
from portal.extensions import db
from tests.connection.official import CREDENTIALS, PAGE, SECRET, TOKEN, change, connection_of
from tests.fakes.graph_api import GraphApi
from tests.support.browser import Browser
from tests.support.people import Company

SEEN = {"seen_daily": "250", "seen_batch": "5"}


def test_credentials_are_stored_and_only_their_end_is_shown(
    app: Flask, company: Company, connected: Browser, number: str
) -> None:
    saved = connection_of(app, company)
    assert (saved.access_token, saved.app_secret) == (TOKEN, SECRET)
    assert (saved.display_phone, saved.phone_number_id) == ("(11) 3000-1000", CREDENTIALS["phone_number_id"])
    page = connected.get(number)
    assert "Valor salvo: termina em 9876" in page.words
    assert "Valor salvo: termina em 5432" in page.words
    assert TOKEN not in page.text
    assert SECRET not in page.text
    with app.app_context():
        raw = db.session.execute(sa.text("SELECT access_token, app_secret FROM connection")).all()
        assert not [row for row in raw if TOKEN in str(row) or SECRET in str(row)]
        notes = [str((entry.before, entry.after)) for entry in db.session.scalars(sa.select(AuditEntry))]
        assert not [note for note in notes if TOKEN in note or SECRET in note]


def test_a_blank_secret_keeps_the_saved_one(app: Flask, company: Company, connected: Browser, number: str) -> None:
    version = connected.get(number).form_data("#credenciais form")["version"]
    blank = {**CREDENTIALS, "access_token": "", "app_secret": "", "waba_id": "303040352242922"}
    assert connected.post(f"{number}/credenciais", version=version, **blank).status == 303
    saved = connection_of(app, company)
    assert (saved.access_token, saved.app_secret, saved.waba_id) == (TOKEN, SECRET, "303040352242922")


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("display_phone", "", "Informe o número do WhatsApp da empresa."),
        ("display_phone", "abc", "O telefone tem letras ou sinais. Use só números, com DDD."),
        ("phone_number_id", "", "Informe o ID do número de telefone."),
        ("phone_number_id", "../me", "O ID do número de telefone da Meta tem só números. Copie-o do painel da Meta."),
        ("waba_id", "12 34", "O ID da conta do WhatsApp (WABA) da Meta tem só números. Copie-o do painel da Meta."),
        ("access_token", "", "Informe o token de acesso."),
        ("access_token", "EAA com espaço", "Cole o valor sem espaços nem quebras de linha."),
        ("app_secret", "", "Informe a chave secreta do app."),
    ],
)
def test_refused_credentials(
    app: Flask, company: Company, official: Browser, name: str, value: str, error: str, number: str
) -> None:
    page = official.post(f"{number}/credenciais", version=1, **{**CREDENTIALS, name: value})
    assert (page.status, page.errors) == (422, [error])
    assert TOKEN not in page.text
    assert connection_of(app, company).access_token == ""


def test_the_second_of_two_editors_of_the_credentials_is_told(
    app: Flask, company: Company, connected: Browser, number: str
) -> None:
    page = connected.post(f"{number}/credenciais", version=1, **{**CREDENTIALS, "waba_id": "909090"})
    assert page.status == 422
    assert "Outra pessoa salvou as credenciais antes" in page.words
    assert page.form_data("#credenciais form")["waba_id"] == "909090"
    assert connection_of(app, company).waba_id == CREDENTIALS["waba_id"]


def test_the_webhook_address_to_copy(app: Flask, company: Company, official: Browser, number: str) -> None:
    connection = connection_of(app, company)
    page = official.get(number)
    assert page.one("#webhook-url")["value"] == f"http://127.0.0.1:8000/webhooks/cloud-api/{connection.webhook_key}"
    assert page.one("#verify-token")["value"] == connection.verify_token
    assert "A Meta só aceita endereços https." in page.words
    assert "Nenhum aviso da Meta foi recebido até agora." in page.words
    change(app, company, last_webhook_at=clock.now())
    assert "Último aviso recebido da Meta:" in official.get(number).words


def test_an_https_portal_is_not_warned(app: Flask, official: Browser, number: str) -> None:
    app.config["PUBLIC_URL"] = "https://portal.example"
    page = official.get(number)
    assert "A Meta só aceita endereços https." not in page.words
    assert page.one("#webhook-url")["value"].startswith("https://portal.example/webhooks/cloud-api/")


@pytest.mark.parametrize("htmx", [True, False])
def test_a_connection_that_works(connected: Browser, htmx: bool, number: str) -> None:
    connected.get(number)
    page = connected.post(f"{number}/testar", htmx=htmx)
    if not htmx:
        assert page.status == 303
        assert "Conexão testada: tudo certo." in connected.get(page.location).words
        return
    assert page.status == 200
    assert "Nome verificado Cedrus Cobrança Número +55 11 3000-1000 Qualidade Alta" in page.words
    assert TOKEN not in page.text


@pytest.mark.parametrize("htmx", [True, False])
def test_a_connection_that_does_not_work(graph: GraphApi, connected: Browser, htmx: bool, number: str) -> None:
    graph.next("refuse", edge="node", code=190, status=401)
    page = connected.post(f"{number}/testar", htmx=htmx)
    assert page.status == 422
    assert "A conexão não funcionou" in page.words
    assert "token" in page.one("#connection-check .banner").get_text()
    graph.next("html_502", edge="node")
    assert "Não foi possível conectar ao WhatsApp." in connected.post(f"{number}/testar", htmx=htmx).words
    graph.numbers[CREDENTIALS["phone_number_id"]].status = "BANNED"
    assert "não está conectado" in connected.post(f"{number}/testar", htmx=htmx).words
    assert TOKEN not in page.text


def test_the_simulator_has_nothing_to_test(admin: Browser, page_url: str) -> None:
    admin.get(page_url)
    assert admin.post(f"{page_url}/testar").status == 404
    assert admin.post(f"{page_url}/credenciais", version=1, **CREDENTIALS).status == 404


def test_a_stopped_connection_says_why_and_tries_again(
    app: Flask, company: Company, connected: Browser, number: str
) -> None:
    change(app, company, stopped_code="190", stopped_at=clock.now())
    page = connected.get(number)
    assert "A conexão parou e nenhuma mensagem está saindo" in page.words
    assert page.one(".bar .tag").get_text() == "API oficial — parada"
    page = connected.post(f"{number}/retomar", follow=True)
    assert "A conexão vai tentar de novo." in page.words
    assert connection_of(app, company).stopped_code == ""


def test_only_admins_and_only_their_own(
    app: Flask, company: Company, connected: Browser, operator: Browser, stranger: Browser, number: str
) -> None:
    key = connection_of(app, company).webhook_key
    assert operator.get(number).status == 404
    posts = (
        "credenciais",
        "testar",
        "assinar",
        "corrigir",
        "retomar",
        "agente",
        "nome",
        "principal",
        "ligar",
        "desligar",
    )
    for person in (operator, stranger):
        for path in posts:
            assert person.post(f"{number}/{path}", daily_limit="1", batch_size="1", **SEEN).status == 404
        for path in ("", "/agente", "/agente/frase", "/testar"):
            assert person.get(f"{number}{path}", htmx=True).status == 404
    for path in (PAGE, f"{PAGE}/novo"):
        assert operator.get(path).status == 404
        page = stranger.get(path)
        assert key not in page.text
        assert "9876" not in page.words
    assert connection_of(app, company).daily_limit == 250
