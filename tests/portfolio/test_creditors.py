"""Creditors by hand, over HTTP: the list, the form, its limits, conflicts and history."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.audit.history import NotRestorable, trail_of
from portal.audit.models import AuditEntry
from portal.extensions import db
from portal.portfolio.files.rows import creditor_key
from portal.portfolio.models import Creditor
from tests.support.browser import Browser, Page
from tests.support.people import Company
from tests.support.portfolio import add_debtor

CNPJ = "12.ABC.345/01DE-35"
NEW = {
    "name": "Escola Azul Ltda",
    "tax_id": CNPJ,
    "address": "Rua das Flores, 123, Centro",
    "city": "São Paulo",
    "state": "SP",
    "zip_code": "01310-100",
    "phone": "(11) 3456-7890",
    "email": "Financeiro@EscolaAzul.example",
    "pix_key": "financeiro@escolaazul.example",
    "consumer": "y",
    "fine_percent": "2,00",
    "interest_percent": "1,00",
    "fee_percent": "0",
    "fee_clause": "",
    "discount_percent": "0",
}


def create(browser: Browser, **changed: str | None) -> Page:
    browser.get("/credores/novo")
    return browser.post("/credores/novo", **{**NEW, **changed})


def only(app: Flask, company: Company) -> Creditor:
    with app.app_context():
        return db.session.query(Creditor).filter_by(account_id=company.id).one()


def words(page: Page) -> str:
    return page.words.replace("\xa0", " ")


def test_a_creditor_is_created_listed_and_edited(app: Flask, admin: Browser, company: Company) -> None:
    page = admin.get("/credores")
    assert "Nenhum credor ainda" in page.words and page.all('.empty a[href="/credores/novo"]')
    page = admin.get("/credores/novo")
    assert page.form_data() | {"csrf_token": ""} == {
        **dict.fromkeys(NEW, ""),
        "csrf_token": "", "version": "0", "consumer": "y", "fine_percent": "2,00", "interest_percent": "1,00",
        "fee_percent": "0,00", "discount_percent": "0,00",
    }  # fmt: skip
    page = create(admin)
    creditor = only(app, company)
    assert page.location == f"/credores/{creditor.id}/editar"
    assert (creditor.tax_id, creditor.zip_code, creditor.phone) == ("12ABC34501DE35", "01310100", "+551134567890")
    assert (creditor.email, str(creditor.fine_percent), creditor.consumer) == (
        "financeiro@escolaazul.example", "2.00", True,
    )  # fmt: skip
    page = admin.get(page.location)
    assert "Credor criado." in page.words and "Faltam dados" not in page.words
    data = page.form_data()
    assert {name: data.get(name) for name in NEW} | {"fee_percent": "0", "discount_percent": "0"} == {
        **NEW, "email": "financeiro@escolaazul.example",
    }  # fmt: skip
    assert admin.post(f"/credores/{creditor.id}/editar", **{**data, "name": "Escola Anil"}).status == 303
    listed = words(admin.get("/credores"))
    assert "1 credor" in listed and "Escola Anil 12.ABC.345/01DE-35 Multa 2 % · juros 1 % a.m. 0 R$ 0,00" in listed


def test_what_is_open_and_what_lacks_is_listed(app: Flask, admin: Browser, company: Company) -> None:
    add_debtor(app, company, creditor="Clínica Boa", amounts=["100.00", "250.50"])
    create(admin)
    page = admin.get("/credores")
    assert "Clínica Boa Faltam dados para documentos — Só o valor original 2 R$ 350,50" in words(page)
    for query, found in (
        ({"q": "clinica"}, ["Clínica Boa"]),
        ({"q": "345/01"}, ["Escola Azul Ltda"]),
        ({"q": "12abc34501de35"}, ["Escola Azul Ltda"]),
        ({"faltam": "y"}, ["Clínica Boa"]),
        ({"q": "%"}, []),
        ({"pagina": "x"}, ["Clínica Boa", "Escola Azul Ltda"]),
    ):
        assert [a.get_text() for a in admin.get("/credores", **query).all("tbody th a")] == found, query  # type: ignore[arg-type]
    page = admin.get(admin.get("/credores", q="clinica").all("tbody th a")[0]["href"])  # type: ignore[arg-type]
    assert "Informe CPF/CNPJ e endereço." in page.words
    assert page.form_data()["fine_percent"] == "0,00"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"name": " "}, "Informe o nome do credor."),
        ({"name": "x" * 121}, "Use no máximo 120 caracteres."),
        ({"tax_id": "11.222.333/0001-00"}, "Os dígitos verificadores do CNPJ não conferem."),
        ({"address": "x" * 201}, "Use no máximo 200 caracteres."),
        ({"state": "XX"}, "Escolha uma UF da lista."),
        ({"zip_code": "1310"}, "O CEP tem 8 números, como 01310-100."),
        ({"zip_code": "00000-000"}, "Este CEP não existe. Confira os números."),
        ({"phone": "1234"}, "O telefone está incompleto. Informe o DDD e o número."),
        ({"email": "sem arroba"}, "Informe um e-mail completo, como nome@empresa.com.br."),
        ({"pix_key": "qualquer"}, "Isto não é uma chave PIX."),
        ({"fine_percent": "2,01"}, "Na relação de consumo, a multa vai até 2 %"),
        ({"interest_percent": "-1"}, "O percentual não pode ser negativo."),
        ({"interest_percent": "um"}, "Escreva um percentual, como 2 ou 1,5."),
        ({"interest_percent": "101"}, "O percentual vai de 0 a 100."),
        ({"discount_percent": "1,505"}, "Use no máximo duas casas decimais, como 1,50."),
        ({"fee_percent": "10"}, "Honorários só podem ser cobrados quando o contrato prevê"),
    ],
)
def test_a_refusal_says_why_at_its_place(app: Flask, admin: Browser, changed: dict[str, str], error: str) -> None:
    page = create(admin, **changed)
    assert page.status == 422 and any(error in each for each in page.errors), page.errors
    name, typed = next(iter(changed.items()))
    assert error in page.one(f"#{'fee_clause' if name == 'fee_percent' else name}-error").get_text()
    assert page.form_data()[name] in (typed, typed.strip(), "") or name == "state"
    with app.app_context():
        assert not db.session.query(Creditor).count()


def test_outside_of_consumption_the_contract_rules(app: Flask, admin: Browser, company: Company) -> None:
    page = create(admin, consumer=None, fine_percent="10 %", fee_percent="20", fee_clause="Cláusula 8ª")
    creditor = only(app, company)
    assert page.status == 303
    assert (str(creditor.fine_percent), str(creditor.fee_percent), creditor.consumer) == ("10.00", "20.00", False)


def test_one_name_is_one_creditor(app: Flask, admin: Browser, company: Company) -> None:
    create(admin)
    page = create(admin, name="  ESCOLA   azul ltda ")
    assert page.status == 422 and "Já existe um credor com este nome." in page.errors[0]
    create(admin, name="Outra Escola")
    with app.app_context():
        other = db.session.query(Creditor).filter_by(key=creditor_key("Outra Escola")).one().id
    page = admin.post(f"/credores/{other}/editar", **{**admin.get(f"/credores/{other}/editar").form_data(), **NEW})
    assert page.status == 422 and "Já existe um credor com este nome." in page.errors[0]


def test_the_second_of_two_people_is_told(app: Flask, admin: Browser, company: Company) -> None:
    url = create(admin).location
    first, second = Browser(app).log_in(company.admin), admin
    mine, theirs = second.get(url).form_data(), first.get(url).form_data()
    assert first.post(url, **{**theirs, "city": "Santos"}).status == 303
    page = second.post(url, **{**mine, "city": "Osasco"})
    assert page.status == 422 and "Outra pessoa salvou este credor antes" in page.words
    assert page.form_data()["city"] == "Osasco" and only(app, company).city == "Santos"
    # An error on the way does not make the old form current.
    page = second.post(url, **{**mine, "city": "Osasco", "name": ""})
    assert second.post(url, **{**page.form_data(), "name": "Escola"}).status == 422
    page = second.post(url, **{**mine, "city": "Osasco"})
    assert second.post(url, **page.form_data()).status == 303
    assert only(app, company).city == "Osasco"


def test_the_example_follows_the_percentages(admin: Browser) -> None:
    ask = {"fine_percent": "2", "interest_percent": "1", "fee_percent": "10", "discount_percent": "0"}
    page = admin.get("/credores/exemplo", htmx=True, **ask)
    assert "R$ 1.000,00 vencido há 60 dias → R$ 1.144,00" in words(page)
    assert "Multa R$ 20,00 + juros R$ 20,00 + honorários R$ 104,00 − desconto R$ 0,00" in words(page)
    assert [tag.get("id") for tag in page.all("body > *")] == ["creditor-example"]
    assert "Corrija os percentuais" in admin.get("/credores/exemplo", htmx=True, **{**ask, "fine_percent": "x"}).words
    assert "→ R$ 1.000,00" in words(admin.get("/credores/exemplo", htmx=True))
    page = create(admin, fee_percent="10", fee_clause="")
    assert "→ R$ 1.144,00" in words(page)


def test_names_are_offered_while_typing(app: Flask, admin: Browser, company: Company) -> None:
    for number in range(40):
        add_debtor(app, company, tax_id=f"{number:011d}", phone="", creditor=f"Credor {number:02d}")
    page = admin.get("/credores/nomes", htmx=True, creditor="credor")
    assert len(page.all("#creditor-names option")) == 30
    found = admin.get("/credores/nomes", htmx=True, creditor="CREDOR 39").all("option")
    assert [each["value"] for each in found] == ["Credor 39"]


def test_every_change_is_noted_and_any_version_comes_back(app: Flask, admin: Browser, company: Company) -> None:
    url = create(admin).location
    creditor = only(app, company)
    admin.post(url, **{**admin.get(url).form_data(), "fine_percent": "1", "name": "Escola Anil"})
    admin.post(url, **admin.get(url).form_data())
    with app.app_context():
        entries = db.session.query(AuditEntry).filter_by(subject=f"creditor:{creditor.id}").order_by(AuditEntry.id)
        notes: list[Any] = [(each.action, each.before, each.after) for each in entries]
    assert [note[0] for note in notes] == ["creditor.create", "creditor.edit"]
    trail = trail_of(f"creditor:{creditor.id}")
    assert trail and trail.restore
    with app.test_request_context():
        assert trail.name(company.id, str(creditor.id)) == "Credor Escola Anil"
        assert trail.name(company.id + 1, str(creditor.id)) is None
        assert trail.show(company.id, "fine_percent", "1.00") == "1 %"
        trail.restore(company.admin.id, company.id, str(creditor.id), notes[0][2])
        restored = db.session.get_one(Creditor, creditor.id)
        assert (restored.name, str(restored.fine_percent), restored.version) == ("Escola Azul Ltda", "2.00", 3)
        assert restored.key == creditor_key("Escola Azul Ltda")
    create(admin, name="Escola Anil")
    with app.app_context(), pytest.raises(NotRestorable):
        trail.restore(company.admin.id, company.id, str(creditor.id), notes[1][2])


def test_only_admins_of_the_company(
    app: Flask, admin: Browser, operator: Browser, stranger: Browser, company: Company
) -> None:
    url = create(admin).location
    for path in ("/credores", "/credores/novo", "/credores/exemplo", "/credores/nomes", url):
        assert operator.get(path).status == 404
    assert stranger.get(url).status == 404
    stranger.get("/credores")
    assert stranger.post(url, **NEW).status == 404
    assert "Escola" not in stranger.get("/credores").words + stranger.get("/credores/nomes", htmx=True).text
    assert only(app, company).version == 1


def test_thousands_have_pages(app: Flask, admin: Browser, company: Company) -> None:
    with app.app_context():
        db.session.add_all(
            Creditor(account_id=company.id, name=f"Credor {n:04d}", key=f"credor {n:04d}", created_at=clock.now())
            for n in range(3000)
        )
        db.session.commit()
    page = admin.get("/credores", pagina="60")
    assert "Página 60 de 60" in page.words and len(page.all("tbody tr")) == 50
