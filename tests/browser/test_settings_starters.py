"""Writing a chat starter: what is typed is seen at once as the person will read it, and its mistakes beside it."""

from __future__ import annotations

from flask import Flask
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.steps import is_marked, mark, shifted, tab_to, watch_shifts
from tests.chat_starters.steps import starters
from tests.support.people import Company

PATH = "/whatsapp/modelos/novo"


def bubble(page: Page) -> Locator:
    return page.locator("#starter-phone .bubble")


def test_the_phone_and_the_linter_follow_the_typing(app: Flask, window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open(PATH)
    mark(page)
    expect(page.get_by_label("Nome do modelo")).to_be_focused()
    expect(page.locator("#starter-phone")).to_contain_text("Ainda falta algo")
    page.get_by_label("Nome do modelo").fill("Início de cobrança")
    expect(page.locator("#remote-name")).to_have_text("inicio_de_cobranca")
    body = page.get_by_label("Mensagem")
    body.press_sequentially("Sua dívida, ")
    expect(page.locator("#remarks-body")).to_contain_text("expõe a pessoa")
    page.get_by_role("button", name="Inserir o próximo coringa").click()
    expect(body).to_be_focused()
    expect(page.get_by_role("button", name="Inserir o próximo coringa")).to_have_text("+ {{2}}")
    page.get_by_label("Exemplo de {{1}}").fill("Maria")
    expect(bubble(page)).to_contain_text("Sua dívida, Maria")
    watched.check_everywhere()
    body.fill("Olá {{1}}, tudo bem? Podemos falar agora pelo WhatsApp?")
    expect(page.locator("#remarks-body .error, #remarks-body .advice")).to_have_count(0)
    expect(bubble(page)).to_contain_text("Olá Maria, tudo bem?")
    page.get_by_role("radio", name="Utilidade").check()
    expect(page.locator("#starter-phone")).to_contain_text("Pronto para enviar")
    assert is_marked(page) and starters(app, company) == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert len(ids) == len(set(ids)), "an id stands twice in the page"


def test_a_starter_with_a_button_by_keyboard(app: Flask, window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open(PATH)
    page.get_by_label("Nome do modelo").fill("Convite")
    page.get_by_role("radio", name="Marketing").focus()
    page.keyboard.press("Space")
    page.get_by_label("Mensagem").fill("Olá, tudo bem? Podemos falar agora pelo WhatsApp?")
    tab_to(page, page.get_by_role("button", name="Adicionar botão"))
    page.keyboard.press("Enter")
    text = page.get_by_label("Texto do botão 1")
    expect(text).to_be_focused()
    watch_shifts(page)
    page.keyboard.type("Falar agora")
    expect(bubble(page)).to_be_visible()
    expect(page.locator("#starter-phone")).to_contain_text("Falar agora")
    assert shifted(page) < 0.05, "the form jumped while somebody was typing"
    watched.check_everywhere()
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator("main")).to_contain_text("Aprovada")
    (starter,) = starters(app, company)
    assert starter.name == "convite"


def test_what_blocks_is_listed_and_leads_to_its_field(window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open(PATH)
    page.get_by_label("Mensagem").fill("{{1}} olá")
    page.get_by_role("button", name="Salvar").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="nome").click()
    expect(page.get_by_label("Nome do modelo")).to_be_focused()
    watched.check_everywhere()
