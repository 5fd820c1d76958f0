"""What happened to a document, told and undone."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.accounts.models import User
from portal.audit.history import NotRestorable, Trail, trail_of
from portal.audit.models import AuditEntry
from portal.documents.models import Document, DocumentKind
from portal.documents.service import library
from portal.extensions import db
from tests.documents.world import add_document
from tests.support.people import Company

BODY = "Primeiro texto\n\n#TABELA_TITULOS#"


def entries(document_id: int) -> list[AuditEntry]:
    query = sa.select(AuditEntry).where(AuditEntry.subject == f"document:{document_id}").order_by(AuditEntry.id)
    return list(db.session.scalars(query))


def trail(document_id: int) -> Trail:
    found = trail_of(f"document:{document_id}")
    assert found is not None
    return found


def edited(company: Company, document_id: int, **values: Any) -> Document:
    document, admin = db.session.get_one(Document, document_id), db.session.get_one(User, company.admin.id)
    fields = {"name": document.name, "body": document.body, **values}
    library.edit(document, admin, document.version, **fields)
    return document


def test_every_change_is_kept_with_the_whole_state(app: Flask, company: Company) -> None:
    document_id = add_document(app, company, body=BODY)
    with app.app_context():
        document = edited(company, document_id, body="Segundo texto\n\n#TABELA_TITULOS#")
        admin = db.session.get_one(User, company.admin.id)
        library.set_active(document, admin, document.version, active=False)
        created, changed, switched = entries(document_id)
    state = {"kind": "original_title", "name": "Demonstrativo padrão", "body": BODY, "active": True}
    assert (created.action, created.before, created.after) == ("document.create", None, state)
    assert (changed.before, changed.user_id) == (state, company.admin.id)
    assert changed.after == {**state, "body": "Segundo texto\n\n#TABELA_TITULOS#"}
    assert (switched.action, switched.after["active"]) == ("document.deactivate", False)


def test_any_version_comes_back(app: Flask, company: Company) -> None:
    document_id = add_document(app, company, body=BODY)
    with app.app_context():
        edited(company, document_id, name="Outro nome", body="Segundo texto\n\n#TABELA_TITULOS#")
        first = entries(document_id)[0].after
        assert first is not None
        trail(document_id).restore(company.admin.id, company.id, str(document_id), first)
        document = db.session.get_one(Document, document_id)
        assert (document.name, document.body, document.version) == ("Demonstrativo padrão", BODY, 3)
        last = entries(document_id)[-1]
        assert (last.action, last.after) == ("document.restore", first)


def test_a_version_that_no_longer_fits_is_refused_with_its_reason(app: Flask, company: Company) -> None:
    document_id = add_document(app, company, body=BODY)
    with app.app_context():
        first = entries(document_id)[0].after
        assert first is not None
        edited(company, document_id, name="Outro nome")
    add_document(app, company, "Demonstrativo padrão", body=BODY)
    with app.app_context():
        restore = trail(document_id).restore
        assert restore is not None
        with pytest.raises(NotRestorable, match="Já existe outro documento com o nome “Demonstrativo padrão”"):
            restore(company.admin.id, company.id, str(document_id), first)
        with pytest.raises(NotRestorable, match="O coringa #ANTIGO# não existe"):
            restore(company.admin.id, company.id, str(document_id), {**first, "name": "x", "body": "#ANTIGO#"})
        assert db.session.get_one(Document, document_id).name == "Outro nome"


def test_a_stranger_has_no_such_document(app: Flask, company: Company, other: Company) -> None:
    document_id = add_document(app, company, body=BODY)
    with app.app_context():
        found = trail(document_id)
        assert found.name(company.id, str(document_id)) == "Demonstrativo padrão"
        for key in (str(document_id), "x", "9" * 30, ""):
            assert found.name(other.id, key) is None
        assert found.restore is not None
        values = {"kind": "original_title", "name": "Invadido", "body": BODY, "active": True}
        with pytest.raises(NotRestorable, match="não existe mais"):
            found.restore(other.admin.id, other.id, str(document_id), values)
        assert db.session.get_one(Document, document_id).name == "Demonstrativo padrão"


def test_values_are_told_in_words(app: Flask, company: Company) -> None:
    document_id = add_document(app, company, body=BODY)
    found = trail(document_id)
    assert list(found.labels.values()) == ["Nome", "Tipo", "Situação", "Texto"]
    shown = {field: found.show(company.id, field, value) for field, value in {"active": False, "name": "x"}.items()}
    assert shown == {"active": "Inativo", "name": "x"}
    assert found.show(company.id, "kind", DocumentKind.AGREEMENT_STATEMENT.value) == "Acordo"
    with app.test_request_context():
        assert found.url(str(document_id)) == f"/documentos/{document_id}"
