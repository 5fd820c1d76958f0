"""What the page on which a starter is written shows, whoever answers with it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

from flask import request

from portal.chat_starters.forms import StarterForm
from portal.chat_starters.models import ChatStarter, StarterStatus
from portal.chat_starters.routes.common import chosen_connection, connection_of, list_of, page_of_starter, view_of
from portal.chat_starters.rules import advice
from portal.chat_starters.rules.draft import Draft
from portal.chat_starters.rules.lint import MAX_BUTTONS, Remark, blocked
from portal.chat_starters.rules.wildcards import remote_name, wildcard_count
from portal.chat_starters.service import submit
from portal.chat_starters.service.common import draft_of
from portal.chat_starters.view import CATEGORIES, phone_of_draft
from portal.connection.models import Connection, ConnectionKind

EDITOR, LIVE = "chat_starters/editor.html", "chat_starters/_phone.html"


def number_of(starter: ChatStarter | None) -> Connection:
    """The number of a starter; of a new one, the number that the page was opened for."""
    return connection_of(starter) if starter else chosen_connection()


def typed(form: StarterForm, starter: ChatStarter | None) -> Draft:
    """What was typed. Once Meta has a starter its name is fixed, and while it is approved its category too."""
    if starter is None or starter.status is StarterStatus.DRAFT:
        return form.draft()
    held = draft_of(starter)
    fixed = starter.status is StarterStatus.APPROVED
    return form.draft(starter.name, held.category if fixed else "")


def checked(connection: Connection, form: StarterForm, starter: ChatStarter | None, draft: Draft) -> list[Remark]:
    """Every remark on what was typed, the category's among them."""
    asks = (starter is None or starter.status is not StarterStatus.APPROVED) and not form.has_category
    return [*([advice.NO_CATEGORY] if asks else []), *submit.review(connection, draft, starter)]


def editor(
    form: StarterForm,
    starter: ChatStarter | None,
    remarks: Sequence[Remark] = (),
    *,
    refused: str = "",
    conflict: bool = False,
    asked: bool = False,
    action: str = "",
) -> dict[str, Any]:
    """The whole page. `asked`: somebody wished to save, so what blocks is listed at the top; `action`: which other button
    was pressed."""
    connection = number_of(starter)
    in_page_order = [each for found in advice.by_place(remarks).values() for each in found]
    blockers = [each for each in in_page_order if each.blocks] if asked else []
    is_sent = starter is not None and starter.status is not StarterStatus.DRAFT
    return {
        "form": form,
        "starter": view_of(starter) if starter else None,
        "is_sent": is_sent,
        "numero": None if connection.primary else connection.id,
        "back": page_of_starter(starter) if starter else list_of(connection),
        "official": connection.kind is ConnectionKind.CLOUD_API,
        "approval": submit.needs_approval(connection),
        "refused": refused,
        "conflict": conflict,
        "pressed": action,
        "blockers": [(advice.ANCHORS[each.place], each.text) for each in blockers],
        **shown(typed(form, starter), remarks),
        "sendable": _is_sendable(form, starter),
    }


def shown(draft: Draft, remarks: Sequence[Remark]) -> dict[str, Any]:
    """What follows the typing: the phone, the remarks, Meta's form of the name."""
    return {
        "phone": phone_of_draft(draft),
        "remote": remote_name(draft.name),
        "next_wildcard": wildcard_count(draft.body) + 1,
        "remarks": {place.value: (found, _digest(found)) for place, found in advice.by_place(remarks).items()},
        "categories": CATEGORIES,
        "max_buttons": MAX_BUTTONS,
    }


def gentle(form: StarterForm, starter: ChatStarter | None) -> list[Remark]:
    """The remarks on what is written so far; a field that is still blank is no mistake."""
    draft, blank = advice.half_written(typed(form, starter))
    return [each for each in submit.review(number_of(starter), draft, starter) if each.place not in blank]


def live(form: StarterForm, starter: ChatStarter | None) -> dict[str, Any]:
    """What follows the typing, while somebody types; only what differs from what the page shows is told again."""
    draft = typed(form, starter)
    context = shown(draft, gentle(form, starter))
    known = {name: request.form.get(f"shown-{name}", "") for name in context["remarks"]}
    rows, wanted = [each.data for each in form.samples], wildcard_count(draft.body)
    kept = len(rows)
    while kept > wanted and not rows[kept - 1]:
        kept -= 1
    return {
        **context,
        "sendable": _is_sendable(form, starter),
        "news": {name: said for name, said in context["remarks"].items() if said[1] != known[name]},
        "renamed": starter is None or starter.status is StarterStatus.DRAFT,
        "more_samples": range(len(rows) + 1, wanted + 1),
        "fewer_samples": range(kept + 1, len(rows) + 1),
        "approval": submit.needs_approval(number_of(starter)),
    }


def _is_sendable(form: StarterForm, starter: ChatStarter | None) -> bool:
    """Whether nothing blocks, what is still blank included."""
    return not blocked(checked(number_of(starter), form, starter, typed(form, starter)))


def _digest(remarks: Sequence[Remark]) -> str:
    return format(zlib.crc32("\n".join(each.text for each in remarks).encode()), "x")
