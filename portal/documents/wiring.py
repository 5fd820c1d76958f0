"""The history of documents, and where their files are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, url_for

from portal.accounts.queries import user_in
from portal.audit.history import NotRestorable, Trail, Values, register
from portal.documents import queries
from portal.documents.kinds import TYPES
from portal.documents.models import Document, DocumentKind
from portal.documents.rules.wildcards import check
from portal.documents.service import files, library

LABELS = {"name": "Nome", "kind": "Tipo", "active": "Situação", "body": "Texto"}

ACTIONS = {
    "document.create": "criou",
    "document.activate": "ativou",
    "document.deactivate": "desativou",
    "document.restore": "restaurou",
}


def init_app(app: Flask) -> None:
    files.use(Path(app.config["FILE_ROOT"]))
    register(
        Trail(
            prefix="document",
            name=lambda account_id, key: getattr(_document(account_id, key), "name", None),
            labels=LABELS,
            show=show,
            url=lambda key: url_for("documents.edit", document_id=int(key)),
            restore=restore,
            kind="Documentos",
            actions=ACTIONS,
            required=frozenset(LABELS),
            current=current,
        )
    )


def show(account_id: int, field: str, value: Any) -> str:
    """A field of a document as an admin reads it."""
    if field == "active":
        return "Ativo" if value else "Inativo"
    if field == "kind":
        return TYPES[DocumentKind(value)]
    return str(value)


def restore(user_id: int, account_id: int, key: str, values: Values) -> None:
    """Make a document what it was. Raises NotRestorable with the reason."""
    document, user = _document(account_id, key), user_in(account_id, user_id)
    if document is None or user is None:
        raise NotRestorable("Este documento não existe mais.")
    if problems := check(document.kind.value, values["body"]):
        raise NotRestorable("O texto desta versão não é mais aceito: " + " ".join(problems))
    try:
        library.restore(document, user, dict(values))
    except library.NameTaken as error:
        raise NotRestorable(f"Já existe outro documento com o nome “{values['name']}”. Renomeie-o antes.") from error


def current(account_id: int, key: str) -> Values | None:
    """The state of a document now."""
    document = _document(account_id, key)
    return library.state_of(document) if document else None


def _document(account_id: int, key: str) -> Document | None:
    return queries.document_in(account_id, int(key)) if key.isascii() and key.isdigit() and len(key) < 10 else None
