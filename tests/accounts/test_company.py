"""The company's own data for its documents, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.accounts.models import Account
from portal.audit.history import trail_of
from portal.audit.models import AuditEntry
from portal.extensions import db
from tests.support.browser import Browser, Page
from tests.support.people import Company

NEW = {
    "name": "Cobrança Modelo Ltda",
    "tax_id": "12.abc.345/01de-35",
    "address": "Av. Paulista, 1000, São Paulo/SP, 01310-100",
    "phone": "11 3456-7890",
}


def save(browser: Browser, **changed: str) -> Page:
    return browser.post("/empresa", **{**browser.get("/empresa").form_data("main form"), **changed})


def of(app: Flask, company: Company) -> Account:
    with app.app_context():
        return db.session.get_one(Account, company.id)


def test_the_company_says_who_it_is(app: Flask, admin: Browser, company: Company) -> None:
    page = admin.get("/empresa")
    assert page.form_data("main form")["name"] == "Cobrança Modelo"
    assert save(admin, **NEW).location == "/empresa"
    page = admin.get("/empresa")
    assert "Dados da empresa salvos." in page.words
    assert {name: page.form_data("main form")[name] for name in NEW} == {
        **NEW, "tax_id": "12.ABC.345/01DE-35", "phone": "(11) 3456-7890",
    }  # fmt: skip
    account = of(app, company)
    assert (account.tax_id, account.phone, account.version) == ("12ABC34501DE35", "+551134567890", 2)
    save(admin)
    assert of(app, company).version == 2


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"name": ""}, "Informe o nome da empresa."),
        ({"tax_id": "123"}, "O CPF tem 11 dígitos e o CNPJ tem 14 caracteres; aqui há 3."),
        ({"phone": "abc"}, "O telefone tem letras ou sinais. Use só números, com DDD."),
        ({"address": "x" * 201}, "Use no máximo 200 caracteres."),
    ],
)
def test_a_refusal_says_why(app: Flask, admin: Browser, company: Company, changed: dict[str, str], error: str) -> None:
    page = save(admin, **{**NEW, **changed})
    assert page.status == 422 and error in page.errors
    assert of(app, company).name == "Cobrança Modelo"


def test_the_second_of_two_people_is_told(app: Flask, admin: Browser, company: Company) -> None:
    mine = admin.get("/empresa").form_data("main form")
    assert save(Browser(app).log_in(company.admin), name="Primeira").status == 303
    page = admin.post("/empresa", **{**mine, "name": ""})
    assert page.status == 422 and "antes" not in page.words
    page = admin.post("/empresa", **{**page.form_data("main form"), "name": "Segunda"})
    assert page.status == 422 and "Outra pessoa salvou os dados da empresa antes" in page.words
    assert of(app, company).name == "Primeira"
    assert admin.post("/empresa", **page.form_data("main form")).status == 303
    assert of(app, company).name == "Segunda"


def test_every_change_is_noted_and_any_version_comes_back(app: Flask, admin: Browser, company: Company) -> None:
    save(admin, **NEW)
    subject = f"company:{company.id}"
    with app.app_context():
        entry = db.session.query(AuditEntry).filter_by(subject=subject).one()
        before: Any = entry.before
    trail = trail_of(subject)
    assert trail and trail.restore
    with app.test_request_context():
        assert trail.name(company.id, str(company.id)) == "Dados da empresa"
        assert trail.name(company.id, str(company.id + 1)) is None
        assert trail.show(company.id, "tax_id", "12ABC34501DE35") == "12.ABC.345/01DE-35"
        trail.restore(company.admin.id, company.id, str(company.id), before)
    assert (of(app, company).name, of(app, company).tax_id) == ("Cobrança Modelo", "")


def test_only_admins_and_each_their_own(
    app: Flask, admin: Browser, operator: Browser, stranger: Browser, company: Company
) -> None:
    assert operator.get("/empresa").status == 404
    operator.get("/conversas")
    assert operator.post("/empresa", **NEW).status == 404
    save(stranger, **NEW, account_id=str(company.id))
    assert of(app, company).name == "Cobrança Modelo"
    assert Browser(app).get("/empresa").location.startswith("/login")
