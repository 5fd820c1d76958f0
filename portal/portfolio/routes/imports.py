from __future__ import annotations

from flask import abort, g, make_response, request, url_for
from werkzeug.wrappers import Response

from portal import clock
from portal.portfolio import queries
from portal.portfolio.files.reading import FileError
from portal.portfolio.forms import ImportForm
from portal.portfolio.models import ImportStatus, PortfolioImport
from portal.portfolio.routes.blueprint import blueprint
from portal.portfolio.service import imports, scan
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved, stop_polling

GOING = (ImportStatus.QUEUED, ImportStatus.RUNNING)


@blueprint.get("/importar")
@admin_only
def new_import() -> Response:
    return fragment("portfolio/upload.html", form=ImportForm())


@blueprint.post("/importar")
@admin_only
def upload() -> Response:
    form = ImportForm()
    if not form.validate_on_submit():
        return invalid("portfolio/upload.html", form=form)
    account_id, user_id, today = g.account_id, g.user.id, clock.today(g.user.account.timezone)
    try:
        kept = imports.preview(account_id, user_id, form.file.data.filename, form.content, today)
    except FileError as error:
        form.file.errors = [str(error)]
        return invalid("portfolio/upload.html", form=form)
    return saved("Arquivo lido. Confira antes de importar.", url_for(".show_import", import_id=kept.id))


@blueprint.get("/importacoes")
@admin_only
def list_imports() -> Response:
    page = queries.imports_of(g.account_id, request.args.get("pagina", 1, int))
    return fragment("portfolio/imports.html", page=page, url=url_for(".list_imports"))


@blueprint.get("/importacoes/<int:import_id>")
@admin_only
def show_import(import_id: int) -> Response:
    found = _found(import_id)
    warnings = request.args.get("ver") == "avisos"
    waiting = found.status is ImportStatus.PREVIEW
    today = clock.today(g.user.account.timezone)
    return fragment(
        "portfolio/import.html",
        found=found,
        warnings=warnings,
        remarks=queries.remarks(found, request.args.get("pagina", 1, int), refused=not warnings),
        url=url_for(".show_import", import_id=found.id, ver="avisos" if warnings else None),
        before=queries.same_file(found) if waiting else None,
        sample=scan.sample(found.content, found.filename, today) if waiting else [],
        kept_remarks=scan.KEPT_REMARKS,
    )


@blueprint.get("/importacoes/<int:import_id>/andamento")
@admin_only
def import_progress(import_id: int) -> Response:
    found = _found(import_id)
    answer = fragment if found.status in GOING else stop_polling
    return answer("portfolio/_progress.html", found=found)


@blueprint.post("/importacoes/<int:import_id>/confirmar")
@admin_only
def confirm_import(import_id: int) -> Response:
    url = url_for(".show_import", import_id=import_id)
    try:
        imports.confirm(_found(import_id), g.user.id)
    except imports.WrongState:
        return saved("Esta importação já foi confirmada.", url)
    return saved("Importação confirmada. Ela continua mesmo se você sair desta página.", url)


@blueprint.post("/importacoes/<int:import_id>/descartar")
@admin_only
def discard_import(import_id: int) -> Response:
    try:
        imports.discard(_found(import_id))
    except imports.WrongState:
        return saved("Esta importação já foi confirmada.", url_for(".show_import", import_id=import_id))
    return saved("Arquivo descartado. Nada foi importado.", url_for(".new_import"))


@blueprint.get("/importacoes/<int:import_id>/recusadas.csv")
@admin_only
def refused_rows(import_id: int) -> Response:
    content = imports.refused_file(_found(import_id), clock.today(g.user.account.timezone))
    response = make_response(content)
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="recusadas-{import_id}.csv"'
    return response


def _found(import_id: int) -> PortfolioImport:
    return queries.import_in(g.account_id, import_id) or abort(404)
