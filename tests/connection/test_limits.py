"""The card "Agente de envio": both limits, and Meta's own."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.connection.models import ConnectionKind
from tests.connection.official import CREDENTIALS, connection_of
from tests.fakes.graph_api import GraphApi
from tests.support.browser import Browser
from tests.support.people import Company

SEEN = {"seen_daily": "250", "seen_batch": "5"}


@pytest.mark.parametrize("htmx", [True, False])
def test_the_limits(app: Flask, company: Company, admin: Browser, htmx: bool, page_url: str) -> None:
    page = admin.get(page_url)
    assert "Com estes valores: até 5 conversas a cada 30 segundos, até 250 por dia." in page.words
    page = admin.post(f"{page_url}/agente", htmx=htmx, daily_limit="1200", batch_size="1", **SEEN, kind="cloud_api")
    assert page.status == (200 if htmx else 303)
    assert "Com estes valores: até 1 conversa a cada 30 segundos, até 1.200 por dia." in admin.get(page_url).words
    saved = connection_of(app, company)
    assert (saved.daily_limit, saved.batch_size, saved.kind) == (1200, 1, ConnectionKind.SIMULATOR)


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(
    ("daily", "batch", "error"),
    [
        ("", "5", "Máx. Envio por Dia: use um número inteiro, sem ponto nem vírgula."),
        ("1.000", "5", "Máx. Envio por Dia: use um número inteiro, sem ponto nem vírgula."),
        ("-1", "5", "Máx. Envio por Dia: use um número inteiro, sem ponto nem vírgula."),
        ("100001", "5", "Use um número entre 0 e 100.000 por dia."),
        ("250", "0", "Use um número entre 1 e 50 por vez."),
        ("250", "51", "Use um número entre 1 e 50 por vez."),
        ("250", "5,5", "Máx. Envio entrada agente: use um número inteiro, sem ponto nem vírgula."),
        ("4", "5", "Não pode ser maior que o Máx. Envio por Dia."),
    ],
)
def test_refused_limits(
    app: Flask, company: Company, admin: Browser, daily: str, batch: str, error: str, htmx: bool, page_url: str
) -> None:
    admin.get(page_url)
    page = admin.post(f"{page_url}/agente", htmx=htmx, daily_limit=daily, batch_size=batch, **SEEN)
    assert (page.status, page.errors) == (422, [error])
    form = page.form_data("#connection-limits form")
    assert (form["daily_limit"], form["batch_size"]) == (daily, batch)
    assert connection_of(app, company).daily_limit == 250


def test_a_daily_limit_of_zero_stops_the_agent(admin: Browser, page_url: str) -> None:
    admin.get(page_url)
    page = admin.post(f"{page_url}/agente", htmx=True, daily_limit="0", batch_size="5", **SEEN)
    assert "nenhuma conversa será iniciada" in page.words


def test_the_sentence_follows_what_is_typed(admin: Browser, page_url: str) -> None:
    page = admin.get(f"{page_url}/agente/frase", htmx=True, daily_limit="90", batch_size="9")
    assert page.words == "Com estes valores: até 9 conversas a cada 30 segundos, até 90 por dia."
    for daily, batch in (("9", "90"), ("", "x"), ("<b>", "1")):
        page = admin.get(f"{page_url}/agente/frase", htmx=True, daily_limit=daily, batch_size=batch)
        assert page.words == "Com estes valores não é possível salvar."
    assert admin.get(f"{page_url}/agente/frase", htmx=True).status == 200


def test_two_editors_of_the_limits(app: Flask, company: Company, admin: Browser, page_url: str) -> None:
    admin.get(page_url)
    admin.post(f"{page_url}/agente", daily_limit="100", batch_size="10", **SEEN)
    for htmx in (True, False):
        page = admin.post(f"{page_url}/agente", htmx=htmx, daily_limit="300", batch_size="3", **SEEN)
        assert page.status == 422
        assert "Agora está salvo: 100 por dia e 10 por vez." in page.words
        assert page.form_data("#connection-limits form")["daily_limit"] == "300"
    assert connection_of(app, company).daily_limit == 100


def test_saving_the_limits_leaves_an_open_credentials_form_good(connected: Browser, number: str) -> None:
    version = connected.get(number).form_data("#credenciais form")["version"]
    assert connected.post(f"{number}/agente", htmx=True, daily_limit="100", batch_size="5", **SEEN).status == 200
    assert connected.post(f"{number}/credenciais", version=version, **CREDENTIALS).status == 303


def test_the_test_keeps_the_number_s_messaging_tier(
    app: Flask, company: Company, connected: Browser, number: str
) -> None:
    assert "ainda não se sabe; use “Testar conexão”" in connected.get(number).words
    page = connected.post(f"{number}/testar", htmx=True)
    assert "Limite de mensagens 2.000 pessoas a cada 24 horas" in page.words
    assert connection_of(app, company).messaging_tier == "TIER_2K"
    assert "Limite da Meta para este número: 2.000 pessoas a cada 24 horas, conferido em" in connected.get(number).words


def test_a_test_that_fails_keeps_the_tier(
    app: Flask, company: Company, graph: GraphApi, connected: Browser, number: str
) -> None:
    connected.post(f"{number}/testar", htmx=True)
    graph.next("html_502", edge="node")
    assert connected.post(f"{number}/testar", htmx=True).status == 422
    assert connection_of(app, company).messaging_tier == "TIER_2K"


def test_a_limit_above_the_tier_is_warned_of_and_not_refused(
    app: Flask, company: Company, connected: Browser, number: str
) -> None:
    connected.post(f"{number}/testar", htmx=True)
    page = connected.get(f"{number}/agente/frase", htmx=True, daily_limit="2001", batch_size="5")
    assert "Acima do limite da Meta" in page.words and "2.000 pessoas a cada 24 horas" in page.words
    assert "Acima" not in connected.get(f"{number}/agente/frase", htmx=True, daily_limit="2000", batch_size="5").words
    page = connected.post(f"{number}/agente", htmx=True, daily_limit="2001", batch_size="5", **SEEN)
    assert page.status == 200 and "Acima do limite da Meta" in page.words
    assert connection_of(app, company).daily_limit == 2001
    assert "Acima do limite da Meta" in connected.get(number).words, "as long as it is so"


def test_the_tier_of_another_number_is_forgotten(app: Flask, company: Company, connected: Browser, number: str) -> None:
    connected.post(f"{number}/testar", htmx=True)
    version = connected.get(number).form_data("#credenciais form")["version"]
    connected.post(f"{number}/credenciais", version=version, **CREDENTIALS)
    assert connection_of(app, company).messaging_tier == "TIER_2K", "the same number"
    version = connected.get(number).form_data("#credenciais form")["version"]
    connected.post(f"{number}/credenciais", version=version, **{**CREDENTIALS, "phone_number_id": "777777777"})
    assert connection_of(app, company).messaging_tier == ""
