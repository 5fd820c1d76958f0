"""`./dev pictures`: the README's pictures, taken from the running product with its demo company."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask_migrate import upgrade
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from portal import ROOT, create_app
from portal.demo import service as demo
from portal.demo.people import MARIA_TAX_ID
from portal.jobs.runner import Runner
from tests.browser.conftest import ARGUMENTS
from tests.support.portfolio import csv_file, row

FOLDER = ROOT / "docs" / "pictures"
PASSWORD = "somente para as imagens"
ADMIN, OPERATOR = (email for _, email, _ in demo.PEOPLE)
MARIA = "5511900000001"
VIEW = {"width": 1280, "height": 800}


@contextmanager
def product(folder: Path) -> Iterator[str]:
    """The portal with the demo company, serving and with its jobs running."""
    app = create_app({"PORTAL_INSTANCE": str(folder)})
    with app.app_context():
        upgrade()
        demo.set_up(PASSWORD)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    runner = Runner(app)
    jobs = runner.start_in_background()
    yield f"http://127.0.0.1:{server.server_port}"
    runner.stop()
    jobs.join(10)
    server.shutdown()


def log_in(page: Page, site: str, email: str) -> None:
    page.goto(f"{site}/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Senha").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_url(lambda url: "/login" not in url)


def save(page: Page, name: str) -> None:
    page.wait_for_timeout(700)
    page.screenshot(path=FOLDER / f"{name}.png")
    sys.stdout.write(f"docs/pictures/{name}.png\n")


def say(page: Page, text: str) -> None:
    """Write on the simulated phone and wait until the assistant has answered."""
    bubbles = page.locator(".phone .bubble")
    before = bubbles.count()
    page.locator(".phone textarea").fill(text)
    page.locator(".phone textarea").press("Enter")
    end = time.monotonic() + 15
    while bubbles.count() < before + 2 and time.monotonic() < end:
        page.wait_for_timeout(200)


def debtor_writes(phone: Page, site: str) -> None:
    log_in(phone, site, ADMIN)
    phone.goto(f"{site}/simulador/{MARIA}")
    for text in ("Oi, bom dia", MARIA_TAX_ID, "código de barras"):
        say(phone, text)
    phone.wait_for_timeout(1500)
    save(phone, "simulador")
    say(phone, "Quero falar com um operador")


def operator_answers(page: Page, site: str) -> None:
    log_in(page, site, OPERATOR)
    page.locator("a.conv").first.click()
    page.locator("#composer textarea").fill("Bom dia, Maria! Aqui é o Otávio. Como posso ajudar?")
    page.locator("#composer textarea").press("Enter")
    page.wait_for_timeout(3500)
    save(page, "conversas")


def admin_sends(page: Page, site: str) -> None:
    page.goto(f"{site}/envios/novo")
    page.locator("main select").first.select_option(index=1)
    page.get_by_role("button", name="Ver quem será alcançado").click()
    page.get_by_role("button", name="Iniciar envio").click()
    page.wait_for_timeout(4000)
    save(page, "envio")
    for path, name in (("/whatsapp/menu", "menu"), ("/", "inicio")):
        page.goto(site + path)
        save(page, name)


def admin_imports(page: Page, site: str) -> None:
    rows = [row(name="Pessoa Exemplo", due="10/10/2026"), row(tax_id="111.111.111-11"), row(amount="abc")]
    page.goto(f"{site}/devedores/importar")
    page.locator("input[type=file]").set_input_files(
        {"name": "carteira.csv", "mimeType": "text/csv", "buffer": csv_file(*rows)}
    )
    page.locator("main form button[type=submit]").click()
    save(page, "importacao")


def admin_writes(page: Page, site: str) -> None:
    """The editor of a document, and a starter with something to remark."""
    page.goto(f"{site}/documentos/demonstrativo-de-debito")
    page.get_by_role("link", name="Demonstrativo padrão").first.click()
    page.wait_for_timeout(2500)
    save(page, "documento")
    page.goto(f"{site}/whatsapp/modelos/novo")
    page.get_by_label("Nome do modelo").fill("Aviso de contato")
    page.get_by_label("Mensagem").fill("Olá {{1}}, aqui é da {{2}}. Sua dívida tem desconto. Podemos falar agora?")
    page.get_by_label("Mensagem").blur()
    page.wait_for_timeout(1500)
    save(page, "modelo")


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, product(Path(folder)) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=ARGUMENTS)
        admin, operator = (browser.new_page(viewport=VIEW, locale="pt-BR") for _ in range(2))
        debtor_writes(admin, site)
        operator_answers(operator, site)
        admin_sends(admin, site)
        admin_imports(admin, site)
        admin_writes(admin, site)
        browser.close()


if __name__ == "__main__":
    main()
