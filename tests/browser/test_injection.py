"""What strangers write stays text, wherever it is shown. The windows' own watch sees dialogs and other hosts."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.extensions import db
from portal.menu.models import MenuOption
from tests.browser.conftest import OpenWindow
from tests.browser.steps import write
from tests.inbox.talk import MARIA
from tests.support.clockwork import settle
from tests.support.people import Company, set_available
from tests.support.portfolio import TAX_IDS, add_debtor

ATTACKS = (
    "<script>document.documentElement.dataset.owned = 1</script>",
    '<img src=x onerror="document.documentElement.dataset.owned = 1">',
    '"><svg onload=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "</textarea></li></ol></div><iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href='javascript:alert(1)'>clique</a> javascript:alert(1)",
    "<img src=http://outro.example/pixel.png><link rel=stylesheet href=//outro.example/a.css>",
    "{{ 7*7 }} ${7*7} #{7*7} {% raw %}",
    "<div hx-get='/conversas' hx-trigger='load' data-thread='1'>htmx</div>",
)

FOREIGN = """
() => [...document.querySelectorAll("*")].filter(element =>
  [...element.attributes].some(a => a.name.startsWith("on") || /^\\s*javascript:/i.test(a.value))
  || element.matches("iframe, svg[onload], img[src=x], main script:not([src^='/static/js/']), main link, [src*='outro.example']")
).map(element => element.outerHTML.slice(0, 120))
"""


def unharmed(page: Page) -> None:
    assert page.evaluate(FOREIGN) == []
    assert page.evaluate("document.documentElement.dataset.owned") is None


@pytest.fixture
def attacked(app: Flask, company: Company) -> None:
    """Each attack as a profile's name with a message, and the last person's whole conversation full of them."""
    set_available(app, company.operator)
    for number, attack in enumerate(ATTACKS):
        for text in (attack, "operador"):
            write(app, company, text, wa_id=f"55119876500{number:02d}", name=attack[:80])
    for text in ("operador", *ATTACKS):
        write(app, company, text)
    settle(app)


@pytest.mark.usefixtures("attacked")
def test_names_and_messages_stay_text(app: Flask, company: Company, window: OpenWindow) -> None:
    watched = window(company.operator)
    page = watched.open("/conversas")
    expect(page.locator("a.conv")).to_have_count(len(ATTACKS) + 1)
    unharmed(page)
    page.locator("a.conv").filter(has_text="Maria").click()
    for attack in ATTACKS:
        expect(page.locator(".bubble.in .bubble-text").get_by_text(attack, exact=True)).to_have_count(1)
    # The same by the live way: fetched, morphed in, and typed back.
    write(app, company, f"ao vivo {ATTACKS[1]}")
    expect(page.locator("#thread")).to_contain_text(f"ao vivo {ATTACKS[1]}")
    page.get_by_label("Mensagem para Maria").fill(ATTACKS[4])
    page.get_by_role("button", name="Enviar").click()
    expect(page.locator(".bubble.out").last).to_contain_text(ATTACKS[4])
    unharmed(page)
    for row in page.locator("a.conv").all()[:4]:
        name = row.locator(".conv-name").inner_text()
        row.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(name)
        unharmed(page)
    watched.check()
    search = watched.open(f"/conversas?busca={'%22%3E%3Csvg%20onload%3Dalert(1)%3E%3Cx'}")
    expect(search.get_by_text("Nada encontrado")).to_be_visible()
    unharmed(search)


@pytest.mark.usefixtures("attacked")
def test_the_phone_and_the_menu_stay_text(app: Flask, company: Company, window: OpenWindow) -> None:
    label = "<img src=x onerror=a()>"
    add_debtor(app, company, name=ATTACKS[1], phone="+5511987650050")
    with app.app_context():
        db.session.query(MenuOption).filter_by(position=1).update({"label": label})
        db.session.commit()
    for text in ("oi", TAX_IDS[0]):
        write(app, company, text, wa_id="5511987650050", name=ATTACKS[1][:80])
    watched = window(company.admin)
    page = watched.open("/simulador/5511987650050")
    expect(page.locator("form.choices").last.get_by_role("button").first).to_have_text(label)
    unharmed(page)
    for path in (f"/simulador/{MARIA}", "/simulador", "/whatsapp/menu", "/devedores", "/", "/conversas?aba=todas"):
        unharmed(watched.open(path))
