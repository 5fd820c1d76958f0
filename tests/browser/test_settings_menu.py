"""The tab "Configurações do menu": order by keyboard, switches, labels, and what the debtor sees of it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from portal.menu.rules import DEFAULT_OPTIONS
from tests.browser.conftest import OpenWindow
from tests.browser.steps import is_marked, mark, toast
from tests.support.people import Company

PATH = "/whatsapp/menu"
BARCODE, PIX, STATEMENT, TERM, NEGOTIATE, OPERATOR, CLOSE = (label for _, label, _ in DEFAULT_OPTIONS)


def labels(page: Page) -> Locator:
    return page.locator(".menu-option strong")


def arrow(page: Page, label: str, direction: str) -> Locator:
    return page.get_by_role("button", name=f"Mover {label} para {direction}")


def option(page: Page, label: str) -> Locator:
    return page.locator("#menu-options > section li").filter(has_text=label)


def test_arrows_move_an_option_and_keep_the_focus(window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open(PATH)
    mark(page)
    expect(labels(page)).to_have_text([BARCODE, PIX, STATEMENT, TERM, NEGOTIATE, OPERATOR, CLOSE])
    arrow(page, PIX, "cima").focus()
    page.keyboard.press("Enter")
    expect(labels(page)).to_have_text([PIX, BARCODE, STATEMENT, TERM, NEGOTIATE, OPERATOR, CLOSE])
    # At the top that arrow is dead: the focus goes to the one beside it.
    expect(arrow(page, PIX, "baixo")).to_be_focused()
    expect(arrow(page, PIX, "cima")).to_be_disabled()
    arrow(page, STATEMENT, "cima").focus()
    page.keyboard.press("Space")
    expect(labels(page)).to_have_text([PIX, STATEMENT, BARCODE, TERM, NEGOTIATE, OPERATOR, CLOSE])
    expect(arrow(page, STATEMENT, "cima")).to_be_focused()
    expect(page.locator("#preview-simple .bubble-text")).to_have_text(
        re.compile(f"1.{{1,4}}{STATEMENT}.*2.{{1,4}}{BARCODE}", re.S)
    )
    expect(page.locator("#preview-interactive .preview-rows li").first).to_have_text(STATEMENT)
    assert is_marked(page)
    watched.check()


def test_a_label_and_ativo_reach_the_preview(window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open(PATH)
    mark(page)
    option(page, BARCODE).get_by_role("link", name="Editar").click()
    label = page.get_by_label("Descrição")
    expect(label).to_be_focused()
    watched.check_everywhere()
    label.fill("x" * 25)
    page.locator("#menu-options").get_by_role("button", name="Salvar").click()
    expect(page.locator("#menu-options .error-summary")).to_be_focused()
    expect(label).to_have_value("x" * 25)
    label.fill("Boleto")
    page.keyboard.press("Enter")
    toast(page, "Opção salva.")
    expect(option(page, "Boleto").get_by_role("link", name="Editar")).to_be_focused()
    expect(page.locator("#preview-simple")).to_contain_text("Boleto")
    expect(page.locator("#preview-interactive")).to_contain_text("Boleto")

    for label in (NEGOTIATE, STATEMENT):
        option(page, label).get_by_role("link", name="Editar").click()
        page.get_by_label("Ativo", exact=True).uncheck()
        page.locator("#menu-options").get_by_role("button", name="Salvar").click()
        expect(option(page, label)).to_contain_text("Inativo")
    expect(page.locator("#preview-simple")).not_to_contain_text(STATEMENT)
    # Three short options: now they are buttons, no longer a list.
    expect(page.locator("#preview-interactive .choice")).to_have_text(["Boleto", OPERATOR, CLOSE])
    assert is_marked(page)


def test_switches_by_keyboard(window: OpenWindow, company: Company) -> None:
    page = window(company.admin).open(PATH)
    assistant = page.get_by_role("switch", name="Assistente Virtual")
    interactive = page.get_by_role("switch", name="Menu Interativo")
    expect(assistant).to_be_checked()
    assistant.focus()
    page.keyboard.press("Space")
    expect(assistant).not_to_be_checked()
    page.locator("#menu-switches").get_by_role("button", name="Salvar").click()
    expect(page.locator("#menu-switches-ask")).to_be_focused()
    page.locator("#menu-switches").get_by_role("link", name="Cancelar").click()
    expect(assistant).to_be_checked()
    assistant.focus()
    page.keyboard.press("Space")
    page.locator("#menu-switches").get_by_role("button", name="Salvar").click()
    page.get_by_role("button", name="Desabilitar a Assistente Virtual").click()
    toast(page, "Configurações do menu salvas.")
    page.reload()
    expect(assistant).not_to_be_checked()
    expect(interactive).to_be_checked()


def test_the_same_by_whole_pages_without_javascript(window: OpenWindow, company: Company) -> None:
    page = window(company.admin, script=False).open(PATH)
    arrow(page, CLOSE, "cima").click()
    expect(labels(page)).to_have_text([BARCODE, PIX, STATEMENT, TERM, NEGOTIATE, CLOSE, OPERATOR])
    option(page, BARCODE).get_by_role("link", name="Editar").click()
    page.get_by_label("Descrição").fill("Boleto")
    page.locator("#menu-options").get_by_role("button", name="Salvar").click()
    toast(page, "Opção salva.")
    expect(page.locator("#preview-simple")).to_contain_text("Boleto")
    page.get_by_role("switch", name="Menu Interativo").uncheck()
    page.locator("#menu-switches").get_by_role("button", name="Salvar").click()
    toast(page, "Configurações do menu salvas.")
    expect(page.get_by_role("switch", name="Menu Interativo")).not_to_be_checked()
    expect(page.get_by_role("switch", name="Assistente Virtual")).to_be_checked()
