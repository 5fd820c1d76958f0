"""The tab "Configurações por Conta": saved in place, who would receive now, and a document that is gone."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.account_settings.scene import STATEMENT, TERM, add_document, set_document
from tests.browser.conftest import NARROW, OpenWindow
from tests.browser.steps import is_marked, mark, tab_to, toast
from tests.support.people import Company

PATH = "/whatsapp/conta"


@pytest.fixture
def term(app: Flask, company: Company) -> int:
    add_document(app, company, STATEMENT, "Demonstrativo padrão")
    return add_document(app, company, TERM, "Termo padrão")


@pytest.mark.usefixtures("term")
def test_saved_in_place_by_keyboard(window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open(PATH)
    mark(page)
    page.get_by_label("Termo de acordo").select_option("Termo padrão")
    page.get_by_label("Demonstrativo de débito").select_option("Demonstrativo padrão")
    save = page.get_by_role("button", name="Salvar")
    page.get_by_label("Usuário", exact=True).focus()
    tab_to(page, save, limit=4)
    page.keyboard.press("Enter")
    toast(page, "Configurações por Conta salvas.")
    expect(save).to_be_focused()
    expect(page.get_by_label("Termo de acordo").locator("option:checked")).to_have_text("Termo padrão")
    assert is_marked(page)
    watched.check_everywhere()


def test_who_would_receive_follows_the_operators(window: OpenWindow, company: Company) -> None:
    admin = window(company.admin, viewport=NARROW).open(PATH)
    operator = window(company.operator).open("/conversas")
    mark(admin)
    receiver, save = admin.locator("#receiver"), admin.get_by_role("button", name="Salvar")
    expect(receiver).to_contain_text("Ana Administradora")
    admin.get_by_label("Usuário ADM").focus()
    stands = save.bounding_box()
    operator.get_by_role("switch", name="Operador Disponível").click()
    expect(receiver).to_contain_text("Otávio Operador: disponível")
    operator.get_by_role("switch", name="Operador Disponível").click()
    expect(receiver).to_contain_text("Ana Administradora")
    expect(admin.get_by_label("Usuário ADM")).to_be_focused()
    assert save.bounding_box() == stands, "the button moved under the pointer"
    assert is_marked(admin)


def test_a_document_deactivated_meanwhile(app: Flask, window: OpenWindow, company: Company, term: int) -> None:
    watched = window(company.admin)
    page = watched.open(PATH)
    page.get_by_label("Termo de acordo").select_option("Termo padrão")
    set_document(app, term, active=False)
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator("#account-choices .error-summary")).to_be_focused()
    expect(page.get_by_label("Termo de acordo")).to_have_attribute("aria-invalid", "true")
    watched.check()
