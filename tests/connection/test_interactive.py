"""Buttons and lists on the unofficial API: off by default, a company's own choice for each number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from portal import clock
from tests.connection.official import PAGE
from tests.fakes.plug_api import PlugApi
from tests.support import plug as support
from tests.support.browser import Browser
from tests.support.clockwork import settle
from tests.support.people import Company
from tests.support.plug import Plug
from tests.support.portfolio import add_debtor, cpf

MARIA = "5511987654321"
REASON = "não está habilitado para a API não oficial"


@pytest.fixture
def plug(app: Flask, company: Company) -> Iterator[Plug]:
    with PlugApi(now=clock.now) as fake:
        made = support.connect(app, company, fake)
        fake.instances[support.INSTANCE_ID].switches.button_terms = True
        yield made


def actions(plug: Plug) -> list[str]:
    return [each.action for each in plug.fake.ledger]


def test_off_by_default_and_on_when_chosen(app: Flask, company: Company, admin: Browser, plug: Plug) -> None:
    url = f"{PAGE}/{plug.connection_id}"
    page = admin.get(url)
    assert "podem parar de funcionar a qualquer momento" in page.one("#botoes").get_text()
    assert not page.one("#botoes input[role=switch]").has_attr("checked")
    menu = admin.get("/whatsapp/menu")
    assert REASON in menu.words and menu.one("input[name=interactive_menu]").has_attr("disabled")
    plug.says(MARIA, "oi")
    settle(app)
    assert set(actions(plug)) == {"send-text"}
    page = admin.post(f"{url}/botoes", seen_interactive="0", interactive="y", follow=True)
    assert "alteração salva" in page.words and page.one("#botoes input[role=switch]").has_attr("checked")
    menu = admin.get("/whatsapp/menu")
    assert REASON not in menu.words and not menu.one("input[name=interactive_menu]").has_attr("disabled")
    assert "ligou ou desligou botões e listas" in admin.get("/historico").words
    add_debtor(app, company, "João da Silva", tax_id=cpf(1), phone="+5511976543210")
    for text in ("oi", cpf(1)):
        plug.says("5511976543210", text)
        settle(app)
    assert {"send-option-list", "send-button-list"} & set(actions(plug)), "the menu of the assistant"
    late = admin.post(f"{url}/botoes", seen_interactive="0", interactive="y")
    assert late.status == 422 and "Outra pessoa mudou esta opção antes" in late.words


def test_the_menu_goes_out_as_a_list_by_the_number_that_may(app: Flask, plug: Plug) -> None:
    from portal import gateways
    from portal.connection.models import Connection
    from portal.extensions import db
    from portal.gateways.base import Recipient
    from portal.gateways.messages import Buttons, Choice

    content = Buttons("Escolha", (Choice("1", "Boleto"), Choice("2", "Acordo")))
    for number, wanted in enumerate((False, True)):
        with app.app_context():
            row = db.session.get_one(Connection, plug.connection_id)
            row.interactive_enabled = wanted
            db.session.commit()
            line = row.line
        gateways.get("plugmessage").send(line, Recipient(e164=f"+{MARIA}"), content, f"a{number}")
    assert actions(plug) == ["send-text", "send-button-list"]


def test_other_kinds_have_no_such_choice(admin: Browser, page_url: str) -> None:
    assert not admin.get(page_url).all("#botoes")
