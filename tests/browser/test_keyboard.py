"""A whole working day without a mouse: login, conversation, answer, close."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.steps import is_marked, mark, tab_to, toast
from tests.inbox.talk import ask_for_operator
from tests.support.people import PASSWORD, Company, set_available


@pytest.fixture
def mine(app: Flask, company: Company) -> int:
    """A conversation that was given to the operator."""
    set_available(app, company.operator)
    return ask_for_operator(app, company)


@pytest.mark.usefixtures("mine")
def test_from_the_login_to_the_end_of_a_conversation(window: OpenWindow, company: Company) -> None:
    watched = window()
    page = watched.open("/login")
    tab_to(page, page.get_by_label("E-mail"))
    page.keyboard.type(company.operator.email)
    tab_to(page, page.get_by_label("Senha"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Conversas")).to_be_visible()

    tab_to(page, page.locator("a.conv").filter(has_text="Maria"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Conversa com Maria")).to_be_visible()
    mark(page)
    tab_to(page, page.locator("#thread"))
    reply = page.get_by_label("Mensagem para Maria")
    tab_to(page, reply)
    page.keyboard.type("Bom dia, Maria")
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.out").last).to_contain_text("Bom dia, Maria")
    expect(reply).to_be_focused()
    expect(reply).to_have_value("")
    assert is_marked(page)

    end = page.get_by_role("button", name="Encerrar", exact=True)
    tab_to(page, end, key="Shift+Tab")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Encerrar a conversa com Maria?")
    page.keyboard.press("Escape")
    expect(end).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, dialog.get_by_role("button", name="Encerrar"), key="Shift+Tab")
    page.keyboard.press("Enter")
    toast(page, "Conversa encerrada.")


def test_the_skip_link_leads_past_the_bar(window: OpenWindow, company: Company) -> None:
    page = window(company.admin).open("/devedores")
    skip = page.get_by_role("link", name="Pular para o conteúdo")
    tab_to(page, skip, limit=1)
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#conteudo")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_company_menu_opens_and_closes_by_keyboard(window: OpenWindow, company: Company) -> None:
    page = window(company.admin).open("/")
    menu = page.locator("details.company-menu > summary").last
    tab_to(page, menu)
    page.keyboard.press("Enter")
    settings = page.get_by_role("link", name="Integração WhatsApp")
    expect(settings).to_be_visible()
    page.keyboard.press("Escape")
    expect(settings).to_be_hidden()
    expect(menu).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, settings)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Integração WhatsApp")).to_be_visible()
