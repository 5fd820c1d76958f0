"""The phone in the browser: what comes can be tapped, on a screen as narrow as a phone."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect

from portal.extensions import db
from portal.menu.models import MenuOption
from portal.menu.rules import MenuAction
from tests.browser.conftest import NARROW, OpenWindow
from tests.browser.steps import is_marked, mark
from tests.inbox.talk import MARIA, say
from tests.support.clockwork import settle
from tests.support.people import Company
from tests.support.portfolio import LINE, TAX_IDS, add_debtor

PHONE = f"/simulador/{MARIA}?nome=Maria"


@pytest.mark.parametrize("shown_as", ["list", "buttons"])
def test_an_option_of_the_menu_is_tapped(app: Flask, company: Company, request, shown_as: str) -> None:  # type: ignore[no-untyped-def]
    add_debtor(app, company, line=LINE)
    if shown_as == "buttons":
        with app.app_context():
            few = MenuOption.action.in_((MenuAction.STATEMENT, MenuAction.NEGOTIATE))
            db.session.query(MenuOption).filter(few).update({"active": False})
            db.session.commit()
    say(app, company, "oi", TAX_IDS[0])
    window: OpenWindow = request.getfixturevalue("window")  # the talk so far is older than the running jobs

    watched = window(company.admin, viewport=NARROW)
    page = watched.open(PHONE)
    mark(page)
    choices = page.locator("form.choices").last
    expect(choices.get_by_role("button")).to_have_count(5 if shown_as == "list" else 3)
    watched.check_everywhere()
    choices.get_by_role("button", name="Código de barras").click()
    expect(page.locator(".bubble.out").last).to_contain_text("Código de barras")
    expect(page.locator("#phone")).to_contain_text("23791.23454")
    page.locator("form.choices").last.get_by_role("button", name="Falar com operador").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.in").last).to_contain_text("transferida")
    assert is_marked(page)


def test_an_empty_message_is_refused_in_place(window: OpenWindow, company: Company) -> None:
    watched = window(company.admin, viewport=NARROW)
    page = watched.open(PHONE)
    expect(page.get_by_text("Escreva a primeira mensagem")).to_be_visible()
    page.get_by_role("button", name="Enviar").click()
    expect(page.get_by_role("alert")).to_contain_text("Informe a mensagem")
    watched.check()
    page.get_by_label("Mensagem de Maria").fill("oi")
    page.get_by_role("button", name="Enviar").click()
    expect(page.locator(".bubble.in").last).to_contain_text("CPF ou CNPJ")
    expect(page.get_by_role("alert").filter(has_text="Informe a mensagem")).to_have_count(0)


def test_the_same_without_javascript(app: Flask, company: Company, window: OpenWindow) -> None:
    page = window(company.admin, script=False).open("/simulador")
    page.get_by_label("Telefone", exact=True).fill("(11) 98765-4321")
    page.get_by_label("Nome no perfil do WhatsApp").fill("Maria")
    page.get_by_role("button", name="Abrir o telefone").click()
    page.get_by_label("Mensagem de Maria").fill("oi")
    page.get_by_role("button", name="Enviar").click()
    settle(app)
    page.get_by_role("link", name="Atualizar").click()
    expect(page.locator(".bubble.out")).to_contain_text("oi")
