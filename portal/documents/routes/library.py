from __future__ import annotations

from typing import Any

from flask import abort, g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.audit.service import ChangedMeanwhile
from portal.documents import queries
from portal.documents.defaults import DEFAULT_BODIES
from portal.documents.forms import DocumentForm, VersionForm
from portal.documents.kinds import GROUPS, STATEMENTS, TERMS, TYPES, Group, group_of
from portal.documents.models import Document, DocumentKind
from portal.documents.routes.blueprint import blueprint
from portal.documents.routes.editor import EDITOR, TYPE_SLUGS, editor
from portal.documents.service import library
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

INDEX, LISTING, DEACTIVATE = "documents/index.html", "documents/listing.html", "documents/deactivate.html"


@blueprint.get("")
@admin_only
def index() -> Response:
    return fragment(INDEX, types=TYPES, sections=[_section(group) for group in GROUPS.values()])


@blueprint.get("/termo-de-acordo", defaults={"kind": TERMS.slug})
@blueprint.get("/demonstrativo-de-debito", defaults={"kind": STATEMENTS.slug})
@admin_only
def listing(kind: str) -> Response:
    return fragment(LISTING, types=TYPES, section=_section(GROUPS[kind]))


@blueprint.get("/termo-de-acordo/novo", defaults={"kind": TERMS.slug})
@blueprint.get("/demonstrativo-de-debito/novo", defaults={"kind": STATEMENTS.slug})
@admin_only
def new(kind: str) -> Response:
    group = GROUPS[kind]
    chosen = TYPE_SLUGS.get(request.args.get("tipo", ""), group.kinds[0])
    if chosen not in group.kinds:
        abort(404)
    return fragment(EDITOR, **editor(chosen, DocumentForm(chosen.value, body=DEFAULT_BODIES[chosen])))


@blueprint.post("/termo-de-acordo/novo", defaults={"kind": TERMS.slug})
@blueprint.post("/demonstrativo-de-debito/novo", defaults={"kind": STATEMENTS.slug})
@admin_only
def create(kind: str) -> Response:
    group = GROUPS[kind]
    chosen = next((each for each in group.kinds if each.value == request.form.get("kind")), group.kinds[0])
    form = DocumentForm(chosen.value, queries.names_of(g.account_id, *group.kinds))
    if not form.validate_on_submit():
        return invalid(EDITOR, **editor(chosen, form))
    try:
        document = library.create(g.user, chosen, form.name.data, form.body.data)
    except library.NameTaken:
        return _name_taken(chosen, form)
    return saved(f"Documento “{document.name}” criado.", url_for(".edit", document_id=document.id))


@blueprint.get("/<int:document_id>")
@admin_only
def edit(document_id: int) -> Response:
    document = _document(document_id)
    return fragment(EDITOR, **editor(document.kind, DocumentForm(document.kind.value, obj=document), document))


@blueprint.post("/<int:document_id>")
@admin_only
def save(document_id: int) -> Response:
    document = _document(document_id)
    others = queries.names_of(g.account_id, *group_of(document.kind).kinds, but=document_id)
    form = DocumentForm(document.kind.value, others)
    if not form.validate_on_submit():
        return invalid(EDITOR, **editor(document.kind, form, document))
    try:
        library.edit(document, g.user, form.version.data or 0, form.name.data, form.body.data)
    except ChangedMeanwhile:
        return invalid(EDITOR, **editor(document.kind, form, document, conflict=True))
    except library.NameTaken:
        return _name_taken(document.kind, form, document)
    return saved("Documento salvo.", url_for(".edit", document_id=document_id))


@blueprint.post("/<int:document_id>/duplicar")
@admin_only
def duplicate(document_id: int) -> Response:
    copy = library.duplicate(_document(document_id), g.user)
    return saved(f"“{copy.name}” criada. Dê um nome a ela e altere o texto.", url_for(".edit", document_id=copy.id))


@blueprint.get("/<int:document_id>/desativar")
@admin_only
def ask_to_deactivate(document_id: int) -> Response:
    document = _document(document_id)
    if not document.active:
        return redirect(url_for(".edit", document_id=document_id), 303)
    return fragment(DEACTIVATE, **_deactivation(document))


@blueprint.post("/<int:document_id>/desativar")
@admin_only
def deactivate(document_id: int) -> Response:
    document = _document(document_id)
    try:
        library.set_active(document, g.user, VersionForm().version.data or 0, active=False)
    except ChangedMeanwhile:
        return invalid(DEACTIVATE, **_deactivation(document, conflict=True))
    return saved("Documento desativado.", url_for(".listing", kind=group_of(document.kind).slug))


@blueprint.post("/<int:document_id>/ativar")
@admin_only
def activate(document_id: int) -> Response:
    document = _document(document_id)
    try:
        library.set_active(document, g.user, VersionForm().version.data or 0, active=True)
    except ChangedMeanwhile:
        form = DocumentForm(document.kind.value, obj=document, formdata=None)
        return invalid(EDITOR, **editor(document.kind, form, document, conflict=True))
    return saved("Documento ativado.", url_for(".edit", document_id=document_id))


def _document(document_id: int) -> Document:
    return queries.document_in(g.account_id, document_id) or abort(404)


def _name_taken(kind: DocumentKind, form: DocumentForm, document: Document | None = None) -> Response:
    form.name.errors = ["Já existe um documento com este nome. Escolha outro nome."]
    return invalid(EDITOR, **editor(kind, form, document))


def _deactivation(document: Document, *, conflict: bool = False) -> dict[str, Any]:
    return {
        "document": document,
        "group": group_of(document.kind),
        "uses": library.uses_of(document),
        "conflict": conflict,
    }


def _section(group: Group) -> dict[str, Any]:
    documents = queries.documents_of(g.account_id, *group.kinds)
    return {"group": group, "rows": [(document, library.uses_of(document)) for document in documents]}
