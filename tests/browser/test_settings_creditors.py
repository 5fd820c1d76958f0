"""The tab "Configurações por Credor": a row is edited where it stands, with the keyboard alone."""

from __future__ import annotations

from flask import Flask
from playwright.sync_api import Locator, Page, expect

from tests.account_settings.scene import STATEMENT, TERM, add_document, set_document
from tests.browser.conftest import OpenWindow
from tests.browser.steps import is_marked, mark, tab_to, toast
from tests.support.people import Company
from tests.support.portfolio import TAX_IDS, add_debtor

PATH = "/whatsapp/credores"


def row(page: Page, name: str) -> Locator:
    return page.locator("main li").filter(has_text=name)


def test_edited_in_place_with_the_keyboard_alone(app: Flask, window: OpenWindow, company: Company) -> None:
    add_debtor(app, company)
    add_document(app, company, TERM, "Termo da escola")
    add_document(app, company, STATEMENT, "Demonstrativo da escola")
    watched = window(company.admin)
    page = watched.open(PATH)
    mark(page)
    edit = page.get_by_role("link", name="Editar Escola Azul Ltda")
    tab_to(page, edit)
    page.keyboard.press("Enter")
    term = page.get_by_label("Termo de acordo")
    expect(term).to_be_focused()
    watched.check_everywhere()
    page.keyboard.type("Termo da")
    tab_to(page, page.get_by_role("button", name="Salvar"), limit=2)
    page.keyboard.press("Enter")
    toast(page, "Escola Azul Ltda")
    expect(edit).to_be_focused()
    expect(row(page, "Escola Azul")).to_contain_text("Termo da escola credor")
    assert is_marked(page)
    watched.check()


def test_cancel_and_a_document_that_is_gone(app: Flask, window: OpenWindow, company: Company) -> None:
    add_debtor(app, company)
    term = add_document(app, company, TERM, "Termo da escola")
    page = window(company.admin).open(PATH)
    mark(page)
    edit = page.get_by_role("link", name="Editar Escola Azul Ltda")
    edit.click()
    page.get_by_role("link", name="Cancelar").click()
    expect(edit).to_be_focused()
    edit.click()
    page.get_by_label("Termo de acordo").select_option("Termo da escola")
    set_document(app, term, active=False)
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("Termo de acordo")).to_have_attribute("aria-invalid", "true")
    assert is_marked(page)


def test_the_search_finds_one_and_says_when_none(app: Flask, window: OpenWindow, company: Company) -> None:
    add_debtor(app, company)
    add_debtor(app, company, "João", tax_id=TAX_IDS[1], phone="+5511987654322", creditor="Clínica Verde")
    watched = window(company.admin)
    page = watched.open(PATH)
    page.get_by_label("Credor").fill("clinica")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 credor encontrado")).to_be_visible()
    expect(row(page, "Clínica Verde")).to_be_visible()
    page.get_by_label("Credor").fill("banco")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nenhum credor encontrado")).to_be_visible()
    watched.check()
    page.get_by_role("link", name="Ver todos").click()
    expect(page.get_by_text("2 credores")).to_be_visible()
