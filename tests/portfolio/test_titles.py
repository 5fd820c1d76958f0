"""Titles by hand, over HTTP, and what the debtor's page makes of them."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.audit.history import NotRestorable, trail_of
from portal.audit.models import AuditEntry
from portal.extensions import db
from portal.portfolio.models import Creditor, Title, TitleStatus
from portal.portfolio.service.apply import apply_next
from tests.support.browser import Browser, Page
from tests.support.people import Company
from tests.support.portfolio import TAX_IDS, add_debtor, csv_file, row

LINE = "00190.00009 01234.567004 00123.456170 6 16560000035075"
"""R$ 350,75 due 2026-12-10."""
NEW = {
    "creditor": "Escola Azul Ltda",
    "number": "MENS-01",
    "due_date": "10/10/2026",
    "amount": "1.350,75",
    "status": "aberto",
    "boleto_line": "",
}


@pytest.fixture
def debtor(app: Flask, company: Company) -> int:
    return add_debtor(app, company, amounts=())


def create(browser: Browser, debtor_id: int, **changed: str) -> Page:
    url = f"/devedores/{debtor_id}/titulos/novo"
    browser.get(url)
    return browser.post(url, **{**NEW, **changed})


def only(app: Flask) -> Title:
    with app.app_context():
        title = db.session.query(Title).one()
        assert title.creditor
        return title


def edit_url(app: Flask) -> str:
    title = only(app)
    return f"/devedores/{title.debtor_id}/titulos/{title.id}/editar"


def words(page: Page) -> str:
    return page.words.replace("\xa0", " ")


def test_a_title_is_created_and_edited(app: Flask, admin: Browser, debtor: int) -> None:
    page = admin.get(f"/devedores/{debtor}/titulos/novo")
    assert [option["value"] for option in page.all("#creditor-names option")] == ["Escola Azul Ltda"]
    assert page.one("#creditor")["hx-get"] == "/credores/nomes"
    page = create(admin, debtor)
    assert page.location == f"/devedores/{debtor}"
    page = admin.get(page.location)
    assert "Título criado." in page.words and "foi criado" not in page.words
    assert "MENS-01" in page.words and "R$ 1.350,75" in words(page)
    title = only(app)
    assert (title.amount, title.due_date, title.status) == (Decimal("1350.75"), date(2026, 10, 10), TitleStatus.OPEN)
    form = admin.get(edit_url(app)).form_data()
    assert {name: form[name] for name in NEW} == NEW
    page = admin.post(edit_url(app), **{**form, "status": "pago", "amount": "1350,70"})
    assert page.status == 303
    assert (only(app).status, only(app).amount) == (TitleStatus.PAID, Decimal("1350.70"))
    assert "Pago" in admin.get(f"/devedores/{debtor}").words


def test_a_new_name_makes_a_creditor(app: Flask, admin: Browser, debtor: int) -> None:
    page = admin.get(create(admin, debtor, creditor="Clínica Nova").location)
    assert "O credor Clínica Nova foi criado." in page.words
    create(admin, debtor, creditor="  clinica NOVA", number="2")
    with app.app_context():
        assert sorted(each.name for each in db.session.query(Creditor)) == ["Clínica Nova", "Escola Azul Ltda"]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"creditor": ""}, "Informe o credor do título."),
        ({"due_date": ""}, "Informe o vencimento do título."),
        ({"due_date": "31/02/2026"}, "A data não existe no calendário."),
        ({"due_date": "10/10/26"}, "Escreva o ano com quatro dígitos"),
        ({"amount": ""}, "Informe o valor do título."),
        ({"amount": "0"}, "O valor é zero."),
        ({"amount": "-1"}, "O valor é negativo."),
        ({"status": "negociado"}, "Escolha uma situação da lista."),
        ({"status": ""}, "Escolha uma situação da lista."),
        ({"boleto_line": "123"}, "A linha digitável tem 47 dígitos"),
        ({"number": "x" * 41}, "Use no máximo 40 caracteres."),
    ],
)
def test_a_refusal_says_why_at_its_place(
    app: Flask, admin: Browser, debtor: int, changed: dict[str, str], error: str
) -> None:
    page = create(admin, debtor, **changed)
    assert page.status == 422 and error in page.one(f"#{next(iter(changed))}-error").get_text()
    with app.app_context():
        assert not db.session.query(Title).count()


def test_a_boleto_that_says_something_else_is_asked_about(app: Flask, admin: Browser, debtor: int) -> None:
    page = create(admin, debtor, boleto_line=LINE, due_date="10/10/2021", amount="350,00")
    assert page.status == 422
    assert "Na linha digitável, o valor é R$ 350,75 e o vencimento é" in page.errors[0].replace("\xa0", " ")
    assert page.form_data()["amount"] == "350,00" and page.one("#sure")
    page = create(admin, debtor, boleto_line=LINE, due_date="10/10/2021", amount="350,00", sure="y")
    assert page.status == 303 and only(app).boleto_line == "".join(c for c in LINE if c.isdigit())


def test_one_number_and_due_date_is_one_title(app: Flask, admin: Browser, debtor: int) -> None:
    create(admin, debtor)
    page = create(admin, debtor, amount="1,00")
    assert page.status == 422 and "Este devedor já tem um título deste credor" in page.errors[0]
    assert create(admin, debtor, number="MENS-02").status == 303
    with app.app_context():
        second = db.session.query(Title).filter_by(number="MENS-02").one().id
    url = f"/devedores/{debtor}/titulos/{second}/editar"
    page = admin.post(url, **{**admin.get(url).form_data(), "number": "MENS-01"})
    assert page.status == 422 and "Este devedor já tem um título deste credor" in page.errors[0]


def test_the_second_is_told(app: Flask, admin: Browser, company: Company, debtor: int) -> None:
    create(admin, debtor)
    url = edit_url(app)
    mine, other = admin.get(url).form_data(), Browser(app).log_in(company.admin)
    assert other.post(url, **{**other.get(url).form_data(), "amount": "10,00"}).status == 303
    page = admin.post(url, **{**mine, "amount": "20,00"})
    assert page.status == 422 and "mudou este título antes" in page.words and only(app).amount == 10
    assert admin.post(url, **page.form_data()).status == 303 and only(app).amount == 20


def test_a_negotiated_title_is_the_agreements(app: Flask, admin: Browser, debtor: int) -> None:
    create(admin, debtor)
    url, form = edit_url(app), admin.get(edit_url(app)).form_data()
    with app.app_context():
        db.session.query(Title).one().status = TitleStatus.NEGOTIATED
        db.session.commit()
    page = admin.get(url)
    assert "Este título está em um acordo" in page.words and not page.all("main form[action$=editar]")
    assert admin.post(url, **{**form, "amount": "1,00"}).status == 422
    assert only(app).status is TitleStatus.NEGOTIATED and only(app).amount == Decimal("1350.75")


def test_a_file_changes_the_amount_and_never_the_status(app: Flask, admin: Browser, debtor: int) -> None:
    create(admin, debtor, number="")
    url, mine = edit_url(app), admin.get(edit_url(app)).form_data()
    with app.app_context():
        db.session.query(Title).one().status = TitleStatus.NEGOTIATED
        db.session.commit()
    seen = only(app).updated_at
    admin.get("/devedores/importar")
    page = admin.post("/devedores/importar", files={"file": (io.BytesIO(csv_file(row(amount="99,90"))), "a.csv")})
    admin.post(f"{page.location}/confirmar")
    with app.app_context():
        assert apply_next()
    title = only(app)
    assert (title.status, title.amount) == (TitleStatus.NEGOTIATED, Decimal("99.90")) and title.updated_at > seen
    with app.app_context():
        db.session.query(Title).one().status = TitleStatus.OPEN
        db.session.commit()
    assert admin.post(url, **mine).status == 422


def test_every_change_is_noted_and_any_version_comes_back(
    app: Flask, admin: Browser, company: Company, debtor: int
) -> None:
    create(admin, debtor)
    admin.post(edit_url(app), **{**admin.get(edit_url(app)).form_data(), "amount": "5,00", "status": "cancelado"})
    title, url = only(app), edit_url(app)
    with app.app_context():
        entries = db.session.query(AuditEntry).filter_by(subject=f"title:{title.id}").order_by(AuditEntry.id)
        notes: list[Any] = [(each.action, each.after) for each in entries]
    assert [action for action, _ in notes] == ["title.create", "title.edit"]
    trail = trail_of(f"title:{title.id}")
    assert trail and trail.restore
    with app.test_request_context():
        assert trail.name(company.id, str(title.id)) == "Título MENS-01 de Maria Souza"
        assert trail.url(str(title.id)) == url
        assert trail.show(company.id, "creditor", notes[0][1]["creditor"]) == "Escola Azul Ltda"
        trail.restore(company.admin.id, company.id, str(title.id), notes[0][1])
    assert (only(app).amount, only(app).status) == (Decimal("1350.75"), TitleStatus.OPEN)
    with app.app_context(), pytest.raises(NotRestorable):
        trail.restore(company.admin.id, company.id, str(title.id), {**notes[0][1], "status": "negociado"})


def test_the_page_shows_what_is_owed_today(app: Flask, admin: Browser, operator: Browser, company: Company) -> None:
    due = clock.today("America/Sao_Paulo") - timedelta(days=60)
    debtor_id = add_debtor(app, company, amounts=["1000.00", "500.00"], due=due)
    with app.app_context():
        creditor = db.session.query(Creditor).one()
        creditor.fine_percent, creditor.interest_percent = Decimal(2), Decimal(1)
        creditor.fee_percent, creditor.discount_percent = Decimal(10), Decimal(50)
        db.session.commit()
    page = admin.get(f"/devedores/{debtor_id}")
    assert "Total em aberto hoje R$ 1.608,00 Valor original: R$ 1.500,00" in words(page)
    assert "R$ 1.000,00 R$ 20,00 R$ 20,00 R$ 104,00 − R$ 72,00 R$ 1.072,00" in words(page)
    assert "Em aberto R$ 1.500,00 R$ 30,00 R$ 30,00 R$ 156,00 − R$ 108,00 R$ 1.608,00" in words(page)
    assert page.all('a[href$="/titulos/novo"]') and page.all('a[href$="/editar"]')
    link = operator.get("/devedores", q="maria").one("tbody th a")["href"]
    page = operator.get(str(link))
    assert "R$ 1.608,00" in words(page)
    assert not page.all('main a[href$="/titulos/novo"], main a[href$="/editar"]')


def test_only_admins_of_the_company_and_only_beneath_the_debtor(
    app: Flask, admin: Browser, operator: Browser, stranger: Browser, company: Company, debtor: int
) -> None:
    create(admin, debtor)
    url = edit_url(app)
    for path in (url, f"/devedores/{debtor}/titulos/novo"):
        for person in (operator, stranger):
            person.get("/devedores")
            assert person.get(path).status == 404 and person.post(path, **NEW).status == 404
    another = add_debtor(app, company, "João", tax_id=TAX_IDS[1], phone="", amounts=())
    assert admin.get(url.replace(f"/{debtor}/", f"/{another}/")).status == 404
    assert only(app).amount == Decimal("1350.75")
