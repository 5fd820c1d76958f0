"""The list of numbers with whom no chat is started, and the same decision beside a conversation."""

from __future__ import annotations

from flask import Flask
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.steps import toast
from tests.inbox.talk import ask_for_operator
from tests.support.people import Company


def test_a_number_is_added_found_and_released(window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open("/nao-contatar")
    page.get_by_text("Incluir um número").click()
    page.get_by_label("Telefone").fill("123")
    page.get_by_role("button", name="Incluir").click()
    expect(page.locator(".error-summary")).to_be_focused()
    watched.check_everywhere()
    page.get_by_label("Telefone").fill("(11) 91234-5678")
    page.get_by_role("button", name="Incluir").click()
    expect(page.get_by_role("row")).to_have_count(2)
    watched.check_everywhere()
    page.get_by_role("button", name="Liberar").click()
    page.locator("#confirm").get_by_role("button", name="Liberar").click()
    expect(page.get_by_text("Nenhum número aqui")).to_be_visible()


def test_decided_beside_the_conversation(app: Flask, window: OpenWindow, company: Company) -> None:
    talk = ask_for_operator(app, company)
    watched = window(company.admin)
    page = watched.open(f"/conversas/{talk}")
    page.get_by_text("Não iniciar mais conversas").click()
    watched.check_everywhere()
    page.get_by_role("button", name="A pessoa pediu para não receber").click()
    toast(page, "Nenhuma conversa será iniciada com este número.")
    expect(page.locator("#side")).to_contain_text("Pediu para não receber mensagens")
