"""The tab "Modelo de início de chat": the list, and writing a starter, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.chat_starters.models import StarterCategory, StarterStatus
from tests.chat_starters.steps import BODY, FORM, PAGE, starters, write
from tests.fakes.graph_api import GraphApi
from tests.support.browser import Browser
from tests.support.clockwork import run
from tests.support.people import Company


def test_on_the_simulator_a_new_starter_is_approved_at_once(app: Flask, company: Company, admin: Browser) -> None:
    assert "Nenhum modelo ainda" in admin.get(PAGE).words
    assert "Utilidade : facilita uma transação" in admin.get(f"{PAGE}/novo").words
    page = write(admin, follow=True, name="Início de Cobrança")
    assert "Modelo inicio_de_cobranca aprovado." in page.words
    (row,) = starters(app, company)
    assert (row.name, row.status, row.body, row.bindings) == ("inicio_de_cobranca", StarterStatus.APPROVED, BODY, [])
    assert row.samples == ["Maria", "Escola Azul"]
    card = admin.get(PAGE).one(f"#starter-{row.id}").get_text(" ", strip=True)
    assert card.startswith("inicio_de_cobranca Aprovada Utilidade")
    assert "Falta associar os coringas" in card


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": ""}, "Dê um nome ao modelo, com letras ou números."),
        ({"name": "INÍCIO", "header": "Outro"}, "Já existe um modelo com o nome inicio. Escolha outro nome."),
        ({"category": "authentication"}, "Escolha uma das categorias."),
        ({"category": None}, "Escolha uma das categorias."),
        ({"body": ""}, "Escreva a mensagem."),
        ({"body": "Olá {{2}}, tudo bem com você?"}, "Falta o coringa {{1}}: numere em sequência, a partir de {{1}}."),
        ({"samples-1": ""}, "Exemplo de {{2}}: informe um exemplo. A Meta precisa de um para cada coringa."),
        ({"header": "x" * 61}, "O cabeçalho pode ter no máximo 60 caracteres; este tem 61."),
        (
            {"buttons-0-kind": "url", "buttons-0-text": "Site", "buttons-0-url": "x"},
            "Botão 1: escreva o endereço completo do site, começando com https://.",
        ),
    ],
)
def test_what_blocks_stands_at_the_top_and_beside_its_field_and_all_stays_typed(
    app: Flask, company: Company, admin: Browser, starter_id: int, change: dict[str, Any], error: str
) -> None:
    typed = {"name": "outro", "footer": "Até logo", **change}
    page = write(admin, **typed)
    assert page.status == 422
    assert error in page.errors
    assert error in " ".join(each.get_text(" ", strip=True) for each in page.all(".remarks .error"))
    anchor = next(link["href"] for link in page.all(".error-summary a") if link.get_text() == error)
    assert page.all(str(anchor))
    form = page.form_data("#starter-form")
    assert form["body"] == (change.get("body", BODY) or "")
    assert form["footer"] == "Até logo"
    assert len(starters(app, company)) == 1


def test_a_draft_is_kept_unfinished_and_sent_later(
    app: Flask, company: Company, graph: GraphApi, official: int, admin: Browser
) -> None:
    page = write(admin, follow=True, action="draft", body="Olá {{1}}", **{"samples-0": ""})
    assert "Rascunho guardado." in page.words
    (row,) = starters(app, company)
    assert (row.status, graph.templates) == (StarterStatus.DRAFT, [])
    assert "Rascunho" in admin.get(PAGE).one(f"#starter-{row.id}").get_text()
    page = admin.post(f"{PAGE}/{row.id}/enviar", follow=True)
    assert "Não comece nem termine com um coringa" in " ".join(page.errors)
    seen = page.form_data("#starter-form")["seen"]
    page = admin.post(f"{PAGE}/{row.id}/editar", follow=True, **{**FORM, "name": "Outro", "seen": seen})
    assert "Modelo outro enviado para aprovação." in page.words
    (row,) = starters(app, company)
    assert (row.name, row.status, len(graph.templates)) == ("outro", StarterStatus.PENDING, 1)


@pytest.mark.parametrize("change", [{"name": " !"}, {"category": None}, {"footer": "x" * 61}, {"body": "x" * 5000}])
def test_what_cannot_even_be_kept(app: Flask, company: Company, admin: Browser, change: dict[str, Any]) -> None:
    page = write(admin, action="draft", **change)
    assert page.status == 422
    assert page.errors
    assert starters(app, company) == []


def test_a_double_click_makes_one_starter(
    app: Flask, company: Company, graph: GraphApi, official: int, admin: Browser
) -> None:
    assert write(admin).status == 303
    again = admin.post(f"{PAGE}/novo", follow=True, **FORM)
    assert "O modelo inicio já está na lista." in again.words
    assert len(starters(app, company)) == len(graph.templates) == 1
    (row,) = starters(app, company)
    page = admin.post(f"{PAGE}/{row.id}/enviar")
    assert page.status == 422
    assert "Este modelo já foi enviado para aprovação." in page.words


def test_without_scripts_buttons_add_rows_and_wildcards(app: Flask, company: Company, admin: Browser) -> None:
    page = write(admin, action="add")
    assert page.status == 200
    form = page.form_data("#starter-form")
    assert form["buttons-0-kind"] == "quick_reply"
    form = {**form, "buttons-0-text": "Podemos falar"}
    page = admin.post(f"{PAGE}/novo", **{**form, "action": "add"})
    page = admin.post(
        f"{PAGE}/novo", **{**page.form_data("#starter-form"), "buttons-1-text": "Não", "action": "remove-1"}
    )
    form = page.form_data("#starter-form")
    assert [form.get("buttons-0-text"), form.get("buttons-1-text")] == ["Não", None]
    page = admin.post(f"{PAGE}/novo", **{**form, "action": "insert"})
    form = page.form_data("#starter-form")
    assert form["body"].endswith("{{3}}")
    assert [form["samples-0"], form["samples-2"]] == ["Maria", ""]
    page = admin.post(f"{PAGE}/novo", **{**form, "body": "Oi {{1}} tudo", "action": "refresh"})
    assert "samples-1" not in page.form_data("#starter-form")
    assert starters(app, company) == []


@pytest.mark.parametrize("name", ["samples-²", "samples-9999999999", "buttons-x-text", "buttons-7-text", "samples-"])
def test_odd_row_numbers_are_no_error(admin: Browser, name: str) -> None:
    assert write(admin, **{name: "x"}).status in (303, 422)


def test_the_preview_and_the_linter_follow_the_typing_and_write_nothing(
    app: Flask, company: Company, admin: Browser
) -> None:
    typed = {
        **FORM,
        "body": "Olá {{1}}, sua dívida com {{2}} e {{3}} pode ser vista.",
        "name": "Início!",
        "header": "Azul",
    }
    admin.get(f"{PAGE}/novo")
    page = admin.post(f"{PAGE}/novo/previa", htmx=True, **typed)
    assert (
        page.one("#starter-phone .bubble-text").get_text()
        == "Olá Maria, sua dívida com Escola Azul e {{3}} pode ser vista."
    )
    assert page.one("#starter-phone .bubble-title").get_text() == "Azul"
    assert "“dívida” expõe a pessoa" in page.one("#remarks-body").get_text()
    assert page.one("#remote-name").get_text() == "inicio"
    assert page.one("#sample-3 input")["name"] == "samples-2"
    assert page.all("textarea, #sample-1") == []
    told = {str(each["name"]): str(each["value"]) for each in page.all("input[type=hidden]")}
    page = admin.post(f"{PAGE}/novo/previa", htmx=True, **typed, **told, **{"samples-2": "Ana"})
    assert page.all("[id^=remarks-], [id^=sample-]") == []
    assert starters(app, company) == []


def test_while_one_types_a_blank_field_is_no_mistake(admin: Browser) -> None:
    assert "Ainda falta algo" in admin.get(f"{PAGE}/novo").words
    page = admin.post(f"{PAGE}/novo/previa", htmx=True, name="Início", body="", **{"buttons-0-text": ""})
    assert page.all(".error") == []
    assert "Ainda falta algo" in page.words


def test_emptied_samples_leave_and_filled_ones_stay(admin: Browser) -> None:
    admin.get(f"{PAGE}/novo")
    body = "Olá, tudo bem com você hoje?"
    page = admin.post(f"{PAGE}/novo/previa", htmx=True, **{**FORM, "body": body, "samples-1": ""})
    assert [each["id"] for each in page.all("[hx-swap-oob=delete]")] == ["sample-2"]


def test_the_list_is_filtered_and_paged(
    app: Flask, company: Company, graph: GraphApi, official: int, admin: Browser
) -> None:
    for number in range(25):
        graph.add_template("20200001", f"modelo_{number:02}", f"Olá {{{{1}}}}, assunto {number} da escola.")
    graph.add_template("20200001", "espera", "Olá {{1}}, um texto próprio aqui.", status="PENDING")
    run(app, "template-status")
    page = admin.get(PAGE)
    assert len(page.all(".starter")) == 20
    assert "Página 1 de 2 · 26 no total" in page.words
    assert "Última sincronização com a Meta" in page.words
    assert len(admin.get(PAGE, pagina="2").all(".starter")) == 6
    assert len(admin.get(f"{PAGE}/lista", htmx=True, pagina="9").all(".starter")) == 6
    names = [each.get_text(strip=True) for each in admin.get(PAGE, busca="Modelo 07").all(".starter h2")]
    assert names == ["modelo_07"]
    names = [each.get_text(strip=True) for each in admin.get(PAGE, situacao="pending").all(".starter h2")]
    assert names == ["espera"]
    assert "Nenhum modelo com estes filtros." in admin.get(PAGE, busca="nada\x00 assim").words
    del graph.templates[0]
    run(app, "template-status")
    assert "modelo_00" not in admin.get(PAGE).text
    page = admin.get(PAGE, excluidos="1", busca="modelo_00")
    assert "Excluída" in page.one(".starter").get_text()


@pytest.mark.parametrize("text", ["Oi <script>alert(1)</script> tudo bem", "Oi ${7*7} #{7*7} {% raw %} tudo bem"])
def test_what_is_written_comes_out_as_written(app: Flask, company: Company, admin: Browser, text: str) -> None:
    page = write(admin, follow=True, name="x", category="marketing", body=text)
    assert page.one(".bubble-text").get_text() == text


def test_the_other_numbers_of_the_company(
    app: Flask, company: Company, official: int, admin: Browser, starter_id: int
) -> None:
    """A company with two numbers has a list for each."""
    simulator = admin.get(PAGE).all("nav[aria-label=Número] a")[1]
    page = admin.get(str(simulator["href"]))
    assert "inicio" not in page.one("#starter-list").get_text()
    number = str(simulator["href"]).partition("numero=")[2]
    page = admin.post(f"{PAGE}/novo?numero={number}", follow=True, **{**FORM, "name": "do_simulador"})
    assert "Modelo do_simulador aprovado." in page.words
    assert "do_simulador" not in admin.get(PAGE).one("#starter-list").get_text()


def test_only_admins_and_only_their_own(
    app: Flask, company: Company, operator: Browser, stranger: Browser, starter_id: int
) -> None:
    url = f"{PAGE}/{starter_id}"
    gets = ("", "/situacao", "/editar", "/coringas", "/coringas/previa")
    posts = ("/enviar", "/excluir", "/editar", "/editar/previa", "/coringas")
    for person in (operator, stranger):
        assert [person.get(f"{url}{each}", htmx=True).status for each in gets] == [404] * len(gets)
        assert [person.post(f"{url}{each}", **FORM).status for each in posts] == [404] * len(posts)
    for each in ("", "/lista", "/novo"):
        assert operator.get(f"{PAGE}{each}").status == 404
    for each in ("/novo", "/novo/previa", "/sincronizar"):
        assert operator.post(f"{PAGE}{each}", **FORM).status == 404
    connection_id = starters(app, company)[0].connection_id
    assert stranger.get(PAGE, numero=connection_id).status == 404
    assert stranger.post(f"{PAGE}/novo?numero={connection_id}", **FORM).status == 404
    assert stranger.post(f"{PAGE}/sincronizar").status == 404
    assert "inicio" not in stranger.get(PAGE).one("#starter-list").get_text()
    (row,) = starters(app, company)
    assert (row.bindings, row.category, row.status) == ([], StarterCategory.UTILITY, StarterStatus.APPROVED)
