"""A portfolio file from the chooser to the result, which comes by itself."""

from __future__ import annotations

from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.steps import toast
from tests.support.people import Company
from tests.support.portfolio import cpf, csv_file, row

ROWS = 600


def portfolio() -> bytes:
    good = [row(code=str(n), name=f"Devedor {n}", tax_id=cpf(n), phones_=(f"1198{n:07d}",)) for n in range(1, ROWS)]
    return csv_file(*good, row(code="9999", name="Sem CPF", tax_id="123"))


def choose(page: Page, content: bytes, name: str = "carteira.csv") -> None:
    file: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Ler arquivo").click()


def test_from_the_file_to_the_result(window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open("/devedores/importar")
    choose(page, portfolio())
    expect(page.get_by_role("heading", name="Conferir importação")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="CNPJ_CPF")).to_contain_text("601")
    watched.check_everywhere()
    page.get_by_role("button", name=f"Importar {ROWS - 1} linhas").click()
    result = page.locator("#import-progress")
    expect(result).to_contain_text("Importação concluída", timeout=30_000)
    expect(result).to_contain_text(f"{ROWS - 1} devedores novos")
    watched.check()
    result.get_by_role("link", name="Ver devedores").click()
    expect(page.get_by_role("link", name="Devedor 1", exact=True)).to_be_visible()


def test_what_is_no_portfolio_is_refused_in_place(window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open("/devedores/importar")
    page.get_by_role("button", name="Ler arquivo").click()
    expect(page.locator(".error-summary")).to_be_focused()
    choose(page, b"\x89PNG\r\n\x1a\n" + bytes(200), "foto.png")
    expect(page.locator(".error-summary")).to_be_focused()
    watched.check_everywhere()


def test_throwing_a_file_away_asks_first(window: OpenWindow, company: Company) -> None:
    page = window(company.admin).open("/devedores/importar")
    choose(page, csv_file(row()))
    discard = page.get_by_role("button", name="Descartar")
    discard.click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Conferir importação")).to_be_visible()
    discard.click()
    page.get_by_role("dialog").get_by_role("button", name="Descartar").click()
    toast(page, "descartado")
