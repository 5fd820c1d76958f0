"""Templates of the official API, read from a fake Graph API."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.accounts.models import User
from portal.chat_starters import queries
from portal.chat_starters.models import ChatStarter, StarterCategory, StarterStatus
from portal.connection.models import ConnectionKind
from portal.extensions import db
from tests.chat_starters.steps import PAGE, connect
from tests.fakes.graph_api import GraphApi
from tests.support.browser import Browser, Page
from tests.support.clockwork import run
from tests.support.connections import use_only
from tests.support.people import Company

BODY = "Olá {{1}}, aqui é da {{2}}, podemos falar?"


def _synchronised(admin: Browser) -> Page:
    admin.get(PAGE)
    return admin.post(f"{PAGE}/sincronizar", follow=True)


def starter(app: Flask, connection_id: int, name: str = "inicio") -> ChatStarter:
    with app.app_context():
        (row,) = [row for row in queries.starters_of(connection_id) if row.name == name]
        db.session.expunge(row)
        return row


def bind(app: Flask, connection_id: int, *bindings: str) -> None:
    with app.app_context():
        (row,) = queries.starters_of(connection_id)
        row.bindings = list(bindings)
        db.session.commit()


def test_synchronising_by_hand(app: Flask, graph: GraphApi, official: int, admin: Browser) -> None:
    graph.add_template("20200001", "inicio", BODY)
    rejected = graph.add_template("20200001", "oferta", "Olá!", status="REJECTED", category="MARKETING")
    rejected.rejected_reason = "PROMOTIONAL"
    graph.add_template("20200001", "espera", "Olá {{1}} tudo bem?", status="PENDING")
    graph.add_template("20200001", "parado", "Olá!", status="PAUSED")
    graph.add_template("20200001", "codigo", "Seu código", category="AUTHENTICATION")
    graph.add_template("20200001", "nomeado", "Olá {{nome}}!").parameter_format = "NAMED"
    graph.add_template("20200002", "de_outra_conta", "Olá!")
    page = _synchronised(admin)
    assert "Sincronizado com a Meta: 6 modelos na conta, 6 novos ou alterados." in page.words
    text = {str(row["id"]): row.get_text(" ", strip=True) for row in page.all("li[id^=starter-]")}.values()
    joined = " | ".join(text)
    assert "de_outra_conta" not in joined
    for part in (
        "inicio Aprovada Utilidade",
        "oferta Rejeitada Marketing Olá! O conteúdo é promocional para a categoria escolhida.",
        "espera Pendente Utilidade",
        "parado Pausada",
        "codigo Não suportado nesta versão Autenticação",
        "nomeado Não suportado nesta versão Utilidade Olá {{nome}}! Os coringas têm nomes.",
    ):
        assert part in joined, part
    with app.app_context():
        assert [row.name for row in queries.approved(official)] == ["inicio"]


def test_what_changes_at_meta_changes_here(app: Flask, graph: GraphApi, official: int) -> None:
    row = graph.add_template("20200001", "inicio", BODY, status="PENDING")
    assert run(app, "template-status") == "1 modelo atualizado"
    assert run(app, "template-status") == ""
    row.status, row.category = "APPROVED", "MARKETING"
    run(app, "template-status")
    found = starter(app, official)
    assert (found.status, found.category, found.remote_id) == (
        StarterStatus.APPROVED,
        StarterCategory.MARKETING,
        row.provider_id,
    )
    graph.templates.clear()
    run(app, "template-status")
    found = starter(app, official)
    assert (found.status, found.remote_status) == (StarterStatus.DELETED, "DELETED")


def test_associations_live_as_long_as_the_wildcards(app: Flask, graph: GraphApi, official: int) -> None:
    row = graph.add_template("20200001", "inicio", BODY)
    run(app, "template-status")
    bind(app, official, "debtor_name", "creditor_name")
    row.body = "Oi {{1}}, aqui é da {{2}}, podemos falar?"
    run(app, "template-status")
    assert starter(app, official).bindings == ["debtor_name", "creditor_name"]
    row.body, row.parameters = "Oi {{1}}, podemos falar?", 1
    run(app, "template-status")
    assert starter(app, official).bindings == []


def test_one_name_in_two_languages_is_two_starters(app: Flask, graph: GraphApi, official: int) -> None:
    graph.add_template("20200001", "inicio", BODY)
    graph.add_template("20200001", "inicio", "Hello {{1}}, how are you?", language="en_US")
    run(app, "template-status")
    with app.app_context():
        assert {row.language for row in queries.starters_of(official)} == {"pt_BR", "en_US"}


@pytest.mark.parametrize("failure", [{"name": "refuse", "code": 190, "status": 401}, {"name": "html_502"}])
def test_an_error_of_one_account_does_not_stop_the_others(
    app: Flask, graph: GraphApi, official: int, other: Company, failure: dict[str, object]
) -> None:
    second = connect(app, other, "10650002", "20200002", "token-da-segunda")
    graph.add_template("20200002", "segunda", "Olá!")
    graph.next(edge="message_templates", **failure)  # type: ignore[arg-type]
    assert run(app, "template-status") == "1 modelo atualizado, 1 conta com erro"
    assert starter(app, second, "segunda").status is StarterStatus.APPROVED


def test_what_meta_refuses_is_said_without_the_token(graph: GraphApi, official: int, admin: Browser) -> None:
    admin.get(PAGE)
    graph.next("refuse", edge="message_templates", code=190, status=401)
    page = admin.post(f"{PAGE}/sincronizar")
    assert page.status == 422
    assert "A Meta não informou os modelos" in page.words
    assert "token-da-primeira" not in page.text


def test_a_failed_synchronisation_changes_nothing(app: Flask, graph: GraphApi, official: int) -> None:
    graph.add_template("20200001", "inicio", BODY)
    run(app, "template-status")
    graph.next("drop", edge="message_templates")
    run(app, "template-status")
    assert starter(app, official).status is StarterStatus.APPROVED


def test_the_simulator_and_unfinished_accounts_are_left_alone(app: Flask, graph: GraphApi, company: Company) -> None:
    graph.add_template("20200001", "inicio", BODY)
    assert run(app, "template-status") == ""


def test_without_credentials_the_page_leads_to_them(app: Flask, company: Company, admin: Browser) -> None:
    admin.get(PAGE)
    with app.app_context():
        use_only(db.session.get_one(User, company.admin.id), ConnectionKind.CLOUD_API)
    page = admin.get(PAGE)
    assert "Faltam as credenciais da API oficial" in page.words
    assert not page.all('form[action$="/sincronizar"], a[href$="/novo"]')
