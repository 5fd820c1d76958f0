from __future__ import annotations

from flask import abort, g, request, url_for
from werkzeug.wrappers import Response

from portal.documents import queries
from portal.documents.models import IssuedDocument
from portal.documents.routes.blueprint import blueprint
from portal.documents.routes.preview import pdf_answer
from portal.documents.service import files
from portal.documents.service.issue import content_of, title_of
from portal.documents.view import memory_of
from portal.web.guards import admin_only
from portal.web.partials import fragment


@blueprint.get("/emitidos")
@admin_only
def issued() -> Response:
    page = queries.issued_of(g.account_id, request.args.get("pagina", 1, int))
    return fragment("documents/issued.html", page=page, url=url_for(".issued"))


@blueprint.get("/emitidos/<int:issued_id>")
@admin_only
def show_issued(issued_id: int) -> Response:
    found = _issued(issued_id)
    title = f"{title_of(found.document.kind)} nº {found.number}"
    return fragment("documents/issued_one.html", title=title, issued=found, calculation=memory_of(found))


@blueprint.get("/emitidos/<int:issued_id>/pdf")
@admin_only
def issued_pdf(issued_id: int) -> Response:
    found = content_of(_issued(issued_id))
    try:
        return pdf_answer(files.read(found.path), found.filename)
    except FileNotFoundError:
        abort(404)


def _issued(issued_id: int) -> IssuedDocument:
    return queries.issued_in(g.account_id, issued_id) or abort(404)
