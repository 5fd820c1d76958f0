"""The history beside a thing: opened where it stands, an older version restored after a question."""

from __future__ import annotations

from flask import Flask
from playwright.sync_api import expect

from tests.audit.steps import edit_option, option_id
from tests.browser.conftest import OpenWindow
from tests.browser.steps import tab_to, toast
from tests.support.browser import Browser
from tests.support.people import Company


def test_an_older_version_is_restored(app: Flask, admin: Browser, window: OpenWindow, company: Company) -> None:
    number = option_id(app, company)
    for label in ("Boleto", "Pagar"):
        edit_option(admin, number, label)
    watched = window(company.admin)
    page = watched.open("/whatsapp/menu")
    summary = page.locator("#menu-options summary").first
    tab_to(page, summary)
    page.keyboard.press("Enter")
    history = page.locator(f"#history-menu-option-{number}")
    expect(history).to_contain_text("Versão atual")
    expect(summary).to_be_focused()
    watched.check_everywhere()
    tab_to(page, history.get_by_role("button", name="Restaurar esta versão"), limit=3)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    watched.check()
    page.keyboard.press("Escape")
    expect(history).to_contain_text("Pagar")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Restaurar esta versão").click()
    toast(page, "restaurada")
    expect(page.locator(".menu-option strong").first).to_have_text("Boleto")
    expect(summary).to_be_focused()


def test_the_page_of_all_changes(admin: Browser, app: Flask, window: OpenWindow, company: Company) -> None:
    edit_option(admin, option_id(app, company), "Boleto")
    watched = window(company.admin)
    page = watched.open("/historico")
    expect(page.get_by_role("listitem").first).to_contain_text("Boleto")
    watched.check_everywhere()
    page.get_by_role("link", name="Histórico de").first.click()
    expect(page.get_by_text("Versão atual")).to_be_visible()
    watched.check()
