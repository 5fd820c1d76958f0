"""The phone in the browser: it plays a debtor through the same entrance as a real provider."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.accounts import queries as people
from portal.connection.models import ConnectionKind
from tests.inbox.talk import MARIA, ask_for_operator, say
from tests.support.browser import Browser
from tests.support.clockwork import settle
from tests.support.connections import use_only
from tests.support.people import Company, set_available
from tests.support.portfolio import TAX_IDS, add_debtor

PHONE = f"/simulador/{MARIA}"


def test_any_number_becomes_a_phone(admin: Browser) -> None:
    assert "Isto é uma simulação" in admin.get("/simulador").words
    opened = admin.post("/simulador", phone="(11) 98765-4321", name="Maria")
    assert opened.status == 303
    page = admin.get(opened.location)
    assert page.one("h1").get_text() == "Telefone de Maria"
    assert page.form_data(".composer")["name"] == "Maria"


@pytest.mark.parametrize("phone", ["", "12", "abc", "11 1111-1111", "9" * 40])
def test_what_is_no_phone_is_refused_at_its_place(admin: Browser, phone: str) -> None:
    page = admin.post("/simulador", phone=phone, name="Maria")
    assert page.status == 422
    assert page.one("#phone-error").get_text(strip=True)


def test_write_tap_and_read(app: Flask, company: Company, admin: Browser) -> None:
    set_available(app, company.operator)
    admin.get(PHONE)
    written = admin.post(f"{PHONE}/escrever", htmx=True, text="oi", name="Maria")
    assert written.status == 200
    settle(app)
    page = admin.get(PHONE)
    assert page.all(".bubble.out .ticks")[0]["title"] == "Entregue"
    assert "CPF ou CNPJ" in page.all(".bubble.in")[-1].get_text()
    mark = page.one("[hx-post$=lidas]")
    assert admin.post(str(mark["hx-post"]), htmx=True).status == 204
    settle(app)
    assert not admin.get(PHONE).all("[hx-post$=lidas]")
    states = [tick["title"] for tick in admin.get("/conversas/1").all(".bubble.out .ticks")]
    assert set(states) == {"Lida"}


def test_a_choice_of_the_menu_can_be_tapped(app: Flask, company: Company, admin: Browser) -> None:
    add_debtor(app, company)
    say(app, company, "oi", TAX_IDS[0])
    form = admin.get(PHONE).all("form.choices")[-1]
    button = next(b for b in form.select("button") if "operador" in b.get_text().lower())
    fields = {str(i["name"]): str(i["value"]) for i in form.select("input") if i["name"] != "csrf_token"}
    assert admin.post(str(form["action"]), htmx=True, escolha=button["value"], **fields).status == 200
    settle(app)
    assert "Falar com operador" in admin.get("/conversas/1").words
    assert admin.post(str(form["action"]), escolha="inventada", **fields).status == 404
    assert admin.post(str(form["action"]), escolha=button["value"], mensagem="999").status == 404


def test_the_phone_shows_only_what_reached_it(app: Flask, company: Company, admin: Browser, operator: Browser) -> None:
    set_available(app, company.operator)
    found = ask_for_operator(app, company)
    operator.get(f"/conversas/{found}")
    operator.post(f"/conversas/{found}/responder", text="Ainda na fila", client_token="t")
    assert "Ainda na fila" not in admin.get(PHONE).words
    settle(app)
    assert "Ainda na fila" in admin.get(f"{PHONE}/mensagens", htmx=True).words
    assert "Maria" in admin.get("/simulador").words


@pytest.mark.parametrize("text", ["", "   ", "a" * 4097])
def test_nothing_and_too_much_are_refused(admin: Browser, text: str) -> None:
    admin.get(PHONE)
    refused = admin.post(f"{PHONE}/escrever", htmx=True, text=text)
    assert refused.status == 422 and refused.one("#refusal").get_text(strip=True)
    assert admin.post(f"{PHONE}/escrever", text=text).status == 422


@pytest.mark.parametrize("number", ["abc", "1", "5511987654321000000", "+5511987654321"])
def test_an_address_without_a_number_is_not_found(admin: Browser, number: str) -> None:
    assert admin.get(f"/simulador/{number}").status == 404


def test_only_admins_and_only_their_own_company(
    app: Flask, company: Company, operator: Browser, stranger: Browser
) -> None:
    ask_for_operator(app, company)
    for path in ("/simulador", PHONE, f"{PHONE}/mensagens"):
        assert operator.get(path).status == 404
    for action in ("escrever", "tocar", "lidas"):
        assert operator.post(f"{PHONE}/{action}", text="oi").status == 404
    assert "Maria" not in stranger.get("/simulador").words
    assert not stranger.get(PHONE).all(".bubble")
    assert stranger.post(f"{PHONE}/tocar", mensagem="2", escolha="x").status == 404


def test_with_the_official_api_the_simulator_says_that_it_is_off(app: Flask, company: Company, admin: Browser) -> None:
    with app.app_context():
        ana = people.user_in(company.id, company.admin.id)
        assert ana is not None
        use_only(ana, ConnectionKind.CLOUD_API)
    for path in ("/simulador", PHONE):
        assert "O simulador está desligado" in admin.get(path).words
    assert admin.post(f"{PHONE}/escrever", text="oi").status == 404
