"""What an operator does by hand: starts a chat, links a conversation to a debtor, sends a document."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.account_settings.models import AccountSettings
from portal.extensions import db
from portal.inbox.models import Conversation
from tests.browser.conftest import OpenWindow
from tests.browser.steps import is_marked, mark, shifted, toast, watch_shifts, write
from tests.documents.world import add_debt, add_document, change
from tests.inbox.talk import ask_for_operator
from tests.support.cloud import add_starter
from tests.support.people import Company, set_available

HELLO = "Olá Maria, aqui é da Escola Azul Ltda. Podemos falar agora?"


@pytest.fixture
def maria(app: Flask, company: Company) -> int:
    """A debtor whose papers are in order, with a starter to write to her first."""
    add_starter(app, company)
    return add_debt(app, company)


@pytest.fixture
def talk(app: Flask, company: Company, maria: int) -> int:
    """Her conversation with the operator; she has not said who she is."""
    set_available(app, company.operator)
    return ask_for_operator(app, company)


@pytest.fixture
def statement(app: Flask, company: Company) -> None:
    document = add_document(app, company)
    with app.app_context():
        db.session.add(AccountSettings(account_id=company.id, debt_statement_id=document))
        db.session.commit()


def test_from_the_debtors_page(window: OpenWindow, company: Company, maria: int) -> None:
    watched = window(company.admin)
    page = watched.open(f"/devedores/{maria}")
    page.get_by_role("link", name="Iniciar conversa").click()
    expect(page.get_by_text(HELLO)).to_be_visible()
    watched.check_everywhere()
    page.get_by_role("button", name="Enviar modelo").click()
    bubble = page.locator(".bubble.out").filter(has_text=HELLO)
    expect(bubble.locator(".ticks")).to_have_attribute("title", "Entregue")
    expect(page.get_by_text("Esta pessoa ainda não escreveu.")).to_be_visible()
    watched.check_everywhere()


def refresh(page: Page, path: str) -> None:
    """What the connection's return makes the page do."""
    with page.expect_response(f"**{path}"):
        page.evaluate("document.body.dispatchEvent(new Event('live-reset'))")


def test_from_a_conversation_whose_window_closed(
    app: Flask, window: OpenWindow, company: Company, maria: int, talk: int
) -> None:
    add_starter(app, company, name="segunda_opcao", body="Bom dia {{1}}, aqui é da {{2}}.")
    change(app, Conversation, talk, debtor_id=maria, last_inbound_at=datetime.now(UTC) - timedelta(hours=30))
    watched = window(company.operator)
    page = watched.open(f"/conversas/{talk}")
    page.get_by_text("Enviar modelo de início de chat").click()
    watched.check_everywhere()
    page.get_by_role("radio", name="Bom dia Maria").check()
    refresh(page, f"/conversas/{talk}/modelos")
    expect(page.get_by_role("radio", name="Bom dia Maria")).to_be_checked()
    page.get_by_role("button", name="Enviar modelo").dblclick()
    bubble = page.locator(".bubble.out").filter(has_text="Bom dia Maria, aqui é da Escola Azul Ltda.")
    expect(bubble.locator(".ticks")).to_have_attribute("title", "Entregue")
    expect(bubble).to_have_count(1)
    expect(page.get_by_role("button", name="Enviar modelo")).to_have_count(0)


@pytest.mark.usefixtures("statement")
def test_linked_to_a_debtor_and_sent_a_document(window: OpenWindow, company: Company, talk: int) -> None:
    watched = window(company.operator)
    page = watched.open(f"/conversas/{talk}")
    mark(page)
    side = page.locator("#side")
    side.get_by_role("button", name="É esta pessoa").click()
    expect(side.get_by_role("heading", name="Maria Souza")).to_be_visible()
    watched.check_everywhere()
    page.get_by_label("Mensagem para").focus()
    watch_shifts(page)
    side.get_by_role("button", name="Enviar Demonstrativo de débito").dblclick()
    file = page.locator(".bubble.out .attachment a")
    expect(file).to_contain_text("Demonstrativo de débito 1.pdf")
    expect(page.locator(".bubble.out").last.locator(".ticks")).to_have_attribute("title", "Entregue")
    expect(file).to_have_count(1)
    assert shifted(page) == 0
    answer = page.request.get(watched.site + (file.get_attribute("href") or ""))
    assert answer.body().startswith(b"%PDF-") and answer.headers["content-disposition"].startswith("inline")
    side.get_by_role("button", name="desvincular").click()
    page.get_by_role("dialog").get_by_role("button", name="desvincular").click()
    expect(side.get_by_text("Não identificado")).to_be_visible()
    assert is_marked(page)


def test_linked_by_cpf_and_what_is_wrong_said_in_place(
    app: Flask, window: OpenWindow, company: Company, talk: int
) -> None:
    page = window(company.operator).open(f"/conversas/{talk}")
    box = page.get_by_label("CPF ou CNPJ do devedor")
    box.fill("111.444")
    with page.expect_response(f"**/conversas/{talk}/devedor"):
        write(app, company, "Alô?")
    expect(page.locator("#thread")).to_contain_text("Alô?")
    expect(box).to_have_value("111.444")
    expect(box).to_be_focused()
    box.fill("111.444.777-00")
    page.keyboard.press("Enter")
    expect(page.locator("#side-problem")).to_be_focused()
    expect(box).to_have_value("111.444.777-00")
    box.fill("111.444.777-35")
    page.keyboard.press("Enter")
    expect(page.locator("#side").get_by_role("heading", name="Maria Souza")).to_be_visible()
    toast(page, "vinculada")
