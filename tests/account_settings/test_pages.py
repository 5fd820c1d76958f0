"""The tab "Configurações por Conta", over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.account_settings import queries
from portal.accounts.models import Role
from portal.audit import history
from portal.audit.models import AuditEntry
from portal.extensions import db
from tests.account_settings.scene import (
    OF_AGREEMENT,
    STATEMENT,
    TERM,
    add_admin,
    add_document,
    change,
    set_document,
)
from tests.support.browser import Browser, Page
from tests.support.people import Company

PAGE = "/whatsapp/conta"
SAVE = f"{PAGE}/escolhas"
FORM = "#account-choices form"
FIELDS = ("agreement_term_id", "debt_statement_id", "signatory_id", "fallback_user_id")


def options(page: Page, field: str) -> list[str]:
    return [option.get_text() for option in page.all(f"#{field} option")]


def chosen(page: Page, field: str) -> str:
    return page.one(f"#{field} option[selected]").get_text()


def stored(app: Flask, company: Company) -> tuple[Any, ...]:
    with app.app_context():
        row = queries.settings_of(company.id)
        return tuple(getattr(row, field) for field in FIELDS)


def entries(app: Flask, company: Company) -> list[AuditEntry]:
    with app.app_context():
        found = db.session.query(AuditEntry).filter_by(subject=f"account-settings:{company.id}")
        return list(found.order_by(AuditEntry.id))


def test_a_new_company_is_told_where_documents_come_from(admin: Browser) -> None:
    page = admin.get(PAGE)
    labels = [label.get_text() for label in page.all(f"{FORM} .label")]
    assert labels == ["Termo de acordo", "Demonstrativo de débito", "Usuário", "Usuário ADM"]
    links = {link.get_text(): link["href"] for link in page.all(f"{FORM} .hint a")}
    new = "Criar em Menu Configurações > Documentos > Demonstrativo de Débito > Novo"
    assert links[new] == "/documentos/demonstrativo-de-debito/novo"
    assert "#NOME_USUARIO#" in page.words
    assert "Enquanto nenhum é escolhido, é Ana Administradora, o administrador ativo mais antigo." in page.words
    assert options(page, "signatory_id") == ["Nenhum", "Ana Administradora", "Otávio Operador"]
    assert options(page, "fallback_user_id") == ["Nenhum", "Ana Administradora"]


@pytest.mark.parametrize("htmx", [True, False])
def test_choosing_everything(app: Flask, company: Company, admin: Browser, htmx: bool) -> None:
    term = add_document(app, company, TERM, "Termo padrão")
    statement = add_document(app, company, STATEMENT, "Demonstrativo padrão")
    page = admin.get(PAGE)
    assert options(page, "agreement_term_id") == ["Nenhum", "Termo padrão"]
    assert not page.all(f"{FORM} .hint a"), "there is something to choose"
    data = {**page.form_data(FORM), "agreement_term_id": term, "debt_statement_id": statement}
    data |= {"signatory_id": company.operator.id, "fallback_user_id": company.admin.id}
    answer = admin.post(SAVE, htmx=htmx, **data)
    if not htmx:
        assert (answer.status, answer.location) == (303, PAGE)
        answer = admin.get(PAGE)
        assert "Configurações por Conta salvas." in answer.words
    assert [chosen(answer, field) for field in FIELDS] == [
        "Termo padrão",
        "Demonstrativo padrão",
        "Otávio Operador",
        "Ana Administradora",
    ]
    assert stored(app, company) == (term, statement, company.operator.id, company.admin.id)
    entry = entries(app, company)[-1]
    assert entry.before == dict.fromkeys(FIELDS)
    assert entry.after == dict(zip(FIELDS, stored(app, company), strict=True))


def test_only_what_fits_is_offered(app: Flask, company: Company, other: Company, admin: Browser) -> None:
    add_document(app, company, OF_AGREEMENT, "Demonstrativo do acordo")
    add_document(app, company, STATEMENT, "Antigo", active=False)
    add_document(app, other, TERM, "Termo alheio")
    page = admin.get(PAGE)
    assert options(page, "agreement_term_id") == options(page, "debt_statement_id") == ["Nenhum"]
    assert len(page.all(f"{FORM} .hint a")) == 2


@pytest.mark.parametrize("htmx", [True, False])
def test_what_is_not_offered_is_refused(
    app: Flask, company: Company, other: Company, admin: Browser, htmx: bool
) -> None:
    wrong = {
        "agreement_term_id": [add_document(app, other, TERM, "Termo alheio"), "abc", 10**18],
        "debt_statement_id": [
            add_document(app, company, OF_AGREEMENT, "Do acordo"),
            add_document(app, company, STATEMENT, "Antigo", active=False),
        ],
        "signatory_id": [other.admin.id],
        "fallback_user_id": [company.operator.id, other.admin.id],
    }
    admin.get(PAGE)
    for field, values in wrong.items():
        for value in values:
            page = admin.post(SAVE, htmx=htmx, version=0, **{field: value})
            assert page.status == 422
            assert page.errors and page.all(f"#{field}[aria-invalid=true]"), field
    assert stored(app, company) == (None,) * 4
    assert entries(app, company) == []


def test_the_second_of_two_is_told(app: Flask, company: Company, admin: Browser) -> None:
    term = add_document(app, company, TERM, "Termo padrão")
    admin.get(PAGE)
    admin.post(SAVE, version=0, agreement_term_id=term)
    for htmx in (True, False):
        page = admin.post(SAVE, htmx=htmx, version=0, agreement_term_id="", signatory_id=company.admin.id)
        assert page.status == 422
        assert "Agora está salvo: Termo de acordo: Termo padrão; Demonstrativo de débito: Nenhum;" in page.words
        assert (chosen(page, "agreement_term_id"), chosen(page, "signatory_id")) == ("Nenhum", "Ana Administradora")
        data = page.form_data(FORM)
    assert stored(app, company) == (term, None, None, None)
    fresh = admin.get(SAVE, htmx=True)
    assert chosen(fresh, "agreement_term_id") == "Termo padrão"
    assert admin.get(SAVE).location == PAGE
    assert admin.post(SAVE, **data).status == 303, "who saw what is stored may replace it"
    assert stored(app, company) == (None, None, company.admin.id, None)


def test_saving_the_same_changes_and_notes_nothing(app: Flask, company: Company, admin: Browser) -> None:
    data = admin.get(PAGE).form_data(FORM)
    assert admin.post(SAVE, **data).status == 303
    assert entries(app, company) == []
    with app.app_context():
        assert queries.settings_of(company.id).version == 0


def test_choices_that_apply_no_longer(app: Flask, company: Company, admin: Browser) -> None:
    term = add_document(app, company, TERM, "Termo padrão")
    bia, caio = add_admin(app, company, "Bia Alves"), add_admin(app, company, "Caio Reis")
    admin.get(PAGE)
    admin.post(SAVE, version=0, agreement_term_id=term, signatory_id=bia.id, fallback_user_id=caio.id)
    with app.app_context():
        assert (queries.signatory(company.id).name, queries.fallback_user(company.id).name) == (
            "Bia Alves",
            "Caio Reis",
        )
    set_document(app, term, active=False)
    change(app, bia, active=False)
    change(app, caio, role=Role.OPERATOR)
    page = admin.get(PAGE)
    errors = [" ".join(error.get_text(" ").split()) for error in page.all(f"{FORM} .error")]
    assert errors == [
        "Erro: Termo padrão: inativo. Até escolher outro, só se envia o termo dos credores que têm o seu.",
        "Erro: Bia Alves: inativo. Até escolher outro, ninguém assina os documentos com o coringa #NOME_USUARIO#.",
        "Erro: Caio Reis: não é mais administrador. Até escolher outro, recebe Ana Administradora.",
    ]
    assert chosen(page, "agreement_term_id") == "Termo padrão (inativo)"
    assert chosen(page, "fallback_user_id") == "Caio Reis (não é mais administrador)"
    with app.app_context():
        assert queries.signatory(company.id) is None
        assert queries.fallback_user(company.id).id == company.admin.id
    statement = add_document(app, company, STATEMENT, "Demonstrativo")
    assert admin.post(SAVE, **{**page.form_data(FORM), "debt_statement_id": statement}).status == 303
    assert stored(app, company) == (term, statement, bia.id, caio.id), "saving something else clears nothing"


def test_an_earlier_state_comes_back(app: Flask, company: Company, admin: Browser) -> None:
    term, newer = (add_document(app, company, TERM, name) for name in ("Termo padrão", "Termo novo"))
    admin.get(PAGE)
    admin.post(SAVE, version=0, agreement_term_id=term, signatory_id=company.admin.id)
    admin.post(SAVE, version=1, agreement_term_id=newer)
    first = entries(app, company)[0].after
    assert first is not None
    with app.app_context():
        trail = history.trail_of(f"account-settings:{company.id}")
        assert trail is not None and trail.restore is not None
        assert trail.name(company.id, str(company.id)) == "Configurações por Conta"
        assert trail.name(company.id, "99") is None
        assert trail.show(company.id, "agreement_term_id", term) == "Termo padrão"
        assert trail.show(company.id, "signatory_id", company.admin.id) == "Ana Administradora"
        assert trail.show(company.id, "fallback_user_id", None) == "Nenhum"
        trail.restore(company.admin.id, company.id, str(company.id), first)
    assert stored(app, company) == (term, None, company.admin.id, None)
    assert entries(app, company)[-1].after == first
    set_document(app, newer, active=False)
    with app.app_context(), pytest.raises(history.NotRestorable, match="Termo de acordo: “Termo novo” não pode mais"):
        trail.restore(company.admin.id, company.id, str(company.id), {"agreement_term_id": newer})
    assert stored(app, company) == (term, None, company.admin.id, None)


def test_only_admins_and_only_their_own(
    app: Flask, company: Company, admin: Browser, operator: Browser, stranger: Browser
) -> None:
    term = add_document(app, company, TERM, "Termo sigiloso")
    admin.get(PAGE)
    admin.post(SAVE, version=0, agreement_term_id=term)
    for path in (PAGE, SAVE, f"{PAGE}/quem-receberia"):
        assert operator.get(path).status == 404
    assert operator.post(SAVE, version=1).status == 404
    assert "Termo sigiloso" not in stranger.get(PAGE).text
    assert stranger.post(SAVE, version=0, agreement_term_id=term).status == 422
    assert stored(app, company)[0] == term
