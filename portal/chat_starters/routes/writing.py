from __future__ import annotations

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.audit.service import ChangedMeanwhile
from portal.chat_starters import queries
from portal.chat_starters.forms import StarterForm, starter_form
from portal.chat_starters.models import ChatStarter, StarterStatus
from portal.chat_starters.routes.common import (
    blueprint,
    page_of_starter,
    starter_or_404,
    view_of,
)
from portal.chat_starters.routes.editor import EDITOR, LIVE, checked, editor, gentle, live, number_of, typed
from portal.chat_starters.routes.one import sent_words
from portal.chat_starters.rules import advice
from portal.chat_starters.rules.draft import LANGUAGE, Draft
from portal.chat_starters.rules.lint import blocked
from portal.chat_starters.rules.wildcards import remote_name
from portal.chat_starters.service import submit
from portal.chat_starters.service.common import draft_of, mark
from portal.connection.models import Connection
from portal.web.guards import admin_only
from portal.web.partials import fragment, invalid, saved

SEND, KEEP = "save", "draft"

TAKEN = "Já existe um modelo com o nome {}, talvez entre os excluídos. Escolha outro nome."


@blueprint.get("/novo")
@admin_only
def new() -> Response:
    return fragment(EDITOR, **editor(StarterForm(formdata=None), None))


@blueprint.post("/novo")
@admin_only
def create() -> Response:
    return _written(StarterForm(), None)


@blueprint.post("/novo/previa")
@admin_only
def new_preview() -> Response:
    return fragment(LIVE, **live(StarterForm(), None))


@blueprint.get("/<int:starter_id>/editar")
@admin_only
def edit(starter_id: int) -> Response:
    starter = starter_or_404(starter_id)
    if view_of(starter).why_not_edit:
        return redirect(page_of_starter(starter), 303)
    draft = draft_of(starter)
    form, asked = starter_form(draft, mark(starter)), "conferir" in request.args
    remarks = checked(number_of(starter), form, starter, draft) if asked else gentle(form, starter)
    return fragment(EDITOR, **editor(form, starter, remarks, asked=asked))


@blueprint.post("/<int:starter_id>/editar")
@admin_only
def save(starter_id: int) -> Response:
    return _written(StarterForm(), starter_or_404(starter_id))


@blueprint.post("/<int:starter_id>/editar/previa")
@admin_only
def edit_preview(starter_id: int) -> Response:
    return fragment(LIVE, **live(StarterForm(), starter_or_404(starter_id)))


def _written(form: StarterForm, starter: ChatStarter | None) -> Response:
    """What a button of the form asks for."""
    connection, action = number_of(starter), request.form.get("action", SEND)
    if action not in (SEND, KEEP):
        fresh = form.changed(action)
        return fragment(EDITOR, **editor(fresh, starter, gentle(fresh, starter), action=action))
    draft = typed(form, starter)
    remarks = checked(connection, form, starter, draft)
    if starter is None and (twin := _twin(connection, draft)):
        return saved(f"O modelo {twin.name} já está na lista.", page_of_starter(twin))
    hopeless = advice.keeps_from_storing(draft, remarks)
    if hopeless or (action == SEND and blocked(remarks)):
        listed = remarks if action == SEND else hopeless
        return invalid(EDITOR, **editor(form, starter, listed, asked=True))
    return _stored(form, starter, draft, action)


def _twin(connection: Connection, draft: Draft) -> ChatStarter | None:
    """The starter that the first click of two has already made."""
    found = queries.named(connection.id, remote_name(draft.name), LANGUAGE)
    if found is None or found.status is StarterStatus.DELETED or draft_of(found) != _as_kept(draft):
        return None
    return found


def _as_kept(draft: Draft) -> Draft:
    return Draft(**{**vars(draft), "name": remote_name(draft.name)})


def _stored(form: StarterForm, starter: ChatStarter | None, draft: Draft, action: str) -> Response:
    """Kept, and sent if so asked; what the provider does not take stays typed, its words at the top."""
    connection, seen = number_of(starter), form.seen.data or ""
    try:
        if starter is not None and starter.status is not StarterStatus.DRAFT:
            submit.edit(g.user, connection, starter, draft, seen)
        else:
            starter = submit.save_draft(g.user, connection, draft, starter, seen)
            if action == KEEP:
                return saved("Rascunho guardado. Ele ainda não foi para aprovação.", page_of_starter(starter))
            submit.submit(g.user, connection, starter)
    except submit.NameTaken:
        remarks = [advice.taken(TAKEN.format(remote_name(draft.name)))]
        return invalid(EDITOR, **editor(form, starter, remarks, asked=True))
    except ChangedMeanwhile:
        return _again(form, starter, conflict=True)
    except submit.NotReady:
        return invalid(EDITOR, **editor(form, starter, checked(connection, form, starter, draft), asked=True))
    except (submit.NotNow, submit.Refused) as error:
        return _again(form, starter, refused=str(error))
    return saved(sent_words(starter), page_of_starter(starter))


def _again(form: StarterForm, starter: ChatStarter | None, *, refused: str = "", conflict: bool = False) -> Response:
    """The form as it was typed, on the starter as it now is."""
    assert starter is not None
    if view_of(starter).why_not_edit:
        words = refused or "O modelo mudou enquanto você editava."
        return saved(words, url_for("chat_starters.one", starter_id=starter.id))
    form.seen.data = mark(starter)
    return invalid(EDITOR, **editor(form, starter, gentle(form, starter), refused=refused, conflict=conflict))
