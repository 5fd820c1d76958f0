"""The documents that were issued, as an admin looks them up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal import clock
from portal.documents.models import DocumentKind, IssuedDocument
from portal.extensions import db
from portal.portfolio.models import Agreement
from tests.documents.world import NOW, add_agreement, add_debt, add_document, change, issue_one, text_of
from tests.support.browser import Browser
from tests.support.people import Company

PAGE = "/documentos/emitidos"


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.at(NOW):
        yield


def test_an_empty_list_says_where_documents_come_from(admin: Browser, company: Company) -> None:
    assert "Nenhum documento emitido" in admin.get(PAGE).words


def test_a_statement_with_its_memory(app: Flask, company: Company, admin: Browser) -> None:
    issued_id = issue_one(app, company, add_document(app, company), add_debt(app, company))
    words = admin.get(PAGE).words
    for part in ("Demonstrativo padrão", "Maria Souza", "Escola Azul Ltda", "22/11/2026 12:00", "R$ 1.193,86"):
        assert part in words
    page = admin.get(f"{PAGE}/{issued_id}")
    assert page.one("h1").get_text() == "Demonstrativo de débito nº 1"
    table = page.one("table").get_text(" ", strip=True).replace("\xa0", " ")
    for part in (
        "10/05/2026",
        "196 dias",
        "R$ 1.000,00",
        "R$ 20,00",
        "R$ 65,33",
        "R$ 108,53",
        "R$ 0,00",
        "R$ 1.193,86",
    ):
        assert part in table
    assert "Honorários: (1.000,00 + 20,00 + 65,33) × 10,00% = 108,53" in page.words
    assert "versão 1" in page.words


def test_the_pdf_is_the_one_that_was_issued(app: Flask, company: Company, admin: Browser) -> None:
    issued_id = issue_one(app, company, add_document(app, company), add_debt(app, company))
    answer = admin.get(f"{PAGE}/{issued_id}/pdf").answer
    assert answer.mimetype == "application/pdf" and "1.193,86" in text_of(answer.data)
    assert "Demonstrativo%20de%20d%C3%A9bito%201.pdf" in answer.headers["Content-Disposition"]
    with app.app_context():
        path = db.session.get_one(IssuedDocument, issued_id).path
    (Path(app.config["FILE_ROOT"]) / path).unlink()
    assert admin.get(f"{PAGE}/{issued_id}/pdf").status == 404


def test_an_agreement_shows_its_instalments(app: Flask, company: Company, admin: Browser) -> None:
    debtor_id = add_debt(app, company)
    document_id = add_document(app, company, kind=DocumentKind.AGREEMENT_TERM)
    agreement_id = add_agreement(app, debtor_id)
    memory = [{"title_id": 0, "memory": ["de outro título"]}, {"split": ["Parcelas: 1.000,00 ÷ 2 = 500,00"]}]
    change(app, Agreement, agreement_id, memory=memory)
    issued_id = issue_one(app, company, document_id, debtor_id, agreement_id)
    page = admin.get(f"{PAGE}/{issued_id}")
    assert "Parcelas: 1.000,00 ÷ 2 = 500,00" in page.words and "de outro título" not in page.words
    assert "Entrada 22/11/2026" in page.words and "nº 7" in page.words


def test_many_are_shown_by_pages(app: Flask, company: Company, admin: Browser) -> None:
    issued_id = issue_one(app, company, add_document(app, company), add_debt(app, company))
    with app.app_context():
        first = db.session.get_one(IssuedDocument, issued_id)
        kept = {c.key: getattr(first, c.key) for c in IssuedDocument.__table__.columns if c.key not in ("id", "number")}
        db.session.add_all(IssuedDocument(number=number, **kept) for number in range(2, 62))
        db.session.commit()
    page = admin.get(PAGE)
    assert "Página 1 de 2 · 61 no total" in page.words
    numbers = [int(a.get_text().removeprefix("Documento ")) for a in page.all("tbody td:first-child a")]
    assert numbers == list(range(61, 11, -1))
    assert "Maria Souza" in admin.get(PAGE, pagina=2).words


def test_only_admins_and_only_their_own(app: Flask, company: Company, operator: Browser, stranger: Browser) -> None:
    debtor_id = add_debt(app, company, "Zenóbia Sigilosa")
    issued_id = issue_one(app, company, add_document(app, company, "Modelo Sigiloso"), debtor_id)
    for person in (operator, stranger):
        for path in (f"{PAGE}/{issued_id}", f"{PAGE}/{issued_id}/pdf", f"{PAGE}/999"):
            assert person.get(path).status == 404
    assert operator.get(PAGE).status == 404
    assert "igilos" not in stranger.get(PAGE).text
