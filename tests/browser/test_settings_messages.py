"""The tab "Mensagens automáticas do chat BOT": editing in place, and by whole pages without JavaScript."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from portal.bot_messages.rules import DEFAULT_TEXTS, MessageKind
from tests.browser.conftest import OpenWindow
from tests.browser.steps import is_marked, mark, toast
from tests.support.people import Company

PATH = "/whatsapp/mensagens"
DEFAULT = DEFAULT_TEXTS[MessageKind.WELCOME]
SHOWN = "Olá! Este é o atendimento da Cobrança Modelo pelo WhatsApp."


def welcome(page: Page) -> Locator:
    return page.locator("#message-welcome")


def edit(page: Page) -> Locator:
    welcome(page).get_by_role("link", name="Editar").click()
    return welcome(page).get_by_label("Mensagem", exact=True)


def save(page: Page) -> None:
    welcome(page).get_by_role("button", name="Salvar").click()


def test_edit_and_save_in_place(window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open(PATH)
    mark(page)
    text = edit(page)
    expect(text).to_be_focused()
    expect(text).to_have_value(DEFAULT)
    expect(welcome(page).locator(".count")).to_have_text(f"Restam {1000 - len(DEFAULT)} caracteres")
    watched.check_everywhere()

    text.fill("Bem-vindo à #NOME_EMPRESA#!")
    expect(welcome(page).locator(".count")).to_have_text("Restam 973 caracteres")
    expect(welcome(page).locator(".bubble-text")).to_have_text("Bem-vindo à Cobrança Modelo!")
    text.press_sequentially(" E até já", delay=30)
    expect(welcome(page).locator(".bubble-text")).to_have_text("Bem-vindo à Cobrança Modelo! E até já")
    expect(text).to_be_focused()
    text.fill("Bem-vindo à #NOME_EMPRESA#!")
    save(page)
    toast(page, "Mensagem salva.")
    expect(welcome(page).locator(".bubble-text")).to_have_text("Bem-vindo à Cobrança Modelo!")
    expect(welcome(page).get_by_role("link", name="Editar")).to_be_focused()
    assert is_marked(page)


def test_cancel_brings_the_saved_text_back(window: OpenWindow, company: Company) -> None:
    page = window(company.admin).open(PATH)
    mark(page)
    edit(page).fill("Isto não fica")
    welcome(page).get_by_role("link", name="Cancelar").click()
    expect(welcome(page).locator("textarea")).to_have_count(0)
    expect(welcome(page).locator(".bubble-text")).to_have_text(SHOWN)
    expect(welcome(page).get_by_role("link", name="Editar")).to_be_focused()
    assert is_marked(page)


def test_a_refused_text_is_explained_in_place_and_stays(window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open(PATH)
    mark(page)
    edit(page).fill("Olá da #NOME_EMPRSA#")
    save(page)
    expect(welcome(page).locator(".error-summary")).to_be_focused()
    text = welcome(page).get_by_label("Mensagem", exact=True)
    expect(text).to_have_value("Olá da #NOME_EMPRSA#")
    expect(text).to_have_attribute("aria-invalid", "true")
    expect(text).to_have_accessible_description(re.compile("Você quis dizer #NOME_EMPRESA#"))
    expect(welcome(page).locator(".bubble-text")).to_have_text("Olá da #NOME_EMPRSA#")
    watched.check_everywhere()

    text.fill("x" * 1001)
    expect(welcome(page).locator(".count")).to_have_text("1 caractere a mais")
    assert is_marked(page)


def test_restoring_asks_first(window: OpenWindow, company: Company) -> None:
    page = window(company.admin).open(PATH)
    edit(page).fill("Só nosso")
    save(page)
    restore = welcome(page).get_by_role("button", name="Restaurar texto padrão")
    restore.click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(restore).to_be_focused()
    restore.click()
    page.get_by_role("dialog").get_by_role("button", name="Restaurar texto padrão").click()
    toast(page, "Texto padrão restaurado.")
    expect(welcome(page).locator(".bubble-text")).to_have_text(SHOWN)


def test_the_same_by_whole_pages_without_javascript(window: OpenWindow, company: Company) -> None:
    page = window(company.admin, script=False).open(PATH)
    text = edit(page)
    assert "editar=welcome" in page.url
    text.fill("Isto não fica")
    welcome(page).get_by_role("link", name="Cancelar").click()
    expect(welcome(page).locator(".bubble-text")).to_have_text(SHOWN)

    edit(page).fill("Prévia da #NOME_EMPRESA#")
    welcome(page).get_by_role("button", name="Atualizar prévia").click()
    expect(welcome(page).locator(".bubble-text")).to_have_text("Prévia da Cobrança Modelo")
    welcome(page).get_by_label("Mensagem", exact=True).fill("#NADA#")
    save(page)
    expect(welcome(page).locator(".error-summary")).to_contain_text("#NADA# não existe")
    expect(welcome(page).get_by_label("Mensagem", exact=True)).to_have_value("#NADA#")
    welcome(page).get_by_label("Mensagem", exact=True).fill("Oi da #NOME_EMPRESA#")
    save(page)
    toast(page, "Mensagem salva.")
    assert page.url.endswith(f"{PATH}#message-welcome")
    expect(welcome(page).locator(".bubble-text")).to_have_text("Oi da Cobrança Modelo")
