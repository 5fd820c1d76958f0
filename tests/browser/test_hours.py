"""The hours in "Configurações": a preset fills the form, and nothing changes before it is saved."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.steps import is_marked, mark, toast
from tests.support.people import Company

PATH = "/whatsapp/configuracoes"


def test_a_preset_fills_the_form_and_is_saved(window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open(PATH)
    mark(page)
    hours = page.locator("#janela")
    hours.locator("summary").first.click()
    hours.get_by_role("link", name="Usar").first.click()
    expect(hours.get_by_text("ainda não salvo")).to_be_visible()
    expect(hours.locator("[data-autofocus]")).to_be_focused()
    expect(hours.get_by_label("Segunda-feira, início")).not_to_have_value("00:00")
    expect(hours.get_by_label("Domingo", exact=True)).not_to_be_checked()
    watched.check_everywhere()
    hours.get_by_label("Segunda-feira, início").fill("25:00")
    hours.get_by_role("button", name="Salvar janela de envio").click()
    expect(hours.locator(".error-summary")).to_be_focused()
    watched.check()
    hours.get_by_label("Segunda-feira, início").fill("08:30")
    hours.get_by_role("button", name="Salvar janela de envio").click()
    toast(page, "salv")
    assert is_marked(page)
    page.reload()
    expect(hours.get_by_label("Segunda-feira, início")).to_have_value("08:30")
