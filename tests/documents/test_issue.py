"""Issuing: whole or not at all, numbered, kept, and readable again."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.accounts.models import Account
from portal.documents.defaults import DEFAULT_BODIES
from portal.documents.models import Document, DocumentKind, IssuedDocument
from portal.documents.rules.wildcards import check
from portal.documents.service import files
from portal.documents.service.issue import content_of, draft, issue
from portal.extensions import db
from portal.portfolio.models import Agreement, Creditor, Debtor, Title, TitleStatus
from portal.portfolio.rules.pix import parse
from tests.documents.world import (
    NOW,
    add_agreement,
    add_debt,
    add_document,
    change,
    creditor_of,
    issue_one,
    text_of,
)
from tests.support.people import Company
from tests.support.portfolio import TAX_IDS
from tests.support.races import meanwhile

ORIGINAL, OF_AGREEMENT = DocumentKind.ORIGINAL_STATEMENT, DocumentKind.AGREEMENT_STATEMENT
TERM = DocumentKind.AGREEMENT_TERM


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_the_texts_that_a_document_begins_with_are_accepted(kind: DocumentKind) -> None:
    assert check(kind.value, DEFAULT_BODIES[kind]) == []
    assert not [word for word in ("SPC", "Serasa", "judicial", "protest", "negativ") if word in DEFAULT_BODIES[kind]]


def test_a_statement_shows_every_figure(app: Flask, company: Company) -> None:
    debtor_id = add_debt(app, company)
    issued_id = issue_one(app, company, add_document(app, company), debtor_id)
    with app.app_context():
        issued = db.session.get_one(IssuedDocument, issued_id)
        assert (issued.number, issued.document_version, issued.total) == (1, 1, Decimal("1193.86"))
        assert issued.issued_at == NOW
        content = files.read(issued.path)
        assert issued.digest == hashlib.sha256(content).hexdigest()
    words = text_of(content)
    assert "#" not in words, words
    for part in (
        "Maria Souza",
        "***.444.777-**",
        "11.222.333/0001-81",
        "Rua das Flores, 10",
        "São Paulo/SP",
        "01310-100",
    ):
        assert part in words
    for figure in ("1.000,00", "20,00", "65,33", "108,53", "0,00", "1.193,86", "196"):
        assert figure in words
    assert "mil, cento e noventa e três reais e oitenta e seis centavos" in words
    assert "10/05/2026" in words and "22/11/2026" in words
    assert TAX_IDS[0] not in words.replace(".", "").replace("-", "")


def test_an_agreement_shows_its_fixed_figures_and_its_instalments(app: Flask, company: Company) -> None:
    debtor_id = add_debt(app, company)
    agreement_id = add_agreement(app, debtor_id)
    change(app, Creditor, creditor_of(app, debtor_id), fine_percent=Decimal(99))
    for kind in (TERM, OF_AGREEMENT):
        document_id = add_document(app, company, f"Sobre o acordo {kind.value}", kind)
        issued_id = issue_one(app, company, document_id, debtor_id, agreement_id)
        with app.app_context():
            issued = db.session.get_one(IssuedDocument, issued_id)
            assert (issued.agreement_id, issued.total) == (agreement_id, Decimal("1193.86"))
            words = text_of(files.read(issued.path))
        assert "#" not in words, words
        for part in (
            "Entrada",
            "193,86",
            "500,00",
            "22/12/2026",
            "1.193,86",
            "Paga em 22/11/2026",
            "A vencer",
            "108,53",
        ):
            assert part in words, part


def test_the_interest_of_the_instalments_is_part_of_the_total_and_told(app: Flask, company: Company) -> None:
    debtor_id = add_debt(app, company)
    agreement_id = add_agreement(app, debtor_id)
    change(app, Agreement, agreement_id, total=Decimal("1100.00"), mode="linear", mode_percent=Decimal(2))
    issued_id = issue_one(app, company, add_document(app, company, kind=TERM), debtor_id, agreement_id)
    with app.app_context():
        issued = db.session.get_one(IssuedDocument, issued_id)
        assert issued.total == Decimal("1193.86")
        words = text_of(files.read(issued.path)).replace("\xa0", " ")
    assert "Total, com R$ 93,86 de juros do parcelamento (2,00% ao mês)" in words
    assert "Valor total do acordo: R$ 1.193,86" in words


def test_the_memory_is_the_whole_calculation(app: Flask, company: Company) -> None:
    issued_id = issue_one(app, company, add_document(app, company), add_debt(app, company))
    with app.app_context():
        memory = db.session.get_one(IssuedDocument, issued_id).memory
    assert memory["on"] == "2026-11-22"
    assert memory["sums"] == {
        "principal": "1000.00", "fine": "20.00", "interest": "65.33", "fee": "108.53", "discount": "0.00",
        "total": "1193.86", "credited": "0.00",
    }  # fmt: skip
    (title,) = memory["titles"]
    assert (title["number"], title["days"], title["due_date"]) == ("001", 196, "2026-05-10")
    assert "Total: 1.000,00 + 20,00 + 65,33 + 108,53 = 1.193,86" in title["memory"]
    assert memory["values"]["#TOTAL#"].endswith("1.193,86")
    assert memory["body"] == DEFAULT_BODIES[ORIGINAL]


def test_only_the_titles_of_the_creditor_that_are_open(app: Flask, company: Company) -> None:
    debtor_id = add_debt(app, company, amounts=("1000.00", "77.77", "55.55"))
    with app.app_context():
        titles = db.session.query(Title).order_by(Title.id).all()
        titles[1].status = TitleStatus.PAID
        other = Creditor(account_id=company.id, name="Outro Credor", key="outro credor", created_at=NOW)
        db.session.add(other)
        db.session.flush()
        titles[2].creditor_id = other.id
        db.session.commit()
    issued_id = issue_one(app, company, add_document(app, company), debtor_id)
    with app.app_context():
        issued = db.session.get_one(IssuedDocument, issued_id)
        words = text_of(files.read(issued.path))
        assert issued.total == Decimal("1193.86")
    assert "77,77" not in words and "55,55" not in words and "Outro Credor" not in words


def test_how_to_pay(app: Flask, company: Company) -> None:
    debtor_id = add_debt(app, company)
    with app.app_context():
        debtor = db.session.get_one(Debtor, debtor_id)
        values = draft(ORIGINAL, "", debtor, debtor.titles[0].creditor).filled.values
    pix = parse(values["#PIX_COPIA_COLA#"])
    assert (pix.key, pix.amount, pix.city) == ("financeiro@escola.example", Decimal("1193.86"), "Sao Paulo")
    assert values["#CODIGO_BARRAS#"] == "23791.23454 67890.123457 67890.123457 4 16920000123456"
    agreement_id = add_agreement(app, debtor_id)
    with app.app_context():
        debtor, agreement = db.session.get_one(Debtor, debtor_id), db.session.get_one(Agreement, agreement_id)
        values = draft(OF_AGREEMENT, "", debtor, agreement.creditor, agreement).filled.values
    assert parse(values["#PIX_COPIA_COLA#"]).amount == Decimal("500.00"), "the next instalment, not what was paid"
    assert values["#CODIGO_BARRAS#"] == ""


def test_the_file_is_private_and_its_name_tells_nothing(app: Flask, company: Company) -> None:
    issued_id = issue_one(app, company, add_document(app, company), add_debt(app, company))
    with app.app_context():
        found = content_of(db.session.get_one(IssuedDocument, issued_id))
    assert (found.filename, found.mime_type) == ("Demonstrativo de débito 1.pdf", "application/pdf")
    path = Path(app.config["FILE_ROOT"]) / found.path
    assert found.path.startswith(f"documents/{company.id}/") and len(path.stem) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.suffix for each in path.parent.iterdir()] == [".pdf"]


def test_a_transaction_that_fails_leaves_no_row_and_takes_no_number(app: Flask, company: Company) -> None:
    document_id, debtor_id = add_document(app, company), add_debt(app, company)
    with app.app_context():
        debtor = db.session.get_one(Debtor, debtor_id)
        issue(db.session.get_one(Document, document_id), debtor, debtor.titles[0].creditor)
        db.session.rollback()
        assert not db.session.query(IssuedDocument).count()
    issued_id = issue_one(app, company, document_id, debtor_id)
    with app.app_context():
        assert db.session.get_one(IssuedDocument, issued_id).number == 1


def test_each_company_counts_for_itself(app: Flask, company: Company, other: Company) -> None:
    numbers = []
    for each in (company, company, other):
        document_id = add_document(app, each, f"Demonstrativo {len(numbers)}")
        issued_id = issue_one(app, each, document_id, add_debt(app, each, tax_id=TAX_IDS[len(numbers)]))
        with app.app_context():
            numbers.append(db.session.get_one(IssuedDocument, issued_id).number)
    assert numbers == [1, 2, 1]


def test_a_debt_of_another_company_is_refused(app: Flask, company: Company, other: Company) -> None:
    mine, theirs = add_debt(app, company), add_debt(app, other, "Zenóbia Alheia")
    with app.app_context():
        debtor, stranger = db.session.get_one(Debtor, mine), db.session.get_one(Debtor, theirs)
        with pytest.raises(ValueError, match="one company"):
            draft(ORIGINAL, "", debtor, stranger.titles[0].creditor)


CORPUS = ("{{7*7}}", "{% raw %}", "#{7*7}", "${7*7}", '#read("/etc/passwd")', "#let x = 1", "<b>oi</b>", "$1^2$", "@x")


@pytest.mark.parametrize("text", CORPUS)
def test_what_looks_like_code_is_printed(app: Flask, company: Company, text: str) -> None:
    debtor_id = add_debt(app, company, f"Maria {text}")
    body = f"Antes {text} depois\n\n#NOME_DEVEDOR#\n\n#TABELA_TITULOS#"
    issued_id = issue_one(app, company, add_document(app, company, body=body), debtor_id)
    with app.app_context():
        words = text_of(files.read(db.session.get_one(IssuedDocument, issued_id).path))
    assert f"Antes {text} depois" in words and f"Maria {text}" in words


def test_the_days_are_the_companys(app: Flask, company: Company) -> None:
    debtor_id = add_debt(app, company)
    change(app, Account, company.id, timezone="America/Manaus")
    with app.app_context(), clock.at(NOW.replace(hour=3)):
        debtor = db.session.get_one(Debtor, debtor_id)
        sheet = draft(ORIGINAL, "", debtor, debtor.titles[0].creditor)
    assert sheet.issued_at == "21/11/2026 às 23:00"
    assert sheet.filled.values["#DATA_ATUAL#"] == date(2026, 11, 21).strftime("%d/%m/%Y")


def test_two_at_once_get_two_numbers(app: Flask, company: Company) -> None:
    document_id, debtor_id = add_document(app, company), add_debt(app, company)

    def second() -> None:
        issue_one(app, company, document_id, debtor_id)

    with app.app_context():
        debtor = db.session.get_one(Debtor, debtor_id)
        issue(db.session.get_one(Document, document_id), debtor, debtor.titles[0].creditor)
        with meanwhile(second):
            db.session.commit()
        assert sorted(db.session.scalars(sa.select(IssuedDocument.number))) == [1, 2]
