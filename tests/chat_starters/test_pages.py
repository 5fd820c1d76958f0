"""The tab "Modelo de início de chat" on the simulator, over HTTP."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.chat_starters import queries
from portal.chat_starters.models import ChatStarter, StarterStatus
from portal.connection import queries as connections
from portal.extensions import db
from tests.support.browser import Browser
from tests.support.people import Company

PAGE = "/whatsapp/modelos"
BODY = "Olá {{1}}, tudo bem? Aqui é da escola {{2}}. Podemos falar agora?"


def starters(app: Flask, company: Company) -> list[ChatStarter]:
    with app.app_context():
        connection = connections.current(company.id)
        assert connection is not None
        rows = list(queries.starters_of(connection.id))
        db.session.expunge_all()
        return rows


@pytest.fixture
def starter_id(app: Flask, company: Company, admin: Browser) -> int:
    admin.get(f"{PAGE}/novo")
    assert admin.post(f"{PAGE}/novo", name="Início", category="utility", body=BODY).status == 303
    return starters(app, company)[0].id


def test_a_new_starter_is_approved_at_once(app: Flask, company: Company, admin: Browser) -> None:
    page = admin.get(PAGE)
    assert "Nenhum modelo ainda" in page.words
    page = admin.get(f"{PAGE}/novo")
    assert "Utilidade: facilita uma transação" in page.words
    page = admin.post(f"{PAGE}/novo", follow=True, name="Início de Cobrança", category="utility", body=BODY)
    assert "Modelo inicio_de_cobranca criado. No simulador, o modelo é aprovado na hora." in page.words
    (row,) = starters(app, company)
    assert (row.name, row.status, row.body, row.bindings) == ("inicio_de_cobranca", StarterStatus.APPROVED, BODY, [])
    section = page.one(f"#starter-{row.id}").get_text(" ", strip=True)
    assert section.startswith("inicio_de_cobranca Aprovada Utilidade")
    assert "Falta associar os coringas" in section


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": ""}, "Informe o nome do modelo."),
        ({"name": "!!!"}, "Use letras ou números no nome do modelo."),
        ({"name": "INÍCIO"}, "Já existe um modelo com o nome inicio. Escolha outro nome."),
        ({"category": "authentication"}, "Escolha uma das categorias."),
        ({"category": None}, "Escolha uma das categorias."),
        ({"body": ""}, "Informe a mensagem."),
        ({"body": "Olá {{2}}, tudo bem com você?"}, "Falta o coringa {{1}}: numere em sequência, a partir de {{1}}."),
        ({"body": "x" * 1025}, "A mensagem pode ter no máximo 1024 caracteres; esta tem 1025."),
    ],
)
def test_a_refused_starter_stays_typed(
    app: Flask, company: Company, admin: Browser, starter_id: int, change: dict[str, str | None], error: str
) -> None:
    fields: dict[str, str | None] = {"name": "outro", "category": "marketing", "body": BODY}
    page = admin.post(f"{PAGE}/novo", **{**fields, **change})
    assert (page.status, page.errors) == (422, [error])
    form = page.form_data("main form")
    assert form["body"] == (change.get("body", BODY) or "")
    assert len(starters(app, company)) == 1


@pytest.mark.parametrize("htmx", [True, False])
def test_associating_the_wildcards(app: Flask, company: Company, admin: Browser, starter_id: int, htmx: bool) -> None:
    url = f"{PAGE}/{starter_id}"
    page = admin.get(url, htmx=True, editar=1) if htmx else admin.get(PAGE, editar=starter_id)
    labels = [label.get_text() for label in page.all(f"#starter-{starter_id} label")]
    assert labels == ["Coringa {{1}}", "Coringa {{2}}"]
    seen = page.form_data(f"#starter-{starter_id} form")["seen"]
    chosen = {"field_1": "debtor_first_name", "field_2": "creditor_name", "field_3": "x", "status": "pending"}
    page = admin.post(f"{url}/coringas", htmx=htmx, seen=seen, **chosen)
    assert page.status == (200 if htmx else 303)
    if not htmx:
        assert page.location == f"{PAGE}#starter-{starter_id}"
        page = admin.get(PAGE)
    else:
        assert page.one(f"#starter-{starter_id}-edit").has_attr("data-autofocus")
    bubble = page.one(f"#starter-{starter_id} .bubble-text").get_text()
    assert bubble == "Olá Maria, tudo bem? Aqui é da escola Escola Exemplo. Podemos falar agora?"
    (row,) = starters(app, company)
    assert (row.bindings, row.status) == (["debtor_first_name", "creditor_name"], StarterStatus.APPROVED)


def test_the_preview_follows_the_choice(admin: Browser, starter_id: int) -> None:
    page = admin.get(f"{PAGE}/{starter_id}/previa", htmx=True, field_1="debtor_name", field_2="")
    assert page.one(".bubble-text").get_text().startswith("Olá Maria da Silva, tudo bem? Aqui é da escola {{2}}.")


@pytest.mark.parametrize("htmx", [True, False])
def test_a_wildcard_without_field_is_refused(
    app: Flask, company: Company, admin: Browser, starter_id: int, htmx: bool
) -> None:
    url = f"{PAGE}/{starter_id}/coringas"
    seen = admin.get(PAGE, editar=starter_id).form_data(f"#starter-{starter_id} form")["seen"]
    page = admin.post(url, htmx=htmx, seen=seen, field_1="debtor_name", field_2="password")
    assert (page.status, page.errors) == (422, ["Escolha o campo do coringa {{2}}."])
    assert page.form_data(f"#starter-{starter_id} form")["field_1"] == "debtor_name"
    assert starters(app, company)[0].bindings == []


@pytest.mark.parametrize("htmx", [True, False])
def test_two_people_associate(app: Flask, company: Company, admin: Browser, starter_id: int, htmx: bool) -> None:
    url = f"{PAGE}/{starter_id}/coringas"
    seen = admin.get(PAGE, editar=starter_id).form_data(f"#starter-{starter_id} form")["seen"]
    first = {"field_1": "debtor_name", "field_2": "creditor_name"}
    admin.post(url, seen=seen, **first)
    page = admin.post(url, htmx=htmx, seen=seen, field_1="company_name", field_2="company_name")
    assert page.status == 422
    assert "O modelo mudou enquanto você editava" in page.words
    assert starters(app, company)[0].bindings == ["debtor_name", "creditor_name"]


@pytest.mark.parametrize("text", ["Oi <script>alert(1)</script> tudo bem", "Oi ${7*7} #{7*7} {% raw %} tudo bem"])
def test_what_is_written_comes_out_as_written(app: Flask, company: Company, admin: Browser, text: str) -> None:
    admin.get(f"{PAGE}/novo")
    page = admin.post(f"{PAGE}/novo", follow=True, name="x", category="marketing", body=text)
    assert page.one(".bubble-text").get_text() == text


def test_only_admins_and_only_their_own(
    app: Flask, company: Company, operator: Browser, stranger: Browser, starter_id: int
) -> None:
    url = f"{PAGE}/{starter_id}"
    for person in (operator, stranger):
        assert person.get(url, htmx=True).status == 404
        assert person.get(f"{url}/previa", htmx=True).status == 404
        assert person.get(PAGE, editar=starter_id).status == 404
        assert person.post(f"{url}/coringas", field_1="debtor_name", field_2="debtor_name", seen="x").status == 404
    assert operator.get(PAGE).status == 404
    assert operator.get(f"{PAGE}/novo").status == 404
    assert operator.post(f"{PAGE}/novo", name="x", category="utility", body="Olá").status == 404
    assert operator.post(f"{PAGE}/sincronizar").status == 404
    assert stranger.post(f"{PAGE}/sincronizar").status == 404
    assert "inicio" not in stranger.get(PAGE).one("main").get_text()
    assert starters(app, company)[0].bindings == []
