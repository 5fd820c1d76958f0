from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, abort, g, request, url_for
from werkzeug.wrappers import Response

from portal.audit import queries, service, view
from portal.audit.history import NotRestorable, people_of, trails
from portal.audit.models import AuditEntry
from portal.audit.rules import is_subject
from portal.audit.service import ChangedMeanwhile, Version
from portal.extensions import htmx
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

blueprint = Blueprint("audit", __name__, url_prefix="/historico")

PAGE, HISTORY = "audit/show.html", "audit/_history.html"
CHANGED = "Outra pessoa alterou isto depois que você abriu o histórico. Nada foi substituído: confira e tente de novo."


@blueprint.get("")
@admin_only
def index() -> Response:
    people = people_of(g.account_id)
    kind, person = request.args.get("tipo", ""), request.args.get("pessoa", type=int)
    kind, person = kind if kind in trails() else "", person if person in people else None
    page = queries.changes(g.account_id, _page_number(), kind, person)
    return fragment(
        "audit/index.html",
        page=page,
        rows=view.rows(g.account_id, page.items),
        kinds=view.kinds(),
        people=sorted(people.items(), key=lambda pair: pair[1].casefold()),
        kind=kind,
        person=person,
        url=url_for("audit.index", tipo=kind or None, pessoa=person),
    )


@blueprint.get("/<subject>")
@admin_only
def show(subject: str) -> Response:
    return fragment(HISTORY if htmx else PAGE, **_history(subject))


@blueprint.post("/<int:entry_id>/restaurar")
@admin_only
def restore(entry_id: int) -> Response:
    entry = queries.entry_in(g.account_id, entry_id) or abort(404)
    subject, url = entry.subject, _back_to(entry)
    try:
        changed = service.restore(entry, g.user.id, _version(), request.form.get("seen", 0, type=int))
    except NotRestorable as refusal:
        return invalid(PAGE, HISTORY, **_history(subject, str(refusal)))
    except ChangedMeanwhile:
        return invalid(PAGE, HISTORY, **_history(subject, CHANGED))
    return _done("Versão restaurada." if changed else "Esta já é a versão atual: nada mudou.", url)


def _version() -> Version:
    try:
        return Version(request.form.get("version", Version.AFTER))
    except ValueError:
        abort(400)


def _done(message: str, url: str) -> Response:
    answer = saved(message, url)
    if htmx and urlsplit(htmx.current_url or "").path == urlsplit(url).path:
        # An address that differs in its "#…" alone would not be loaded again.
        del answer.headers["HX-Redirect"]
        answer.headers["HX-Refresh"] = "true"
    return answer


def _back_to(entry: AuditEntry) -> str:
    thing = view.thing_of(g.account_id, entry.subject)
    return thing.url or url_for("audit.show", subject=entry.subject)


def _history(subject: str, refusal: str = "") -> dict[str, Any]:
    thing = view.thing_of(g.account_id, subject) if is_subject(subject) else abort(404)
    page = queries.changes_of(g.account_id, subject, _page_number())
    if not page.items and not thing.name:
        abort(404)
    current = queries.state_of(g.account_id, subject) if thing.name else {}
    oldest = page.items[-1] if page.items and page.number == page.pages else None
    return {
        "thing": thing,
        "page": page,
        "rows": view.versions(g.account_id, thing, page.items, current),
        "initial": view.initial(g.account_id, thing, oldest, current) if oldest else None,
        "seen": queries.newest_id(g.account_id, subject),
        "refusal": refusal,
        "url": url_for("audit.show", subject=subject),
    }


def _page_number() -> int:
    return request.args.get("pagina", 1, type=int)
