"""What fills the wildcards of an approved starter, over HTTP."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.chat_starters.models import StarterStatus
from portal.extensions import db
from tests.chat_starters.steps import PAGE, starters
from tests.fakes.graph_api import GraphApi
from tests.support.browser import Browser
from tests.support.clockwork import run
from tests.support.people import Company
from tests.support.portfolio import TAX_IDS, add_debtor

LOST = "O texto mudou na Meta: associe os coringas de novo. Enquanto isso, nada é enviado com este modelo."


def seen(admin: Browser, starter_id: int) -> str:
    return admin.get(f"{PAGE}/{starter_id}/coringas").form_data("#bindings-form")["seen"]


@pytest.mark.parametrize("htmx", [True, False])
def test_associating(app: Flask, company: Company, admin: Browser, starter_id: int, htmx: bool) -> None:
    url = f"{PAGE}/{starter_id}/coringas"
    page = admin.get(url)
    labels = [label.get_text() for label in page.all("#bindings-form select ~ label, #bindings-form label")]
    assert "Coringa {{1}}" in labels
    chosen = {"field_1": "debtor_first_name", "field_2": "text:", "text_2": "  Escola\n Azul ", "status": "pending"}
    page = admin.post(url, htmx=htmx, seen=seen(admin, starter_id), **chosen)
    assert (page.answer.headers["HX-Redirect"] if htmx else page.location) == f"{PAGE}/{starter_id}"
    page = admin.get(f"{PAGE}/{starter_id}")
    assert "Primeiro nome do devedor" in page.words
    assert "“Escola Azul”" in page.words
    (row,) = starters(app, company)
    assert (row.bindings, row.status) == (["debtor_first_name", "text:Escola Azul"], StarterStatus.APPROVED)
    form = admin.get(url).form_data("#bindings-form")
    assert (form["field_2"], form["text_2"]) == ("text:", "Escola Azul")


def test_the_preview_shows_a_real_debtor(
    app: Flask, company: Company, other: Company, admin: Browser, starter_id: int
) -> None:
    url = f"{PAGE}/{starter_id}/coringas"
    assert "os dados são de exemplo" in admin.get(url).words
    add_debtor(app, company, "ZILDA ROCHA", tax_id=TAX_IDS[1], phone="+5511987654322", creditor="Escola Verde")
    add_debtor(app, company, "BIA PAGA", tax_id=TAX_IDS[2], phone="+5511987654323", amounts=())
    stranger = add_debtor(app, other, "ALHEIA SOUZA")
    chosen = {"field_1": "debtor_first_name", "field_2": "creditor_name"}
    page = admin.get(f"{url}/previa", htmx=True, **chosen)
    assert "Com os dados de ZILDA ROCHA ." in page.words
    assert page.one(".bubble-text").get_text().startswith("Olá Zilda, tudo bem? Aqui é da escola Escola Verde.")
    page = admin.get(f"{url}/previa", htmx=True, busca="bia", **chosen)
    assert "Para este devedor falta: nome do credor." in page.words
    page = admin.get(f"{url}/previa", htmx=True, busca="alheia", devedor=stranger, **chosen)
    assert "Ninguém foi encontrado com “alheia”." in page.words
    assert "Souza" not in page.words
    assert admin.get(url, busca="zilda").status == 200


@pytest.mark.parametrize(
    ("field", "text", "error"),
    [
        ("password", "", "Escolha o campo do coringa {{2}}."),
        ("", "", "Escolha o campo do coringa {{2}}."),
        ("text:", " \n ", "Escreva o texto fixo do coringa {{2}}."),
        ("text:", "a" * 101, "O texto fixo de {{2}} pode ter no máximo 100 caracteres."),
    ],
)
def test_a_wildcard_that_nothing_fills(
    app: Flask, company: Company, admin: Browser, starter_id: int, field: str, text: str, error: str
) -> None:
    mark = seen(admin, starter_id)
    chosen = {"field_1": "debtor_name", "field_2": field, "text_2": text}
    page = admin.post(f"{PAGE}/{starter_id}/coringas", seen=mark, **chosen)
    assert (page.status, page.errors) == (422, [error])
    assert page.form_data("#bindings-form")["field_1"] == "debtor_name"
    assert starters(app, company)[0].bindings == []


def test_two_people_associate(app: Flask, company: Company, admin: Browser, starter_id: int) -> None:
    url, mark = f"{PAGE}/{starter_id}/coringas", seen(admin, starter_id)
    admin.post(url, seen=mark, field_1="debtor_name", field_2="creditor_name")
    page = admin.post(url, seen=mark, field_1="company_name", field_2="company_name")
    assert page.status == 422
    assert "O modelo mudou enquanto você editava" in page.words
    form = page.form_data("#bindings-form")
    assert (form["field_1"], form["seen"] != mark) == ("company_name", True)
    assert starters(app, company)[0].bindings == ["debtor_name", "creditor_name"]
    assert admin.post(url, **{**form, "csrf_token": None}).status == 303
    assert starters(app, company)[0].bindings == ["company_name", "company_name"]


def test_an_association_comes_back(app: Flask, company: Company, admin: Browser, starter_id: int) -> None:
    url = f"{PAGE}/{starter_id}/coringas"
    for first in ("text:Maria", "debtor_name"):
        kind, _, text = first.partition(":")
        chosen = {"field_1": "text:" if text else kind, "text_1": text, "field_2": "creditor_name"}
        assert admin.post(url, seen=seen(admin, starter_id), **chosen).status == 303
    page = admin.get(f"/historico/chat-starter:{starter_id}")
    assert "associou os coringas de" in page.words
    form = page.one("form[action$='/restaurar']")
    assert "“Maria”" in str(form["data-confirm"])
    fields = {str(each["name"]): str(each["value"]) for each in form.select("input[name]")}
    assert admin.post(str(form["action"]), **fields).status == 303
    assert starters(app, company)[0].bindings == ["text:Maria", "creditor_name"]


def test_a_text_that_changed_at_meta_must_be_associated_anew(
    app: Flask, company: Company, graph: GraphApi, official: int, admin: Browser
) -> None:
    template = graph.add_template("20200001", "inicio", "Olá {{1}}, aqui é da {{2}}, podemos falar?")
    run(app, "template-status")
    (row,) = starters(app, company)
    assert "Falta associar os coringas." in admin.get(PAGE).words
    admin.post(f"{PAGE}/{row.id}/coringas", seen=seen(admin, row.id), field_1="debtor_name", field_2="creditor_name")
    assert "associar os coringas" not in admin.get(PAGE).one(f"#starter-{row.id}").get_text().lower()
    template.body, template.parameters = "Oi {{1}}, podemos falar agora?", 1
    run(app, "template-status")
    for address in (PAGE, f"{PAGE}/{row.id}", f"{PAGE}/{row.id}/coringas"):
        assert LOST in admin.get(address).words
    admin.post(f"{PAGE}/{row.id}/coringas", seen=seen(admin, row.id), field_1="debtor_name")
    assert LOST not in admin.get(PAGE).words


def test_before_the_approval_there_is_nothing_to_associate(
    app: Flask, company: Company, graph: GraphApi, official: int, admin: Browser
) -> None:
    graph.add_template("20200001", "inicio", "Olá {{1}}, podemos falar agora?", status="PENDING")
    run(app, "template-status")
    (row,) = starters(app, company)
    assert "Os coringas são associados depois da aprovação." in admin.get(f"{PAGE}/{row.id}").words
    assert admin.get(f"{PAGE}/{row.id}/coringas").status == 404
    with app.app_context():
        assert db.session.get_one(type(row), row.id).bindings == []
