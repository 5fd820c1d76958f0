"""An agreement from the debtor's page to its last payment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import expect

from portal import clock
from tests.browser.conftest import OpenWindow
from tests.browser.steps import toast
from tests.portfolio.agreement_steps import NOON, owing
from tests.support.people import Company


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    clock.use(lambda: NOON)
    yield
    clock.use(None)


def test_calculated_saved_accepted_and_paid(app: Flask, window: OpenWindow, company: Company) -> None:
    maria = owing(app, company)
    watched = window(company.admin)
    page = watched.open(f"/devedores/{maria.debtor_id}")
    page.get_by_role("link", name="Novo acordo").click()
    page.get_by_label("Número de parcelas").fill("0")
    page.get_by_role("button", name="Calcular").click()
    expect(page.locator(".error-summary")).to_be_focused()
    watched.check()
    page.get_by_label("Número de parcelas").fill("1")
    page.get_by_role("button", name="Calcular").click()
    expect(page.locator("#calculo .summary").get_by_text("R$ 1.612,62").last).to_be_in_viewport()
    watched.check_everywhere()
    page.get_by_role("button", name="Salvar acordo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Acordo nº 1")
    page.get_by_role("button", name="Registrar aceite").click()
    page.get_by_role("dialog").get_by_role("button", name="Registrar aceite").click()
    expect(page.get_by_text("Em dia")).to_be_visible()
    watched.check_everywhere()
    page.get_by_role("button", name="Registrar pagamento").click()
    toast(page, "agamento")
    expect(page.get_by_text("Cumprido")).to_be_visible()
    page.get_by_role("button", name="Desfazer").click()
    page.get_by_role("dialog").get_by_role("button", name="Desfazer").click()
    expect(page.get_by_text("Em dia")).to_be_visible()


def test_the_pages_of_the_portfolio_are_accessible(app: Flask, window: OpenWindow, company: Company) -> None:
    maria = owing(app, company)
    watched = window(company.admin)
    for path in (f"/devedores/{maria.debtor_id}", f"/devedores/{maria.debtor_id}/titulos/novo", "/credores/1/editar"):
        watched.open(path)
        watched.check_everywhere()
