"""A starter's life with Meta, over HTTP: refusals, edits, deletion, and what Meta's failures leave behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from portal import clock, gateways
from portal.chat_starters.models import ChatStarter, StarterStatus
from portal.connection import queries as connections
from portal.gateways.base import Capabilities
from tests.chat_starters.steps import BODY, FORM, PAGE, starters, write
from tests.fakes.graph_api import GraphApi
from tests.support.browser import Browser, Page
from tests.support.clockwork import run
from tests.support.people import Company

NOON = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
NEW_BODY = "Oi {{1}}, tudo bem? Falo em nome da {{2}}. Podemos conversar agora?"

FAILURES: list[dict[str, Any]] = [
    {"name": "refuse", "code": 190, "status": 401},
    {"name": "refuse", "code": 80008, "status": 400},
    {"name": "refuse", "code": 2, "status": 500},
    {"name": "html_502"},
    {"name": "accept_then_drop"},
]


def only(app: Flask, company: Company) -> ChatStarter:
    (row,) = starters(app, company)
    return row


def edit(admin: Browser, starter: ChatStarter, **change: Any) -> Page:
    form = admin.get(f"{PAGE}/{starter.id}/editar").form_data("#starter-form")
    return admin.post(f"{PAGE}/{starter.id}/editar", **{**form, "action": "save", **change})


def test_a_rejected_starter_is_corrected_and_sent_again(
    app: Flask, company: Company, graph: GraphApi, official: int, admin: Browser
) -> None:
    write(admin)
    template = graph.templates[0]
    graph.desk.reject(template, "PROMOTIONAL")
    run(app, "template-status")
    page = admin.get(PAGE)
    assert "O conteúdo é promocional para a categoria escolhida." in page.words
    assert "Corrigir e reenviar" in page.words
    row = only(app, company)
    page = edit(admin, row, body=NEW_BODY, category="marketing", name="ignorado", footer="Responda SAIR")
    assert page.status == 303
    row = only(app, company)
    assert (row.name, row.status, row.body, row.category.value) == (
        "inicio",
        StarterStatus.PENDING,
        NEW_BODY,
        "marketing",
    )
    assert (template.body, template.category, template.status) == (NEW_BODY, "MARKETING", "PENDING")
    assert edit_is_closed(admin, row)


def edit_is_closed(admin: Browser, starter: ChatStarter) -> bool:
    """Nothing can be edited while Meta reviews."""
    shown = admin.get(f"{PAGE}/{starter.id}")
    closed = "Neste momento a Meta não deixa editar este modelo." in shown.words
    return closed and admin.get(f"{PAGE}/{starter.id}/editar").location == f"{PAGE}/{starter.id}"


def test_an_approved_starter_is_edited_within_metas_quota(
    app: Flask, company: Company, graph: GraphApi, official: int
) -> None:
    with clock.at(NOON):
        admin = Browser(app).log_in(company.admin)
        write(admin)
        graph.desk.approve(graph.templates[0])
        run(app, "template-status")
        row = only(app, company)
        page = admin.get(f"{PAGE}/{row.id}/editar")
        assert "Ao salvar, o modelo volta para análise na Meta" in page.words
        assert page.all("#category, #name") == []
        assert edit(admin, row, body=NEW_BODY).status == 303
        graph.desk.approve(graph.templates[0])
        run(app, "template-status")
        row = only(app, company)
        assert (row.status, row.body) == (StarterStatus.APPROVED, NEW_BODY)
        assert "uma edição de um modelo aprovado a cada 24 horas" in admin.get(f"{PAGE}/{row.id}").words
    with clock.at(NOON + timedelta(hours=25)):
        admin = Browser(app).log_in(company.admin)
        assert admin.get(f"{PAGE}/{row.id}/editar").status == 200


def test_what_meta_refuses_is_said_in_its_own_words_and_stays_typed(
    app: Flask, company: Company, graph: GraphApi, official: int, admin: Browser
) -> None:
    graph.desk.limit = 0
    page = write(admin)
    assert page.status == 422
    assert "A conta atingiu o limite de modelos de mensagem." in page.one(".error-summary").get_text()
    assert "Ele ficou guardado como rascunho." in page.words
    assert page.form_data("#starter-form")["body"] == BODY
    row = only(app, company)
    assert (row.status, graph.templates) == (StarterStatus.DRAFT, [])
    card = admin.get(PAGE).one(f"#starter-{row.id}").get_text(" ", strip=True)
    assert "A última tentativa não deu certo:" in card
    assert "A conta atingiu o limite de modelos de mensagem." in card
    graph.desk.limit = 250
    assert (
        admin.post(str(page.one("#starter-form")["action"]), **page.form_data("#starter-form"), action="save").status
        == 303
    )
    row = only(app, company)
    assert (row.status, row.told) == (StarterStatus.PENDING, "")


def test_two_people_edit(app: Flask, company: Company, graph: GraphApi, official: int, admin: Browser) -> None:
    write(admin, action="draft")
    row = only(app, company)
    form = admin.get(f"{PAGE}/{row.id}/editar").form_data("#starter-form")
    assert edit(admin, row, header="Da primeira", action="draft").status == 303
    page = admin.post(f"{PAGE}/{row.id}/editar", **{**form, "header": "Da segunda", "action": "draft"})
    assert page.status == 422
    assert "O modelo mudou enquanto você editava" in page.words
    assert page.form_data("#starter-form")["header"] == "Da segunda"
    assert only(app, company).header == "Da primeira"


def test_deleting(app: Flask, company: Company, graph: GraphApi, official: int, admin: Browser) -> None:
    write(admin)
    graph.desk.approve(graph.templates[0])
    run(app, "template-status")
    row = only(app, company)
    page = admin.get(f"{PAGE}/{row.id}")
    form = page.one("form[action$='/excluir']")
    assert "30 dias" in str(form["data-confirm"])
    assert admin.post(f"{PAGE}/{row.id}/excluir", seen="outra").status == 422
    assert graph.templates
    page = admin.post(f"{PAGE}/{row.id}/excluir", follow=True, seen=page.form_data("form[action$='/excluir']")["seen"])
    assert "Modelo inicio excluído." in page.words
    assert graph.templates == []
    assert only(app, company).status is StarterStatus.DELETED
    assert "A Meta só aceita o nome de novo a partir de" in " ".join(write(admin).errors)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("verb", ["create", "edit", "delete", "sync"])
def test_failures_of_meta_leave_the_starter_as_it_was(
    app: Flask,
    company: Company,
    graph: GraphApi,
    official: int,
    admin: Browser,
    verb: str,
    failure: dict[str, Any],
) -> None:
    write(admin, action="draft" if verb == "create" else "save")
    if verb != "create":
        graph.desk.reject(graph.templates[0])
        run(app, "template-status")
    before, held = only(app, company), len(graph.templates)
    graph.next(edge="node" if verb == "edit" else "message_templates", **failure)
    page = _do(admin, before, verb)
    assert page.status == 422
    assert page.one("[role=alert]").get_text(strip=True)
    assert "token-da-primeira" not in page.text
    after = only(app, company)
    for name in ("status", "remote_status", "body", "bindings", "category", "remote_id"):
        assert getattr(after, name) == getattr(before, name), name
    assert len(graph.templates) in (held, held + (verb == "create"), held - (verb == "delete"))
    if verb != "sync":
        assert after.told in admin.get(f"{PAGE}/{after.id}").one("blockquote").get_text()


def _do(admin: Browser, starter: ChatStarter, verb: str) -> Page:
    if verb == "create":
        admin.get(f"{PAGE}/{starter.id}")
        return admin.post(f"{PAGE}/{starter.id}/enviar")
    if verb == "edit":
        return edit(admin, starter, body=NEW_BODY)
    if verb == "delete":
        seen = admin.get(f"{PAGE}/{starter.id}").form_data("form[action$='/excluir']")["seen"]
        return admin.post(f"{PAGE}/{starter.id}/excluir", seen=seen)
    admin.get(PAGE)
    return admin.post(f"{PAGE}/sincronizar")


def test_a_creation_whose_answer_was_lost_is_found_by_its_name(
    app: Flask, company: Company, graph: GraphApi, official: int, admin: Browser
) -> None:
    graph.next("accept_then_drop", edge="message_templates")
    page = write(admin)
    assert "A Meta não confirmou se recebeu o modelo." in page.words
    assert (only(app, company).status, len(graph.templates)) == (StarterStatus.DRAFT, 1)
    run(app, "template-status")
    row = only(app, company)
    assert (row.status, row.told, row.remote_id) == (StarterStatus.PENDING, "", graph.templates[0].provider_id)


def test_a_rate_limit_rests_the_job_for_an_hour(app: Flask, company: Company, graph: GraphApi, official: int) -> None:
    with clock.at(NOON):
        graph.next("refuse", edge="message_templates", code=80008, status=400)
        assert run(app, "template-status") == "1 conta com erro"
        graph.add_template("20200001", "inicio", BODY)
    with clock.at(NOON + timedelta(minutes=59)):
        assert run(app, "template-status") == ""
    with clock.at(NOON + timedelta(minutes=61)):
        assert run(app, "template-status") == "1 modelo atualizado"


def test_the_history_tells_what_meta_did(
    app: Flask, company: Company, graph: GraphApi, official: int, admin: Browser
) -> None:
    graph.desk.granted["inicio"] = "MARKETING"
    write(admin)
    assert "Pedida como Utilidade, recebida como Marketing." in admin.get(PAGE).words
    template = graph.templates[0]
    graph.desk.approve(template)
    template.quality, template.correct_category = "YELLOW", "UTILITY"
    run(app, "template-status")
    page = admin.get(PAGE)
    for part in (
        "Pedida como Utilidade, aprovada como Marketing.",
        "Qualidade média",
        "mudar a categoria para Utilidade",
    ):
        assert part in page.words, part
    words = admin.get(f"/historico/chat-starter:{only(app, company).id}").words
    for part in ("Ana Administradora", "enviou para aprovação", "Meta", "Pendente", "Aprovada", "Média"):
        assert part in words, part


def test_on_an_api_without_templates_starters_are_plain_texts(
    app: Flask, company: Company, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        connection = connections.current(company.id)
        assert connection is not None
        gateway = gateways.get(connection.kind.value)
    monkeypatch.setattr(
        gateway, "capabilities", Capabilities(interactive=False, templates=False, signed_webhooks=False)
    )
    assert "são textos simples: não passam por aprovação" in admin.get(PAGE).words
    assert "O modelo pode ser usado assim que é salvo." in admin.get(f"{PAGE}/novo").words
    page = write(admin, follow=True, **{"samples-0": "", "samples-1": ""})
    assert "Modelo inicio aprovado." in page.words
    row = only(app, company)
    assert row.status is StarterStatus.APPROVED
    assert FORM["name"] != row.name
    assert edit(admin, row, body=NEW_BODY).status == 303
    assert only(app, company).status is StarterStatus.APPROVED
