"""Documents and people to choose from."""

from __future__ import annotations

from flask import Flask

from portal import clock
from portal.accounts.models import Role, User
from portal.accounts.service.people import add_user
from portal.documents.models import Document, DocumentKind
from portal.extensions import db
from tests.support.people import PASSWORD, Company, Person

TERM, STATEMENT, OF_AGREEMENT = (
    DocumentKind.AGREEMENT_TERM,
    DocumentKind.ORIGINAL_STATEMENT,
    DocumentKind.AGREEMENT_STATEMENT,
)


def add_document(app: Flask, company: Company, kind: DocumentKind, name: str, *, active: bool = True) -> int:
    with app.app_context():
        now = clock.now()
        document = Document(
            account_id=company.id,
            kind=kind,
            name=name,
            body="Assina: #NOME_USUARIO#",
            active=active,
            created_at=now,
            updated_at=now,
        )
        db.session.add(document)
        db.session.commit()
        return document.id


def set_document(app: Flask, document_id: int, *, active: bool) -> None:
    with app.app_context():
        db.session.get_one(Document, document_id).active = active
        db.session.commit()


def add_admin(app: Flask, company: Company, name: str) -> Person:
    with app.app_context():
        email = f"{name.lower().split()[0]}@{company.slug}.example"
        user = add_user(company.id, None, name, email, Role.ADMIN, PASSWORD)
        db.session.commit()
        return Person(user.id, user.name, user.email)


def change(app: Flask, person: Person, *, active: bool = True, role: Role = Role.ADMIN) -> None:
    """As if another admin had saved the person."""
    with app.app_context():
        user = db.session.get_one(User, person.id)
        user.active, user.role = active, role
        db.session.commit()
