"""A document is issued whole or not at all: what is lacking is named, with the place where to put it right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.accounts.models import User
from portal.documents.defaults import DEFAULT_BODIES
from portal.documents.models import Document, DocumentKind, IssuedDocument
from portal.documents.service.issue import CannotIssue, missing
from portal.extensions import db
from portal.portfolio.models import AgreementStatus, Creditor, Debtor, Title, TitleStatus
from tests.documents.world import NOW, add_agreement, add_debt, add_document, change, creditor_of, issue_one
from tests.support.people import Company

ORIGINAL, TERM = DocumentKind.ORIGINAL_STATEMENT, DocumentKind.AGREEMENT_TERM


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.at(NOW):
        yield


def gaps_of(app: Flask, debtor_id: int, kind: DocumentKind, body: str | None = None, **more: Any) -> list[str]:
    with app.app_context():
        debtor = db.session.get_one(Debtor, debtor_id)
        creditor = debtor.titles[0].creditor
        return missing(kind, DEFAULT_BODIES[kind] if body is None else body, debtor, creditor, **more)


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("tax_id", "Falta o CPF ou CNPJ do credor Escola Azul Ltda. Preencha em Credores > Escola Azul Ltda"),
        ("address", "Falta o endereço do credor Escola Azul Ltda. Preencha em Credores > Escola Azul Ltda"),
    ],
)
def test_without_what_the_law_asks_for_nothing_is_issued(app: Flask, company: Company, field: str, reason: str) -> None:
    debtor_id = add_debt(app, company)
    change(app, Creditor, creditor_of(app, debtor_id), **{field: ""})
    document_id = add_document(app, company)
    with pytest.raises(CannotIssue) as refusal:
        issue_one(app, company, document_id, debtor_id)
    assert len(refusal.value.reasons) == 1
    assert refusal.value.reasons[0].startswith(reason)
    assert "CDC, art. 42-A" in refusal.value.reasons[0]
    with app.app_context():
        assert not db.session.query(IssuedDocument).count()


@pytest.mark.parametrize(
    ("body", "start"),
    [
        (
            "#TABELA_TITULOS#\n#ENDERECO_DEVEDOR#",
            "O coringa #ENDERECO_DEVEDOR# (Endereço do devedor) ficaria vazio. Preencha",
        ),
        (
            "#TABELA_TITULOS#\n#EMAIL_DEVEDOR#",
            "O coringa #EMAIL_DEVEDOR# (E-mail do devedor) ficaria vazio. Preencha em",
        ),
        (
            "#TABELA_TITULOS#\n#CNPJ_EMPRESA#",
            "O coringa #CNPJ_EMPRESA# (CNPJ da sua empresa) ficaria vazio. Preencha em D",
        ),
        (
            "#TABELA_TITULOS#\n#NOME_USUARIO#",
            "O coringa #NOME_USUARIO# (Nome do usuário que assina) ficaria vazio. Escolha",
        ),
    ],
)
def test_a_wildcard_without_a_value_is_named_with_its_place(
    app: Flask, company: Company, body: str, start: str
) -> None:
    (gap,) = gaps_of(app, add_debt(app, company), ORIGINAL, body)
    assert gap.startswith(start)


def test_what_follows_from_one_gap_is_told_once(app: Flask, company: Company) -> None:
    debtor_id = add_debt(app, company)
    signatory = {"signatory": None}
    with app.app_context():
        signatory["signatory"] = db.session.get_one(User, company.admin.id)
    assert gaps_of(app, debtor_id, TERM, **signatory) == [
        "Maria Souza não tem acordo com Escola Azul Ltda. Registre o acordo em Devedores > Maria Souza."
    ]
    with app.app_context():
        db.session.query(Title).update({"status": TitleStatus.PAID})
        db.session.commit()
    assert gaps_of(app, debtor_id, ORIGINAL, DEFAULT_BODIES[ORIGINAL] + "\n#CODIGO_BARRAS# #PIX_COPIA_COLA#") == [
        "Maria Souza não tem títulos em aberto com Escola Azul Ltda."
    ]


@pytest.mark.parametrize("status", [AgreementStatus.BROKEN, AgreementStatus.CANCELLED])
def test_an_agreement_that_no_longer_holds_is_not_documented(
    app: Flask, company: Company, status: AgreementStatus
) -> None:
    debtor_id = add_debt(app, company)
    agreement_id = add_agreement(app, debtor_id, status=status)
    with pytest.raises(CannotIssue, match="O acordo nº 7 de Maria Souza foi"):
        issue_one(app, company, add_document(app, company, kind=TERM), debtor_id, agreement_id)


def test_an_inactive_document_is_not_issued(app: Flask, company: Company) -> None:
    document_id, debtor_id = add_document(app, company), add_debt(app, company)
    change(app, Document, document_id, active=False)
    with pytest.raises(CannotIssue, match="O documento “Demonstrativo padrão” está inativo"):
        issue_one(app, company, document_id, debtor_id)


@pytest.mark.parametrize(
    ("values", "start"),
    [
        ({"pix_key": ""}, "O coringa #PIX_COPIA_COLA# (Código PIX copia e cola) ficaria vazio. Informe a chave PIX em"),
        ({"city": ""}, "O coringa #PIX_COPIA_COLA# (Código PIX copia e cola) ficaria vazio. Informe a cidade"),
    ],
)
def test_a_pix_that_cannot_be_made(app: Flask, company: Company, values: dict[str, str], start: str) -> None:
    debtor_id = add_debt(app, company)
    change(app, Creditor, creditor_of(app, debtor_id), **values)
    (gap,) = gaps_of(app, debtor_id, ORIGINAL, "#TABELA_TITULOS#\n#PIX_COPIA_COLA#")
    assert gap.startswith(start), gap
