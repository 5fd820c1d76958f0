"""A creditor whose papers are in order, a debtor who owes, and an agreement: what a document needs. All invented."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pypdfium2
from flask import Flask

from portal import clock
from portal.accounts.models import User
from portal.documents.defaults import DEFAULT_BODIES
from portal.documents.models import Document, DocumentKind
from portal.documents.service import library
from portal.documents.service.issue import issue
from portal.extensions import db
from portal.portfolio.models import Agreement, AgreementStatus, AgreementTitle, Debtor, Instalment
from tests.support.people import Company
from tests.support.portfolio import LINE, add_debtor

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
DUE = date(2026, 5, 10)

IN_ORDER = {
    "tax_id": "11222333000181",
    "address": "Rua das Flores, 10",
    "city": "São Paulo",
    "state": "SP",
    "zip_code": "01310100",
    "pix_key": "financeiro@escola.example",
    "fine_percent": Decimal(2),
    "interest_percent": Decimal(1),
    "fee_percent": Decimal(10),
}


def add_debt(app: Flask, company: Company, name: str = "Maria Souza", **more: Any) -> int:
    """A debtor with one title of R$ 1.000,00 due on 2026-05-10, whose creditor is in order; answers the debtor's id."""
    options = {"amounts": ("1000.00",), "due": DUE, "line": LINE, **more}
    debtor_id = add_debtor(app, company, name, **options)
    with app.app_context():
        creditor = db.session.get_one(Debtor, debtor_id).titles[0].creditor
        for field, value in IN_ORDER.items():
            setattr(creditor, field, value)
        db.session.commit()
    return debtor_id


def add_agreement(app: Flask, debtor_id: int, *, status: AgreementStatus = AgreementStatus.ACTIVE) -> int:
    """The vector of R$ 1.193,86 as an agreement: R$ 193,86 at once, paid, and two times R$ 500,00."""
    with app.app_context():
        debtor = db.session.get_one(Debtor, debtor_id)
        title = debtor.titles[0]
        figures = dict(
            zip(
                ("principal", "fine", "interest", "fee", "discount", "total"),
                (Decimal(each) for each in ("1000.00", "20.00", "65.33", "108.53", "0.00", "1193.86")),
                strict=True,
            )
        )
        today = date(2026, 11, 22)
        agreement = Agreement(
            account_id=debtor.account_id, number=7, debtor_id=debtor_id, creditor_id=title.creditor_id, status=status,
            agreed_on=today, valid_until=today, entry=Decimal("193.86"), mode="sem_juros", memory=[],
            created_at=clock.now(), updated_at=clock.now(), **figures,
        )  # fmt: skip
        db.session.add(agreement)
        db.session.flush()
        key = {"account_id": debtor.account_id, "agreement_id": agreement.id}
        db.session.add(AgreementTitle(**key, title_id=title.id, **figures))
        for number, (amount, paid) in enumerate((("193.86", today), ("500.00", None), ("500.00", None))):
            due = today + timedelta(days=30 * number)
            db.session.add(Instalment(**key, number=number, due_date=due, amount=Decimal(amount), paid_on=paid))
        db.session.commit()
        return agreement.id


def add_document(
    app: Flask,
    company: Company,
    name: str = "Demonstrativo padrão",
    kind: DocumentKind = DocumentKind.ORIGINAL_STATEMENT,
    body: str | None = None,
) -> int:
    with app.app_context():
        admin = db.session.get_one(User, company.admin.id)
        return library.create(admin, kind, name, DEFAULT_BODIES[kind] if body is None else body).id


def issue_one(app: Flask, company: Company, document_id: int, debtor_id: int, agreement_id: int | None = None) -> int:
    """A document issued and committed, signed by the admin; answers its id."""
    with app.app_context(), clock.at(NOW):
        document, debtor = db.session.get_one(Document, document_id), db.session.get_one(Debtor, debtor_id)
        agreement = db.session.get_one(Agreement, agreement_id) if agreement_id else None
        signatory = db.session.get_one(User, company.admin.id)
        creditor = debtor.titles[0].creditor
        issued = issue(document, debtor, creditor, agreement=agreement, signatory=signatory)
        db.session.commit()
        return issued.id


def change(app: Flask, model: type[Any], row_id: int, **values: Any) -> None:
    with app.app_context():
        row = db.session.get_one(model, row_id)
        for field, value in values.items():
            setattr(row, field, value)
        db.session.commit()


def creditor_of(app: Flask, debtor_id: int) -> int:
    with app.app_context():
        return db.session.get_one(Debtor, debtor_id).titles[0].creditor_id


def text_of(pdf: bytes) -> str:
    """What a person reads in a PDF, spaces folded."""
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())
