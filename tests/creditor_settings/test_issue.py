"""The document that the settings name, made for a debtor."""

from __future__ import annotations

import pytest
from flask import Flask

from portal import clock
from portal.creditor_settings.service import issue_for
from portal.documents.models import DocumentKind, IssuedDocument
from portal.documents.service import files
from portal.documents.service.issue import CannotIssue
from portal.extensions import db
from portal.portfolio.models import Agreement, Debtor
from tests.account_settings.scene import STATEMENT, TERM
from tests.documents.world import NOW, add_agreement, add_debt, add_document, creditor_of, text_of
from tests.support.browser import Browser
from tests.support.people import Company

BODY = "#TABELA_TITULOS#\n\nAssina: #NOME_USUARIO#"


@pytest.fixture
def debtor_id(app: Flask, company: Company) -> int:
    return add_debt(app, company)


def issued(
    app: Flask, debtor_id: int, kind: DocumentKind = STATEMENT, agreement_id: int | None = None
) -> tuple[str, str]:
    """The name of the document that was used, and what its PDF says."""
    with app.app_context(), clock.at(NOW):
        debtor = db.session.get_one(Debtor, debtor_id)
        agreement = db.session.get_one(Agreement, agreement_id) if agreement_id else None
        made = issue_for(debtor.account_id, debtor, debtor.titles[0].creditor, kind, agreement)
        db.session.commit()
        return made.document.name, text_of(files.read(made.path))


def reasons(app: Flask, debtor_id: int) -> str:
    with pytest.raises(CannotIssue) as refusal:
        issued(app, debtor_id)
    with app.app_context():
        assert db.session.query(IssuedDocument).count() == 0
    return " ".join(refusal.value.reasons)


def choose(admin: Browser, url: str, **values: int) -> None:
    admin.get("/whatsapp/conta")
    assert admin.post(url, version=0, **values).status == 303


def test_without_a_choice_it_says_where_to_choose(app: Flask, company: Company, debtor_id: int) -> None:
    add_document(app, company)
    assert reasons(app, debtor_id) == (
        "Demonstrativo de débito: nenhum está escolhido para o credor Escola Azul Ltda nem para a conta. "
        "Escolha em Integração WhatsApp > Configurações por Conta ou Configurações por Credor."
    )


def test_the_signatory_of_the_company_signs(app: Flask, company: Company, admin: Browser, debtor_id: int) -> None:
    document = add_document(app, company, body=BODY)
    choose(admin, "/whatsapp/conta/escolhas", debt_statement_id=document)
    assert "#NOME_USUARIO#" in reasons(app, debtor_id)
    assert admin.post("/whatsapp/conta/escolhas", version=1, signatory_id=company.operator.id).status == 303
    name, words = issued(app, debtor_id)
    assert name == "Demonstrativo padrão"
    assert "Assina: Otávio Operador" in words


def test_the_creditor_s_own_comes_first(app: Flask, company: Company, admin: Browser, debtor_id: int) -> None:
    terms = [add_document(app, company, name, TERM) for name in ("Termo da conta", "Termo da escola")]
    choose(admin, "/whatsapp/conta/escolhas", agreement_term_id=terms[0], signatory_id=company.admin.id)
    agreement_id = add_agreement(app, debtor_id)
    assert issued(app, debtor_id, TERM, agreement_id)[0] == "Termo da conta"
    choose(admin, f"/whatsapp/credores/{creditor_of(app, debtor_id)}", agreement_term_id=terms[1])
    assert issued(app, debtor_id, TERM, agreement_id)[0] == "Termo da escola"
