"""The editor of a document beside the page that it becomes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from flask import Flask
from playwright.sync_api import Error, Locator, Page, Route, expect

from portal.documents.models import DocumentKind
from tests.browser.conftest import OpenWindow
from tests.browser.steps import is_marked, mark, shifted, toast, watch_shifts
from tests.documents.world import add_debt, add_document, issue_one
from tests.support.people import Company


@pytest.fixture
def document(app: Flask, company: Company) -> int:
    """A statement, and Maria whom it can be shown with."""
    add_debt(app, company)
    return add_document(app, company)


def text(page: Page) -> Locator:
    return page.get_by_label("Texto", exact=True)


def picture(page: Page) -> Locator:
    return page.locator("#document-page-1")


def source(page: Page) -> str:
    return picture(page).get_attribute("src") or ""


def test_the_preview_follows_what_is_typed(window: OpenWindow, company: Company, document: int) -> None:
    """The answer to an older text comes late: it must not replace the newer one."""
    watched = window(company.admin)
    watched.allowed.append("htmx:")  # a request that is given up
    page = watched.open(f"/documentos/{document}")
    mark(page)
    expect(page.get_by_text("A prévia é com Maria Souza")).to_be_visible()
    held: list[Route] = []
    page.route("**/documentos/previa", lambda route: route.continue_() if held else held.append(route))
    first = source(page)
    text(page).focus()
    page.keyboard.press("Control+End")
    watch_shifts(page)
    with page.expect_request("**/documentos/previa"):
        page.keyboard.type(" Primeira")
    page.keyboard.type(" e segunda")
    expect(picture(page)).not_to_have_attribute("src", first)
    newer = source(page)
    with suppress(Error):  # the browser may have given it up already, which is as good
        held[0].continue_()
    page.wait_for_timeout(400)
    assert source(page) == newer and shifted(page) == 0
    expect(text(page)).to_be_focused()
    page.keyboard.type(".")
    assert text(page).input_value().endswith(" Primeira e segunda.")
    page.get_by_label("Nome do documento").fill("Demonstrativo novo")
    page.get_by_role("button", name="Salvar").click()
    toast(page, "Documento salvo.")


def test_the_toolbar_writes_what_could_be_typed(window: OpenWindow, company: Company, document: int) -> None:
    page = window(company.admin).open(f"/documentos/{document}")
    area = text(page)
    area.fill("Prezado senhor\nTotal")
    area.evaluate("area => area.setSelectionRange(8, 14)")
    page.get_by_role("button", name="Negrito").click()
    expect(area).to_have_value("Prezado *senhor*\nTotal")
    page.get_by_role("button", name="Título", exact=True).click()
    expect(area).to_have_value("# Prezado *senhor*\nTotal")
    page.get_by_role("button", name="Subtítulo").click()
    expect(area).to_have_value("## Prezado *senhor*\nTotal")
    page.keyboard.press("Control+z")
    expect(area).to_have_value("# Prezado *senhor*\nTotal")
    page.keyboard.press("Control+End")
    page.get_by_label("Inserir coringa").select_option("#TOTAL#")
    expect(area).to_have_value("# Prezado *senhor*\nTotal#TOTAL#")
    page.get_by_label("Inserir coringa").select_option("#TABELA_TITULOS#")
    expect(area).to_have_value("# Prezado *senhor*\nTotal#TOTAL#\n\n#TABELA_TITULOS#\n")
    expect(area).to_be_focused()


def test_an_unknown_wildcard_is_refused_with_a_suggestion(window: OpenWindow, company: Company, document: int) -> None:
    watched = window(company.admin)
    page = watched.open(f"/documentos/{document}")
    text(page).fill("Para #NOME_DEVEDOOR#\n\n#TABELA_TITULOS#")
    page.get_by_role("button", name="Salvar").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Você quis dizer #NOME_DEVEDOR#?")
    summary.get_by_role("link").first.click()
    expect(text(page)).to_be_focused()
    expect(text(page)).to_have_value("Para #NOME_DEVEDOOR#\n\n#TABELA_TITULOS#")
    watched.check_everywhere()


def test_the_pdf_opens_in_the_browser(window: OpenWindow, company: Company, document: int) -> None:
    page = window(company.admin).open(f"/documentos/{document}")
    mark(page)
    answers = []
    page.context.on("response", lambda answer: answers.append(answer) if answer.url.endswith("/previa/pdf") else None)
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Ver PDF").click()
    opened.value.wait_for_load_state()
    assert answers[0].headers["content-type"] == "application/pdf"
    assert answers[0].headers["content-disposition"].startswith("inline")
    assert is_marked(page)


def test_the_pages_of_documents_are_accessible(app: Flask, window: OpenWindow, company: Company, document: int) -> None:
    issued = issue_one(app, company, document, 1)
    add_document(app, company, "Termo padrão", DocumentKind.AGREEMENT_TERM)
    watched = window(company.admin)
    new = "/documentos/demonstrativo-de-debito/novo"
    for path in ("/documentos", new, f"/documentos/{document}/desativar", f"/documentos/emitidos/{issued}"):
        watched.open(path)
        watched.check_everywhere()
