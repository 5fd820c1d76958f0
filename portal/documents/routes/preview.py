from __future__ import annotations

from urllib.parse import quote

from flask import abort, g, make_response
from werkzeug.wrappers import Response

from portal.documents import queries
from portal.documents.forms import DocumentForm, PreviewForm
from portal.documents.models import Document, DocumentKind
from portal.documents.render import RenderError
from portal.documents.routes.blueprint import blueprint
from portal.documents.routes.editor import EDITOR, PREVIEW, chosen_debtor, editor, previewed
from portal.documents.rules.wildcards import tidy
from portal.documents.service import preview as service
from portal.extensions import htmx
from portal.web.guards import admin_only
from portal.web.partials import fragment


@blueprint.post("/previa")
@admin_only
def preview() -> Response:
    form = PreviewForm()
    document = _document(form)
    kind = document.kind if document else _kind(form)
    if htmx:
        return fragment(PREVIEW, **previewed(kind, tidy(form.body.data or "")))
    return _page(kind, document)


@blueprint.post("/previa/pdf")
@admin_only
def preview_pdf() -> Response:
    form = PreviewForm()
    document = _document(form)
    kind = document.kind if document else _kind(form)
    try:
        content = service.print_out(g.user, kind, tidy(form.body.data or ""), chosen_debtor(form)[1])
    except RenderError:
        return _page(kind, document)
    return pdf_answer(content, "Prévia.pdf")


def pdf_answer(content: bytes, filename: str) -> Response:
    """A PDF that the browser shows in its own window."""
    answer: Response = make_response(content)
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(filename)}"
    return answer


def _page(kind: DocumentKind, document: Document | None) -> Response:
    """Without scripts: the whole page again with what was typed, checked only when it is saved."""
    return fragment(EDITOR, **editor(kind, DocumentForm(kind.value), document))


def _document(form: PreviewForm) -> Document | None:
    wanted = form.documento.data or ""
    if not wanted:
        return None
    known = wanted.isascii() and wanted.isdigit() and len(wanted) < 10
    return (queries.document_in(g.account_id, int(wanted)) if known else None) or abort(404)


def _kind(form: PreviewForm) -> DocumentKind:
    try:
        return DocumentKind(form.kind.data or "")
    except ValueError:
        abort(404)
