"""The tab "Configurações": limits, credentials that never come back, values to copy."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal import gateways
from portal.gateways import registry
from tests.browser.conftest import OpenWindow
from tests.browser.steps import is_marked, mark, toast
from tests.fakes.graph_api import GraphApi
from tests.support.cloud import PHONE_NUMBER_ID, SECRET, TOKEN, WABA_ID
from tests.support.people import Company

PATH = "/whatsapp/configuracoes"


@pytest.fixture
def meta(app: Flask, graph: GraphApi) -> None:
    """Meta, as a local server that knows the number."""
    app.config["GRAPH_API_URL"] = graph.url
    gateways.use(registry.build(app.config))
    graph.add_number(PHONE_NUMBER_ID, WABA_ID, TOKEN)


def add_official(page: Page) -> None:
    page.get_by_role("link", name="Novo número").click()
    page.get_by_role("radio", name="API oficial").check()
    page.get_by_label("Nome").fill("Matriz")
    page.get_by_role("button", name="Adicionar número").click()
    toast(page, "Número adicionado.")


def test_limits_are_saved_in_place(window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open(PATH)
    mark(page)
    daily, batch = page.get_by_label("Máx. Envio por Dia"), page.get_by_label("Máx. Envio entrada agente")
    save = page.get_by_role("button", name="Salvar limites")
    daily.fill("10")
    batch.fill("20")
    save.click()
    expect(page.locator("#connection-limits .error-summary")).to_be_focused()
    expect(batch).to_have_accessible_description(re.compile("Não pode ser maior que o Máx. Envio por Dia"))
    expect(batch).to_have_value("20")
    watched.check_everywhere()
    batch.fill("5")
    save.click()
    toast(page, "Limites do agente de envio salvos.")
    expect(page.locator("#connection-limits")).to_contain_text("0 de 10")
    assert is_marked(page)
    page.reload()
    expect(daily).to_have_value("10")
    expect(batch).to_have_value("5")


@pytest.mark.usefixtures("meta")
def test_secrets_never_come_back(window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open(PATH)
    add_official(page)
    page.get_by_label("Número", exact=True).fill("11 3000-1000")
    page.get_by_label("ID do número de telefone").fill(PHONE_NUMBER_ID)
    page.get_by_label("ID da conta do WhatsApp").fill(WABA_ID)
    page.get_by_label("Token de acesso").fill(TOKEN)
    page.get_by_label("Chave secreta do app").fill(SECRET)
    page.get_by_role("button", name="Salvar credenciais").click()
    toast(page, "Credenciais salvas.")
    expect(page.get_by_label("Token de acesso")).to_have_value("")
    expect(page.get_by_text(f"Valor salvo: termina em {TOKEN[-4:]}")).to_be_visible()
    values = page.evaluate("[...document.querySelectorAll('input')].map(input => input.value).join(' ')")
    for secret in (TOKEN, SECRET):
        assert secret not in page.content()
        assert secret not in values
    page.get_by_role("button", name="Testar conexão").click()
    expect(page.get_by_text("Conexão funcionando")).to_be_visible()
    expect(page.get_by_role("button", name="Testar conexão")).to_be_focused()
    assert TOKEN not in page.content()
    watched.check_everywhere()


@pytest.mark.usefixtures("meta")
def test_copying_says_that_it_copied(window: OpenWindow, company: Company) -> None:
    page = window(company.admin).open(PATH)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    add_official(page)
    for name, box in (("URL de callback", "#webhook-url"), ("Token de verificação", "#verify-token")):
        button = page.locator(f"[data-copy='{box}']")
        expect(button).to_have_accessible_name(f"Copiar {name}")
        button.click()
        expect(button).to_contain_text("Copiado")
        assert page.evaluate("navigator.clipboard.readText()") == page.locator(box).input_value()
        expect(button).to_have_accessible_name(f"Copiar {name}")
