"""Meta's words for the state of a template, as states of ours; and how often an approved one may be edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

EDITABLE = frozenset({"draft", "approved", "rejected", "paused"})
"""The states in which a starter may be edited (Meta, template-management)."""

EDIT_PAUSE, EDIT_SPAN, EDITS_IN_SPAN = timedelta(hours=24), timedelta(days=30), 10

NAME_COOLS_FOR = timedelta(days=30)
"""How long Meta keeps back the name of an approved template that was deleted."""

_STATES: Mapping[str, str] = {
    "APPROVED": "approved",
    "PENDING": "pending",
    "REJECTED": "rejected",
    "IN_APPEAL": "in_appeal",
    "PAUSED": "paused",
    "DISABLED": "disabled",
    "ARCHIVED": "archived",
    "PENDING_DELETION": "deleted",
    "DELETED": "deleted",
}
_EVENTS_OF_NO_STATE = frozenset({"FLAGGED", "LOCKED"})
_ASK_AGAIN = frozenset({"REINSTATED", "UNARCHIVED"})


def state_of(word: str) -> str:
    """The state that a status or event of Meta's means; "other" for a word that is not known."""
    return _STATES.get(word, "other")


def changes_state(event: str) -> bool:
    """Whether a status event says what the state is now. FLAGGED stays sendable, LOCKED concerns editing only."""
    return event not in _EVENTS_OF_NO_STATE and not asks_again(event)


def asks_again(event: str) -> bool:
    """Whether after this event only Meta can tell the state."""
    return event in _ASK_AGAIN


def next_edit(edits: Sequence[datetime], now: datetime) -> datetime | None:
    """When an approved starter may be edited again: once in 24 hours and ten times in 30 days. None: now."""
    recent = sorted(at for at in edits if at > now - EDIT_SPAN)
    free = [recent[-1] + EDIT_PAUSE] if recent else []
    if len(recent) >= EDITS_IN_SPAN:
        free.append(recent[-EDITS_IN_SPAN] + EDIT_SPAN)
    latest = max(free, default=now)
    return latest if latest > now else None
