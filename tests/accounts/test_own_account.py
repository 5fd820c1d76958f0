from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from flask import Flask

from portal import clock
from portal.accounts.models import User
from portal.accounts.rules import device
from portal.extensions import db
from tests.support.browser import Browser
from tests.support.people import PASSWORD, Company

NEW = "outra frase bem comprida"


def test_a_new_password_works_and_ends_the_other_sessions(app: Flask, operator: Browser, company: Company) -> None:
    elsewhere = Browser(app).log_in(company.operator)
    operator.get("/minha-conta")
    page = operator.post("/minha-conta/senha", current=PASSWORD, new=NEW, again=NEW, follow=True)
    assert "Senha trocada." in page.words
    assert operator.get("/minha-conta").status == 200
    assert elsewhere.get("/minha-conta").location.startswith("/login")
    elsewhere.get("/login")
    assert elsewhere.post("/login", email=company.operator.email, password=PASSWORD).status == 422
    assert elsewhere.post("/login", email=company.operator.email, password=NEW).status == 303


@pytest.mark.parametrize(
    ("current", "new", "again", "error"),
    [
        ("errada", NEW, NEW, "A senha atual não confere. Digite a senha com que você entrou."),
        ("", NEW, NEW, "Informe a sua senha atual."),
        (PASSWORD, "curta", "curta", "Use pelo menos 12 caracteres."),
        (PASSWORD, "x" * 129, "x" * 129, "Use no máximo 128 caracteres."),
        (PASSWORD, "aaaaaaaaaaaa", "aaaaaaaaaaaa", "Use uma senha menos repetitiva."),
        (PASSWORD, "operador1234", "operador1234", "Não use seu nome ou e-mail na senha."),
        (PASSWORD, NEW, NEW + "!", "As duas senhas são diferentes. Digite a nova senha outra vez."),
        (PASSWORD, "", "", "Informe a nova senha."),
    ],
)
def test_a_refused_password_says_why_and_is_never_repeated(
    app: Flask, operator: Browser, company: Company, current: str, new: str, again: str, error: str
) -> None:
    operator.get("/minha-conta")
    page = operator.post("/minha-conta/senha", current=current, new=new, again=again)
    assert page.status == 422 and error in page.errors
    assert all(not field.get("value") for field in page.all("input[type=password]"))
    Browser(app).log_in(company.operator, PASSWORD)


def test_another_person_s_password_is_out_of_reach(app: Flask, operator: Browser, company: Company) -> None:
    operator.get("/minha-conta")
    operator.post(
        "/minha-conta/senha", current=PASSWORD, new=NEW, again=NEW, user_id=str(company.admin.id), role="admin"
    )
    Browser(app).log_in(company.admin, PASSWORD)
    assert operator.get("/usuarios").status == 404


def test_open_sessions_are_listed_and_one_can_be_ended(app: Flask, operator: Browser, company: Company) -> None:
    phone = Browser(app)
    phone.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari/537.36"
    phone.log_in(company.operator)
    page = operator.get("/minha-conta")
    rows = [row.get_text(" ", strip=True) for row in page.all("main .list > li")]
    assert len(rows) == 2 and "Este acesso" in rows[0] and "Chrome no Android" in rows[1] and "127.0.0.1" in rows[1]
    assert "token" not in page.one("main .list").get_text()
    url = str(page.one("main .list form")["action"])
    assert "Acesso encerrado." in operator.post(url, follow=True).words
    assert phone.get("/minha-conta").location.startswith("/login")
    assert operator.post(url).status == 404, "it has ended already"


def test_sessions_that_ran_out_are_not_listed(app: Flask, operator: Browser, company: Company) -> None:
    with clock.at(clock.now() + timedelta(hours=9)):
        later = Browser(app).log_in(company.operator)
        assert len(later.get("/minha-conta").all("main .list > li")) == 1


def test_all_others_can_be_ended_at_once(app: Flask, operator: Browser, company: Company) -> None:
    others = [Browser(app).log_in(company.operator) for _ in range(2)]
    operator.get("/minha-conta")
    page = operator.post("/minha-conta/acessos/encerrar-outros", follow=True)
    assert len(page.all("main .list > li")) == 1
    assert all(other.get("/minha-conta").location.startswith("/login") for other in others)


def test_nobody_ends_the_session_of_another(operator: Browser, admin: Browser, stranger: Browser) -> None:
    operator.get("/minha-conta")
    with operator.client.session_transaction() as cookie:
        token = cookie["token"]
    url = f"/minha-conta/acessos/{hashlib.sha256(token.encode()).hexdigest()[:16]}/encerrar"
    for person in (admin, stranger):
        person.get("/minha-conta")
        assert person.post(url).status == 404
    assert operator.get("/minha-conta").status == 200


def test_the_company_menu_leads_here(admin: Browser, operator: Browser) -> None:
    for person in (admin, operator):
        page = person.get("/minha-conta")
        assert "/minha-conta" in [link["href"] for link in page.all(".company-menu a")]
        assert not page.all(".main-nav [aria-current]")


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/131 Safari/537.36 Edg/131", "Edge no Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/17 Safari/605", "Safari no Mac"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) CriOS/120 Safari/604", "Chrome no iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko Firefox/128.0", "Firefox no Linux"),
        ("curl/8", "Navegador desconhecido"),
        ("", "Navegador desconhecido"),
    ],
)
def test_a_browser_is_named_by_what_it_says_of_itself(user_agent: str, words: str) -> None:
    assert device(user_agent) == words


def available(app: Flask, company: Company) -> bool:
    with app.app_context():
        return db.session.get_one(User, company.operator.id).available


def test_an_operator_becomes_available_without_javascript(app: Flask, operator: Browser, company: Company) -> None:
    page = operator.get("/minha-conta")
    assert "Operador Disponível Desligado" in " ".join(page.one("#availability").get_text(" ").split())
    page = operator.post("/disponibilidade", available="sim")
    assert page.status == 303
    page = operator.get("/minha-conta")
    assert "Você está disponível: novas conversas chegam para você." in page.words
    assert "Ligado" in page.one("#availability").get_text() and page.one("#available").has_attr("checked")
    assert available(app, company)
    operator.post("/disponibilidade")
    assert not available(app, company)


def test_an_operator_becomes_available_by_htmx(app: Flask, operator: Browser, admin: Browser, company: Company) -> None:
    operator.get("/minha-conta")
    page = operator.post("/disponibilidade", htmx=True, available="sim")
    assert page.status == 200 and [str(tag.name) for tag in page.all("body > *")] == ["form"]
    assert "Ligado" in page.one("#availability").get_text()
    row = next(r.get_text(" ", strip=True) for r in admin.get("/usuarios").all("tbody tr") if "Otávio" in r.get_text())
    assert "Ligado" in row
    page = operator.post("/disponibilidade", htmx=True)
    assert "Desligado" in page.one("#availability").get_text() and not available(app, company)


def test_the_switch_leads_back_to_where_it_was_used(operator: Browser) -> None:
    operator.get("/minha-conta")
    for referrer, location in (
        ("http://localhost/conversas?aba=fila", "/conversas?aba=fila"),
        ("http://evil.example/conversas", "/"),
        ("http://localhost//evil.example", "/"),
        ("", "/"),
    ):
        operator.client.environ_base["HTTP_REFERER"] = referrer
        assert operator.post("/disponibilidade", available="sim").location == location


def test_nothing_else_travels_with_the_switch(app: Flask, operator: Browser, company: Company, other: Company) -> None:
    operator.get("/minha-conta")
    operator.post(
        "/disponibilidade",
        available="sim",
        role="admin",
        active="",
        account_id=str(other.id),
        user_id=str(company.admin.id),
        name="Chefe",
    )
    with app.app_context():
        user = db.session.get_one(User, company.operator.id)
        assert (user.role.value, user.active, user.account_id, user.name) == (
            "operator",
            True,
            company.id,
            "Otávio Operador",
        )
        assert user.available and not db.session.get_one(User, company.admin.id).available


def test_admins_have_no_such_switch(admin: Browser) -> None:
    assert not admin.get("/minha-conta").all("#availability")
    assert admin.post("/disponibilidade", available="sim").status == 404


@pytest.mark.parametrize(
    "url",
    (
        "/minha-conta/senha",
        "/minha-conta/acessos/encerrar-outros",
        "/minha-conta/acessos/x/encerrar",
        "/disponibilidade",
    ),
)
def test_without_a_login_nothing_happens(app: Flask, company: Company, url: str) -> None:
    browser = Browser(app)
    browser.get("/login")
    assert browser.post(url, available="sim").location.startswith("/login")
    assert browser.get("/minha-conta").location.startswith("/login")
