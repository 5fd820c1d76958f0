"""The sending agent watched from its page: preview, live progress, pause, resume, cancel."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from portal import jobs
from tests.browser.conftest import NARROW, OpenWindow
from tests.browser.steps import is_marked, mark, tab_to, toast
from tests.dispatch.people import debtors, limits, starter
from tests.support.people import Company

JOB = "send-batch"
PEOPLE = 7
BATCH = 3


@pytest.fixture
def portfolio(app: Flask, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven people, three at a time; batches come when a test wakes the job, not with the clock."""
    debtors(app, company, PEOPLE)
    starter(app, company)
    limits(app, company, daily_limit=100, batch_size=BATCH)
    monkeypatch.setitem(jobs.registry, JOB, replace(jobs.registry[JOB], every=3600))


def start(page: Page) -> None:
    page.get_by_role("link", name="Novo envio").first.click()
    page.get_by_label("Modelo").select_option(label="inicio_contato")
    page.get_by_role("button", name="Ver quem será alcançado").click()
    expect(page.get_by_role("heading", name=f"{PEOPLE} pessoas serão alcançadas")).to_be_visible()


def treated(page: Page, count: int) -> None:
    expect(page.get_by_text(f"{count} de {PEOPLE} pessoas tratadas")).to_be_visible()


def status(page: Page) -> Locator:
    return page.locator("#andamento .card-head .tag")


@pytest.mark.usefixtures("portfolio")
def test_from_the_preview_to_the_last_person(window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open("/envios")
    start(page)
    expect(page.get_by_text("Olá Devedor, aqui é da Escola Modelo. Podemos falar agora?").first).to_be_visible()
    watched.check_everywhere()
    page.get_by_role("button", name="Iniciar envio").click()
    expect(page.get_by_role("heading", name="Andamento")).to_be_visible()
    mark(page)
    treated(page, 3)
    expect(page.locator("#pessoas tbody tr").filter(has_text="Na fila")).to_have_count(PEOPLE - BATCH)
    watched.check_everywhere()
    jobs.wake(JOB)
    treated(page, 6)
    jobs.wake(JOB)
    treated(page, PEOPLE)
    expect(status(page)).to_have_text("Concluído")
    expect(page.locator("#andamento .stat").filter(has_text="Entregues")).to_contain_text(str(PEOPLE))
    expect(page.locator("#pessoas tbody tr").filter(has_text="Na fila")).to_have_count(0)
    assert is_marked(page)
    watched.check()


@pytest.mark.usefixtures("portfolio")
def test_pause_resume_and_cancel(window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open("/envios")
    start(page)
    page.get_by_role("button", name="Iniciar envio").click()
    expect(page.get_by_role("heading", name="Andamento")).to_be_visible()
    mark(page)
    treated(page, 3)
    page.get_by_role("button", name="Pausar").click()
    toast(page, "Envio pausado.")
    expect(status(page)).to_have_text("Pausado")
    expect(page.locator("#andamento")).to_contain_text("Por que está parado")
    watched.check()
    page.get_by_role("button", name="Retomar").click()
    expect(status(page)).to_have_text("Em andamento")
    treated(page, 6)

    cancel = page.locator("#andamento").get_by_role("button", name="Cancelar envio")
    dialog = page.get_by_role("dialog")
    tab_to(page, cancel)
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("isso não pode ser desfeito")
    expect(dialog.get_by_role("button", name="Voltar")).to_be_focused()
    watched.check_everywhere()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(cancel).to_be_focused()
    expect(status(page)).to_have_text("Em andamento")
    page.keyboard.press("Enter")
    tab_to(page, dialog.get_by_role("button", name="Cancelar envio"), key="Shift+Tab")
    page.keyboard.press("Enter")
    toast(page, "Envio cancelado.")
    expect(status(page)).to_have_text("Cancelado")
    expect(page.get_by_role("button", name="Retomar")).to_have_count(0)
    assert is_marked(page)


@pytest.mark.usefixtures("portfolio")
def test_on_a_narrow_screen_the_page_opens_at_its_top(window: OpenWindow, company: Company) -> None:
    page = window(company.admin, viewport=NARROW).open("/envios")
    start(page)
    page.get_by_role("button", name="Iniciar envio").click()
    expect(page.get_by_role("heading", name="Andamento")).to_be_visible()
    treated(page, 3)
    assert page.evaluate("scrollY") == 0
    expect(page.get_by_role("navigation", name="Principal").get_by_role("link", name="Envios")).to_be_in_viewport(
        ratio=1
    )


@pytest.mark.usefixtures("portfolio")
def test_the_same_without_javascript(window: OpenWindow, company: Company) -> None:
    page = window(company.admin, script=False).open("/envios")
    start(page)
    page.get_by_role("button", name="Iniciar envio").click()
    toast(page, "Envio iniciado.")
    page.get_by_role("button", name="Pausar").click()
    toast(page, "Envio pausado.")
    page.get_by_role("button", name="Cancelar envio").click()
    toast(page, "Envio cancelado.")
    expect(status(page)).to_have_text("Cancelado")
