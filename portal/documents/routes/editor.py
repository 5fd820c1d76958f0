"""What the page of the editor shows, whoever answers with it."""

from __future__ import annotations

from typing import Any

from flask import g

from portal.documents.forms import DocumentForm, PreviewForm
from portal.documents.kinds import TYPES, group_of
from portal.documents.models import Document, DocumentKind
from portal.documents.rules.wildcards import by_group
from portal.documents.service import preview

TYPE_SLUGS = {"titulo-original": DocumentKind.ORIGINAL_STATEMENT, "acordo": DocumentKind.AGREEMENT_STATEMENT}

EDITOR, PREVIEW = "documents/editor.html", "documents/_preview.html"


def editor(
    kind: DocumentKind, form: DocumentForm, document: Document | None = None, *, conflict: bool = False
) -> dict[str, Any]:
    """The whole page: the form, the wildcards, and the preview of the text as it stands in the form.

    The preview ends the transaction, so it is read last of all.
    """
    shown = {
        "title": "Editar documento" if document else f"Novo {group_of(kind).title.lower()}",
        "type_slugs": {kind: slug for slug, kind in TYPE_SLUGS.items()},
        "form": form,
        "document": document,
        "types": TYPES,
        "wildcards": by_group(kind.value),
        "conflict": conflict,
    }
    return {**shown, **previewed(kind, form.body.data or "")}


def previewed(kind: DocumentKind, body: str) -> dict[str, Any]:
    """The preview alone, with the debtor that the request's search names."""
    asked = PreviewForm()
    found, chosen = chosen_debtor(asked)
    return {
        "kind": kind,
        "group": group_of(kind),
        "asked": asked,
        "found": found,
        "chosen": chosen,
        "shown": preview.show(g.user, kind, body, chosen),
    }


def chosen_debtor(asked: PreviewForm) -> tuple[preview.Found, int | None]:
    """Whom the search names, and the one to show: the marked one, else the first."""
    found = preview.find(g.account_id, asked.busca.data or "")
    ids = [debtor.id for debtor in found.debtors]
    return found, next((each for each in ids if str(each) == asked.devedor.data), ids[0] if ids else None)
