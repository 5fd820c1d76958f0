from __future__ import annotations

from typing import Any

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.audit.service import ChangedMeanwhile
from portal.chat_starters.models import ChatStarter
from portal.chat_starters.routes.common import (
    blueprint,
    connection_of,
    list_of,
    page_of_starter,
    starter_or_404,
    view_of,
)
from portal.chat_starters.service import submit
from portal.connection import queries as connections
from portal.connection.models import ConnectionKind
from portal.extensions import htmx
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

PAGE, FACTS = "chat_starters/one.html", "chat_starters/_facts.html"

CHANGED = "O modelo mudou enquanto você olhava. Abaixo está o que vale agora: confira e tente de novo."


@blueprint.get("/<int:starter_id>")
@admin_only
def one(starter_id: int) -> Response:
    return fragment(PAGE, **facts(starter_or_404(starter_id)))


@blueprint.get("/<int:starter_id>/situacao")
@admin_only
def situation(starter_id: int) -> Response:
    starter = starter_or_404(starter_id)
    if not htmx:
        return redirect(page_of_starter(starter), 303)
    return fragment(FACTS, **facts(starter))


@blueprint.post("/<int:starter_id>/enviar")
@admin_only
def send_for_approval(starter_id: int) -> Response:
    starter = starter_or_404(starter_id)
    connection = connection_of(starter)
    try:
        submit.submit(g.user, connection, starter)
    except submit.NotReady:
        return redirect(url_for("chat_starters.edit", starter_id=starter.id, conferir=1), 303)
    except (submit.NotNow, submit.Refused) as error:
        return invalid(PAGE, **facts(starter, problem=str(error)))
    return saved(sent_words(starter), page_of_starter(starter))


@blueprint.post("/<int:starter_id>/excluir")
@admin_only
def delete(starter_id: int) -> Response:
    starter = starter_or_404(starter_id)
    connection = connection_of(starter)
    try:
        submit.delete(g.user, connection, starter, request.form.get("seen", ""))
    except ChangedMeanwhile:
        return invalid(PAGE, **facts(starter, problem=CHANGED))
    except (submit.NotNow, submit.Refused) as error:
        return invalid(PAGE, **facts(starter, problem=str(error)))
    return saved(f"Modelo {starter.name} excluído.", list_of(connection))


def facts(starter: ChatStarter, problem: str = "") -> dict[str, Any]:
    """The page of one starter; `problem` is what kept the last wish from being done."""
    connection = connection_of(starter)
    return {
        "starter": view_of(starter),
        "official": connection.kind is ConnectionKind.CLOUD_API,
        "approval": submit.needs_approval(connection),
        "problem": problem,
        "back": list_of(connection),
        "number": connections.names(g.account_id).get(connection.id, ""),
    }


def sent_words(starter: ChatStarter) -> str:
    """What is said after a starter was sent."""
    if view_of(starter).is_approved:
        return f"Modelo {starter.name} aprovado."
    return f"Modelo {starter.name} enviado para aprovação. A situação se atualiza sozinha."
