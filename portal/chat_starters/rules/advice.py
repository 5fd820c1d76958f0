"""Which remarks a page shows when: while somebody types, when a draft is kept, when it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from portal.chat_starters.rules.draft import Button, ButtonKind, Draft
from portal.chat_starters.rules.lint import FOOTER_LIMIT, HEADER_LIMIT, Place, Remark
from portal.chat_starters.rules.wildcards import BODY_LIMIT, wildcard_count

KEPT_LIMIT = 4 * BODY_LIMIT
"""Characters of a text that is kept as a draft: more than may be sent, less than anybody writes."""

ANCHORS: Mapping[Place, str] = {
    Place.NAME: "name",
    Place.CATEGORY: "category-0",
    Place.HEADER: "header",
    Place.BODY: "body",
    Place.SAMPLES: "starter-samples",
    Place.FOOTER: "footer",
    Place.BUTTONS: "starter-buttons",
}
"""Where each place is on the page, in the page's order."""

NO_CATEGORY = Remark(Place.CATEGORY, "Escolha uma das categorias.")


def by_place(remarks: Sequence[Remark]) -> dict[Place, list[Remark]]:
    """The remarks beside their fields, in the page's order; a place without any has an empty list."""
    return {place: [remark for remark in remarks if remark.place is place] for place in ANCHORS}


def keeps_from_storing(draft: Draft, remarks: Sequence[Remark]) -> list[Remark]:
    """What keeps a draft even from being kept here: a name that cannot be, and what is longer than there is room for."""
    too_long = {
        Place.HEADER: len(draft.header) > HEADER_LIMIT,
        Place.BODY: len(draft.body) > KEPT_LIMIT,
        Place.FOOTER: len(draft.footer) > FOOTER_LIMIT,
    }
    hopeless = {Place.NAME, Place.CATEGORY, *(place for place, holds in too_long.items() if holds)}
    return [remark for remark in remarks if remark.blocks and remark.place in hopeless]


def half_written(draft: Draft) -> tuple[Draft, frozenset[Place]]:
    """The draft with stand-ins for what nobody has written yet, and the places that are still blank: while somebody
    types, a field that waits is no mistake."""
    blank = {Place.NAME: draft.name, Place.BODY: draft.body}
    buttons = tuple(
        button if button.text.strip() else Button(ButtonKind.QUICK_REPLY, f"Botão {number}")
        for number, button in enumerate(draft.buttons, start=1)
    )
    given = dict(enumerate(draft.samples))
    samples = tuple(given.get(index) or "exemplo" for index in range(wildcard_count(draft.body)))
    return (
        replace(draft, buttons=buttons, samples=samples),
        frozenset(place for place, text in blank.items() if not text.strip()),
    )


def taken(text: str) -> Remark:
    """The remark on a name that somebody else took meanwhile."""
    return Remark(Place.NAME, text)
