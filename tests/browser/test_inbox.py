"""The inbox and the phone at once: what one side does, the other sees without reloading."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from portal import clock
from portal.extensions import db
from portal.inbox.models import Conversation
from tests.browser.conftest import NARROW, OpenWindow
from tests.browser.steps import is_marked, mark, toast, write
from tests.inbox.talk import MARIA, ask_for_operator
from tests.support.people import Company, add_operator, set_available
from tests.support.portfolio import add_debtor

PHONE = f"/simulador/{MARIA}?nome=Maria"


@pytest.fixture
def queued(app: Flask, company: Company) -> int:
    """A conversation that waits for an operator."""
    return ask_for_operator(app, company)


@pytest.fixture
def mine(app: Flask, company: Company) -> int:
    """A conversation that was given to the operator."""
    set_available(app, company.operator)
    return ask_for_operator(app, company)


def reply_box(page: Page) -> Locator:
    return page.get_by_label("Mensagem para Maria")


def caret(page: Page) -> int:
    return int(page.evaluate("document.activeElement.selectionStart"))


def test_from_the_phone_to_the_operator_and_back(window: OpenWindow, company: Company) -> None:
    desk, phone = window(company.operator), window(company.admin, viewport=NARROW)
    inbox = desk.open("/conversas?aba=fila")
    expect(inbox.get_by_text("A fila está vazia")).to_be_visible()
    mark(inbox)

    mobile = phone.open(PHONE)
    mark(mobile)
    box = mobile.get_by_label("Mensagem de Maria")
    box.fill("oi")
    box.press("Enter")
    expect(mobile.locator(".bubble.in").last).to_contain_text("CPF ou CNPJ")
    expect(box).to_have_value("")
    box.fill("quero falar com operador")
    box.press("Enter")
    expect(mobile.locator(".bubble.in").last).to_contain_text("transferida")

    waiting = inbox.locator("a.conv").filter(has_text="Maria")
    expect(waiting).to_contain_text("Sua conversa será transferida")
    expect(waiting.locator(".unread")).to_contain_text("2 não lidas")
    assert is_marked(inbox)
    waiting.click()
    inbox.get_by_role("button", name="Assumir").click()
    toast(inbox, "Conversa assumida.")
    mark(inbox)
    reply_box(inbox).fill("Bom dia, Maria. Como posso ajudar?")
    reply_box(inbox).press("Enter")
    expect(reply_box(inbox)).to_have_value("")
    expect(mobile.locator(".bubble.in").last).to_contain_text("Como posso ajudar?")
    answer = inbox.locator(".bubble.out").filter(has_text="Como posso ajudar?")
    expect(answer.locator(".ticks")).to_have_attribute("title", "Lida")
    assert is_marked(inbox) and is_marked(mobile)


def test_ticks_wait_for_the_phone_to_be_looked_at(window: OpenWindow, company: Company, mine: int) -> None:
    page = window(company.operator).open(f"/conversas/{mine}")
    mark(page)
    reply_box(page).fill("A senhora recebeu?")
    page.get_by_role("button", name="Enviar").click()
    ticks = page.locator(".bubble.out").filter(has_text="A senhora recebeu?").locator(".ticks")
    expect(ticks).to_have_attribute("title", "Entregue")
    window(company.admin).open(PHONE)
    expect(ticks).to_have_attribute("title", "Lida")
    assert is_marked(page)


def test_what_is_being_typed_survives_incoming_messages(
    app: Flask, company: Company, mine: int, window: OpenWindow
) -> None:
    page = window(company.operator).open(f"/conversas/{mine}")
    box = reply_box(page)
    box.fill("Rascunho em andamento")
    box.evaluate("area => area.setSelectionRange(8, 8)")
    for text in ("Alô?", "Tem alguém aí?"):
        write(app, company, text)
        expect(page.locator("#thread")).to_contain_text(text)
    expect(box).to_be_focused()
    assert caret(page) == 8
    page.keyboard.type(" longo")
    expect(box).to_have_value("Rascunho longo em andamento")


def test_enter_sends_once_and_never_an_empty_message(window: OpenWindow, company: Company, mine: int) -> None:
    page = window(company.operator).open(f"/conversas/{mine}")
    reply_box(page).fill("Primeira linha")
    reply_box(page).press("Shift+Enter")
    page.keyboard.type("segunda linha")
    expect(reply_box(page)).to_have_value("Primeira linha\nsegunda linha")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.out").filter(has_text="segunda linha")).to_have_count(1)
    reply_box(page).fill("   ")
    page.get_by_role("button", name="Enviar").click()
    expect(page.locator("#refusal")).to_contain_text("Informe a mensagem")
    expect(page.locator(".bubble.out").filter(has_text="segunda linha")).to_have_count(1)


def test_the_second_who_takes_is_told_who_was_first(
    app: Flask, company: Company, queued: int, window: OpenWindow
) -> None:
    paula = add_operator(app, company, "Paula Operadora", available=False)
    first, second = window(company.operator), window(paula)
    second.allowed.append("Error Code 404")  # what was taken is no longer hers to refresh
    pages = [each.open(f"/conversas/{queued}") for each in (first, second)]
    for page in pages:
        expect(page.get_by_role("button", name="Assumir")).to_be_visible()
    pages[0].get_by_role("button", name="Assumir").click()
    toast(pages[0], "Conversa assumida.")
    pages[1].get_by_role("button", name="Assumir").click()
    expect(pages[1].get_by_text("Otávio Operador já assumiu esta conversa.")).to_be_visible()
    second.check()


def test_a_conversation_that_was_taken_away_says_so_and_keeps_the_draft(
    window: OpenWindow, company: Company, mine: int
) -> None:
    watched = window(company.operator)
    page = watched.open(f"/conversas/{mine}")
    mark(page)
    reply_box(page).fill("Bom dia, Maria! O seu")
    admin = window(company.admin).open(f"/conversas/{mine}")
    admin.get_by_role("button", name="Assumir").click()
    admin.locator("#confirm").get_by_role("button", name="Assumir").click()
    expect(page.locator("#composer")).to_contain_text("Esta conversa não está mais com você.")
    expect(page.get_by_label("O que você tinha escrito")).to_have_value("Bom dia, Maria! O seu")
    expect(page.get_by_role("button", name="Enviar")).to_have_count(0)
    assert is_marked(page)
    watched.check_everywhere()


def test_the_composer_closes_with_the_window_and_keeps_the_draft(
    app: Flask, company: Company, mine: int, window: OpenWindow
) -> None:
    now = datetime.now(UTC)
    _wrote_last(app, mine, now - timedelta(hours=23, minutes=30))
    watched = window(company.operator)
    page = watched.page
    page.clock.install()
    watched.open(f"/conversas/{mine}")
    mark(page)
    expect(page.locator("#window")).to_contain_text(re.compile("fecha em 2[0-9] min"))
    reply_box(page).fill("Ainda não mandei")
    clock.use(lambda: datetime.now(UTC) + timedelta(minutes=40))
    page.clock.fast_forward("01:10")

    expect(page.locator("#window")).to_contain_text("A janela de 24 h está fechada.")
    expect(page.get_by_role("button", name="Enviar")).to_be_disabled()
    expect(reply_box(page)).to_have_value("Ainda não mandei")
    assert is_marked(page)
    watched.check_everywhere()


def test_the_server_refuses_what_a_stale_page_sends(
    app: Flask, company: Company, mine: int, window: OpenWindow
) -> None:
    page = window(company.operator).open(f"/conversas/{mine}")
    reply_box(page).fill("Tarde demais")
    _wrote_last(app, mine, datetime.now(UTC) - timedelta(hours=30))
    reply_box(page).press("Enter")
    expect(page.locator("#refusal")).to_contain_text("A janela de 24 h fechou")
    expect(page.get_by_role("button", name="Enviar")).to_be_disabled()
    expect(reply_box(page)).to_have_value("Tarde demais")


def _wrote_last(app: Flask, conversation_id: int, moment: datetime) -> None:
    with app.app_context():
        db.session.get_one(Conversation, conversation_id).last_inbound_at = moment
        db.session.commit()


def test_without_javascript_a_conversation_is_taken_answered_and_closed(
    window: OpenWindow, company: Company, queued: int
) -> None:
    page = window(company.operator, script=False).open("/conversas?aba=fila")
    page.locator("a.conv").filter(has_text="Maria").click()
    page.get_by_role("button", name="Assumir").click()
    toast(page, "Conversa assumida.")
    reply_box(page).fill("Bom dia")
    page.get_by_role("button", name="Enviar").click()
    expect(page.locator(".bubble.out").last).to_contain_text("Bom dia")
    page.get_by_role("button", name="Encerrar").click()
    toast(page, "Conversa encerrada.")


def test_the_three_panes_are_accessible_and_fit(app: Flask, company: Company, window: OpenWindow) -> None:
    add_debtor(app, company, amounts=("350.75", "120.00"))
    ask_for_operator(app, company)
    watched = window(company.admin)
    watched.open("/conversas/1")
    watched.check_everywhere()
    page = watched.page
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.get_by_role("link", name="Devedor", exact=True).click()
    expect(page.get_by_text("Este número na carteira")).to_be_visible()
    watched.check()
    page.get_by_role("link", name="Conversa", exact=True).click()
    page.get_by_role("link", name="Voltar à lista de conversas").click()
    expect(page.get_by_role("heading", name="Conversas")).to_be_visible()
    watched.check()
