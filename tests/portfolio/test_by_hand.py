"""Debtors by hand, over HTTP: the form, phones and codes, duplicates, conflicts and history."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask

from portal.audit.history import trail_of
from portal.audit.models import AuditEntry
from portal.extensions import db
from portal.portfolio.models import Creditor, Debtor, DebtorCode, Phone
from portal.portfolio.service.apply import apply_next
from tests.support.browser import Browser, Page
from tests.support.people import Company
from tests.support.portfolio import TAX_IDS, add_debtor, csv_file, row

NEW = {
    "name": "Maria Souza",
    "tax_id": "111.444.777-35",
    "category": "VIP",
    "phones": "(11) 98765-4321\r\n11 2345-6789\r\n",
    "emails": "Maria@exemplo.example\nmaria@exemplo.example",
    "address": "Rua A, 1",
    "city": "São Paulo",
    "state": "SP",
    "zip_code": "01310100",
}


def create(browser: Browser, **changed: str) -> Page:
    browser.get("/devedores/novo")
    return browser.post("/devedores/novo", **{**NEW, **changed})


def numbers(app: Flask, debtor_id: int) -> list[tuple[str, str]]:
    with app.app_context():
        rows = db.session.query(Phone).filter_by(debtor_id=debtor_id).order_by(Phone.position)
        return [(phone.e164, phone.kind.value) for phone in rows]


def edit(browser: Browser, debtor_id: int, **changed: str) -> Page:
    url = f"/devedores/{debtor_id}/editar"
    return browser.post(url, **{**browser.get(url).form_data(), **changed})


def test_a_debtor_is_created_and_edited(app: Flask, admin: Browser, company: Company) -> None:
    page = create(admin)
    debtor_id = int(page.location.rpartition("/")[2])
    page = admin.get(page.location)
    assert "Devedor criado." in page.words and "CPF 111.444.777-35" in page.words
    assert "Rua A, 1 · São Paulo/SP · CEP 01310-100" in page.words and "Nenhum título" in page.words
    assert numbers(app, debtor_id) == [("+5511987654321", "mobile"), ("+551123456789", "landline")]
    form = admin.get(f"/devedores/{debtor_id}/editar").form_data()
    assert form["phones"] == "(11) 98765-4321\n(11) 2345-6789" and form["emails"] == "maria@exemplo.example"
    assert form["tax_id"] == "111.444.777-35" and form["zip_code"] == "01310-100"
    page = edit(admin, debtor_id, name="Mária  de Souza", phones="11 2345-6789\n(21) 99876-5432", emails="")
    assert page.status == 303
    assert numbers(app, debtor_id) == [("+551123456789", "landline"), ("+5521998765432", "mobile")]
    assert [a.get_text() for a in admin.get("/devedores", q="maria de").all("tbody th a")] == ["Mária de Souza"]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"name": ""}, "Informe o nome do devedor."),
        ({"tax_id": ""}, "Informe o CPF ou CNPJ do devedor."),
        ({"tax_id": "111.111.111-11"}, "O CPF ou CNPJ tem todos os dígitos iguais."),
        ({"phones": "11 98765-4321\n9999"}, "Linha 2 (9999): O telefone está incompleto."),
        ({"phones": "11 1345-6789"}, "Linha 1 (11 1345-6789): Nenhum telefone começa com 1 depois do DDD."),
        ({"phones": "\n".join(f"11 2345-67{n:02d}" for n in range(11))}, "Use no máximo 10 linhas; aqui há 11."),
        ({"emails": "a@b.example\nerrado"}, "Linha 2 (errado): Informe um e-mail completo"),
        ({"zip_code": "12"}, "O CEP tem 8 números"),
        ({"state": "ZZ"}, "Escolha uma UF da lista."),
        ({"category": "x" * 81}, "Use no máximo 80 caracteres."),
    ],
)
def test_a_refusal_says_why_at_its_place(app: Flask, admin: Browser, changed: dict[str, str], error: str) -> None:
    page = create(admin, **changed)
    name = next(iter(changed))
    assert page.status == 422 and error in page.one(f"#{name}-error").get_text()
    with app.app_context():
        assert not db.session.query(Debtor).count()


def test_a_tax_id_that_is_there_leads_to_its_debtor(app: Flask, admin: Browser, company: Company) -> None:
    known = add_debtor(app, company)
    page = create(admin, name="Outra pessoa")
    assert page.status == 422 and page.errors == ["Já existe um devedor com este CPF/CNPJ."]
    assert page.all(f'.banner a[href="/devedores/{known}"]') and page.form_data()["name"] == "Outra pessoa"
    second = add_debtor(app, company, "João", tax_id=TAX_IDS[1], phone="")
    page = edit(admin, second, tax_id=TAX_IDS[0])
    assert page.status == 422 and page.all(f'.banner a[href="/devedores/{known}"]')


def test_codes_are_kept_for_each_creditor(app: Flask, admin: Browser, company: Company) -> None:
    debtor_id = add_debtor(app, company)
    with app.app_context():
        creditor_id = db.session.query(Creditor.id).scalar()
    field = f"code_{creditor_id}"
    assert edit(admin, debtor_id, **{field: " 1000-A "}).status == 303
    assert "Código 1000-A" in admin.get(f"/devedores/{debtor_id}").words
    assert admin.get(f"/devedores/{debtor_id}/editar").form_data()[field] == "1000-A"
    assert edit(admin, debtor_id, **{field: ""}).status == 303
    with app.app_context():
        assert not db.session.query(DebtorCode).count()


def test_the_second_is_told_be_it_a_person_or_a_file(app: Flask, admin: Browser, company: Company) -> None:
    debtor_id = add_debtor(app, company)
    url = f"/devedores/{debtor_id}/editar"
    mine = admin.get(url).form_data()
    assert edit(Browser(app).log_in(company.admin), debtor_id, category="Ouro").status == 303
    page = admin.post(url, **{**mine, "category": "Prata"})
    assert page.status == 422 and "Outra pessoa ou uma importação mudou este devedor antes" in page.words
    assert page.form_data()["category"] == "Prata"
    assert admin.post(url, **page.form_data()).status == 303
    mine = admin.get(url).form_data()
    admin.get("/devedores/importar")
    content = csv_file(row(phones_=("(11) 98765-4321", "(11) 97777-6666")))
    page = admin.post("/devedores/importar", files={"file": (io.BytesIO(content), "a.csv")})
    admin.post(f"{page.location}/confirmar")
    with app.app_context():
        assert apply_next()
    page = admin.post(url, **{**mine, "name": "Maria S. Souza"})
    assert page.status == 422 and len(numbers(app, debtor_id)) == 2


def test_a_made_up_version_overwrites_nothing(app: Flask, admin: Browser, company: Company) -> None:
    debtor_id = add_debtor(app, company)
    for seen in ("", "x", "2026-01-01", "0001-01-01T00:00:00+00:00"):
        assert edit(admin, debtor_id, name="Outro", seen=seen).status == 422
    with app.app_context():
        assert db.session.get_one(Debtor, debtor_id).name == "Maria Souza"


def test_every_change_is_noted_and_any_version_comes_back(app: Flask, admin: Browser, company: Company) -> None:
    debtor_id = int(create(admin).location.rpartition("/")[2])
    edit(admin, debtor_id, name="Maria Lima", phones="", city="")
    edit(admin, debtor_id)
    with app.app_context():
        entries = db.session.query(AuditEntry).filter_by(subject=f"debtor:{debtor_id}").order_by(AuditEntry.id)
        notes: list[Any] = [(each.action, each.after) for each in entries]
    assert [action for action, _ in notes] == ["debtor.create", "debtor.edit"]
    trail = trail_of("debtor:1")
    assert trail and trail.restore
    with app.test_request_context():
        assert trail.name(company.id, str(debtor_id)) == "Devedor Maria Lima"
        assert trail.show(company.id, "phones", notes[0][1]["phones"]) == "(11) 98765-4321, (11) 2345-6789"
        trail.restore(company.admin.id, company.id, str(debtor_id), notes[0][1])
        assert db.session.get_one(Debtor, debtor_id).search_name == "maria souza"
    assert len(numbers(app, debtor_id)) == 2


def test_only_admins_of_the_company(
    app: Flask, admin: Browser, operator: Browser, stranger: Browser, company: Company
) -> None:
    debtor_id = add_debtor(app, company)
    for path in ("/devedores/novo", f"/devedores/{debtor_id}/editar"):
        assert operator.get(path).status == 404
        operator.get("/devedores")
        assert operator.post(path, **NEW).status == 404
    assert stranger.get(f"/devedores/{debtor_id}/editar").status == 404
    assert stranger.post(f"/devedores/{debtor_id}/editar", **NEW).status == 404
    assert create(stranger).status == 303  # the same CPF in another company is another debtor


def test_a_file_leaves_a_creditors_charges_alone(app: Flask, admin: Browser, company: Company) -> None:
    add_debtor(app, company)
    with app.app_context():
        creditor = db.session.query(Creditor).one()
        creditor.fine_percent, creditor.address, creditor.version = 2, "Rua A", 7
        db.session.commit()
    admin.get("/devedores/importar")
    content = csv_file(row(creditor="ESCOLA AZUL LTDA", amount="400,00"))
    page = admin.post("/devedores/importar", files={"file": (io.BytesIO(content), "a.csv")})
    admin.post(f"{page.location}/confirmar")
    with app.app_context():
        assert apply_next()
        creditor = db.session.query(Creditor).one()
        assert (creditor.fine_percent, creditor.address, creditor.version) == (2, "Rua A", 7)
        assert creditor.name == "Escola Azul Ltda"
