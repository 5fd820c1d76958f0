"""The guided set-up of the official API: each credential that is wrong is named, and what can be put right is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from portal import clock
from portal.connection import queries
from portal.connection.models import Connection
from portal.extensions import db
from portal.inbox.models import Message
from portal.notifications.models import Notification
from tests.connection.official import CREDENTIALS, PAGE, SECRET, TOKEN, change, connection_of
from tests.fakes.graph_api import GraphApi
from tests.support.browser import Browser, Page
from tests.support.clockwork import run
from tests.support.people import Company

ID, WABA = CREDENTIALS["phone_number_id"], CREDENTIALS["waba_id"]
OTHER = "106540352249999"


def outcomes(page: Page) -> dict[str, str]:
    """What the test says of each step."""
    rows = page.all("#connection-check ol > li")
    return {row.select_one("strong").get_text(): row.select_one(".tag").get_text() for row in rows}  # type: ignore[union-attr]


def change_credentials(browser: Browser, number: str, **changed: str) -> None:
    version = browser.get(number).form_data("#credenciais form")["version"]
    assert browser.post(f"{number}/credenciais", version=version, **{**CREDENTIALS, **changed}).status == 303


def titles(app: Flask) -> list[str]:
    with app.app_context():
        return [row.title for row in db.session.query(Notification).order_by(Notification.id)]


def test_everything_is_right(graph: GraphApi, connected: Browser, number: str) -> None:
    graph.numbers[ID].app_secret = SECRET
    page = connected.post(f"{number}/testar", htmx=True)
    assert page.status == 200 and "Conexão funcionando" in page.words
    found = outcomes(page)
    assert found.pop("Webhook") == "Atenção", "Meta has not asked for the address yet"
    assert len(found) == 6 and set(found.values()) == {"Certo"}
    assert TOKEN not in page.text and SECRET not in page.text


@pytest.mark.parametrize(
    ("changed", "wrong", "words"),
    [
        ({"access_token": "EAAotherToken00"}, "Token de acesso", "O token de acesso é inválido ou expirou."),
        ({"waba_id": "909090909"}, "Conta do WhatsApp (WABA)", "A Meta não encontra uma conta (WABA) com este ID"),
        ({"phone_number_id": "808080808"}, "Número", "A Meta não encontra um número com este ID"),
        ({"app_secret": "another-secret-0000"}, "Chave secreta do app", "Esta chave não é a do app do token."),
        (
            {"phone_number_id": WABA, "waba_id": ID},
            "Conta do WhatsApp (WABA)",
            "Os dois IDs estão trocados",
        ),
        ({"phone_number_id": OTHER}, "Número na conta (WABA)", "O número não é desta conta. Os dela são: +55 11"),
    ],
)
@pytest.mark.parametrize("htmx", [True, False])
def test_the_wrong_credential_is_named(
    graph: GraphApi, connected: Browser, number: str, changed: dict[str, str], wrong: str, words: str, htmx: bool
) -> None:
    graph.numbers[ID].app_secret = SECRET
    graph.add_number(OTHER, "202040352240000", TOKEN, app_secret=SECRET)
    change_credentials(connected, number, **changed)
    page = connected.post(f"{number}/testar", htmx=htmx)
    assert page.status == 422
    assert next(name for name, found in outcomes(page).items() if found == "Errado") == wrong
    assert words in page.one("#connection-check .banner").get_text()


def test_permissions_and_an_end_that_is_near(graph: GraphApi, connected: Browser, number: str) -> None:
    graph.numbers[ID].expires_at = int((clock.now() + timedelta(days=2)).timestamp())
    page = connected.post(f"{number}/testar", htmx=True)
    assert page.status == 200 and outcomes(page)["Token de acesso"] == "Atenção"
    assert "Troque-o antes por um permanente" in page.words
    graph.numbers[ID].scopes = ("whatsapp_business_messaging",)
    page = connected.post(f"{number}/testar", htmx=True)
    assert page.status == 422 and "Falta ao token a permissão whatsapp_business_management." in page.words


def test_an_app_that_is_not_subscribed_is_subscribed(graph: GraphApi, connected: Browser, number: str) -> None:
    graph.numbers[ID].subscribed = False
    page = connected.post(f"{number}/testar")
    assert outcomes(page)["Assinatura do app"] == "Errado"
    assert page.one("form[action$='/assinar'] button").get_text() == "Assinar agora"
    assert "Assinatura feita" in connected.post(f"{number}/assinar", follow=True).words
    assert connected.post(f"{number}/testar").status == 303


def test_what_became_of_the_subscription_stands_in_the_card(graph: GraphApi, connected: Browser, number: str) -> None:
    graph.numbers[ID].subscribed = False
    connected.post(f"{number}/testar", htmx=True)
    graph.next("html_502", edge="subscribed_apps")
    page = connected.post(f"{number}/assinar", htmx=True)
    assert page.status == 422 and "A assinatura não foi feita" in page.words
    assert "A Meta não confirmou a assinatura." in page.one("[role=alert]").get_text()
    assert outcomes(page)["Assinatura do app"] == "Errado" and page.one("form[action$='/assinar']")
    page = connected.post(f"{number}/assinar", htmx=True)
    assert page.status == 200 and "Assinatura feita" in page.one("[role=status]").get_text()
    assert outcomes(page)["Assinatura do app"] == "Certo"
    graph.numbers[ID].subscribed = False
    graph.next("html_502", edge="subscribed_apps")
    assert "A assinatura não foi feita" in connected.post(f"{number}/assinar").words, "without JavaScript too"


def test_the_verification_of_the_address_is_remembered(
    app: Flask, company: Company, connected: Browser, number: str
) -> None:
    saved = connection_of(app, company)
    asked = {"hub.mode": "subscribe", "hub.challenge": "42", "hub.verify_token": saved.verify_token}
    assert app.test_client().get(f"/webhooks/cloud-api/{saved.webhook_key}", query_string=asked).text == "42"
    assert "O endereço foi verificado pela Meta" in connected.post(f"{number}/testar", htmx=True).words
    change(app, company, last_webhook_at=clock.now())
    assert outcomes(connected.post(f"{number}/testar", htmx=True))["Webhook"] == "Certo"


def test_health_is_read_and_told_once(app: Flask, graph: GraphApi, connected: Browser, number: str) -> None:
    assert run(app, "connection-health") == "1 número conferido"
    page = connected.get(number)
    assert "Nome verificado Cedrus Cobrança" in page.words and "Qualidade Alta" in page.words
    assert titles(app) == []
    meta = graph.numbers[ID]
    meta.quality_rating, meta.name_status = "RED", "DECLINED"
    meta.status, meta.problem = "RESTRICTED", "Too many people blocked this number."
    for _ in range(2):
        run(app, "connection-health")
    assert titles(app) == [
        "A Meta restringiu o número",
        "A qualidade do número caiu",
        "O nome do número foi recusado",
    ]
    assert connected.get("/").one(".bar .tag").get_text() == "API oficial — restrito"
    assert "Too many people blocked this number. Fix it." in connected.post(f"{number}/testar", htmx=True).words


def test_an_expired_token_pauses_once_and_a_new_one_goes_on(
    app: Flask, company: Company, graph: GraphApi, connected: Browser, number: str
) -> None:
    graph.numbers[ID].token = "EAAthenewone0001"
    assert run(app, "connection-health") == ""
    assert connection_of(app, company).stopped_code == "190"
    run(app, "connection-health")
    assert titles(app) == ["A conexão com o WhatsApp parou"]
    change_credentials(connected, number, access_token="EAAthenewone0001")
    assert connection_of(app, company).stopped_code == ""
    assert run(app, "connection-health") == "1 número conferido"


def test_an_outage_pauses_nothing(app: Flask, company: Company, graph: GraphApi, connected: Browser) -> None:
    graph.next("html_502", edge="node")
    assert run(app, "connection-health") == ""
    assert connection_of(app, company).stopped_code == "" and titles(app) == []


def deliver(app: Flask, company: Company, graph: GraphApi, phone_number_id: str, text: str) -> None:
    saved = connection_of(app, company)
    body = graph.inbound(phone_number_id, "5511987654321", text)
    answer = app.test_client().post(
        f"/webhooks/cloud-api/{saved.webhook_key}",
        data=body,
        headers={"X-Hub-Signature-256": graph.sign(body, SECRET)},
    )
    assert answer.status_code == 200
    run(app, "apply-webhooks")


def texts(app: Flask) -> list[tuple[int, str]]:
    with app.app_context():
        rows = db.session.query(Message).filter(Message.direction == "in").order_by(Message.id)
        return [(row.connection_id, row.text) for row in rows]


def test_messages_for_another_id_are_found_and_the_id_is_corrected(
    app: Flask, company: Company, graph: GraphApi, connected: Browser, number: str
) -> None:
    graph.add_number(OTHER, WABA, TOKEN)
    deliver(app, company, graph, OTHER, "alguém aí?")
    assert texts(app) == []
    page = connected.get(number)
    assert f"Chegam mensagens do número de ID {OTHER}, que não é o configurado ({ID})." in page.words
    assert connected.post(f"{number}/corrigir", phone_number_id="123").status == 303
    assert connection_of(app, company).phone_number_id == ID, "an id of which nothing was heard"
    page = connected.post(f"{number}/corrigir", phone_number_id=OTHER, follow=True)
    assert "ID corrigido." in page.words and "Chegam mensagens" not in page.words
    saved = connection_of(app, company)
    assert saved.phone_number_id == OTHER
    run(app, "apply-webhooks")
    assert texts(app) == [(saved.id, "alguém aí?")]
    deliver(app, company, graph, OTHER, "oi")
    assert [text for _, text in texts(app)] == ["alguém aí?", "oi"]


def test_one_app_delivers_the_messages_of_all_its_numbers(
    app: Flask, company: Company, graph: GraphApi, connected: Browser, number: str
) -> None:
    url = str(connected.post(f"{PAGE}/novo", kind="cloud_api", name="Sul").location)
    graph.add_number(OTHER, WABA, TOKEN)
    change_credentials(connected, url, phone_number_id=OTHER)
    deliver(app, company, graph, OTHER, "para o sul")
    deliver(app, company, graph, ID, "para a matriz")
    south = int(url.rsplit("/", 1)[1])
    first = connection_of(app, company)
    assert texts(app) == [(south, "para o sul"), (first.id, "para a matriz")]
    assert first.foreign_numbers == []
    with app.app_context():
        assert db.session.get_one(Connection, south).last_webhook_at is not None
        assert {each.id for each in queries.enabled(company.id)} == {first.id, south}
