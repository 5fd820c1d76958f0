"""What the verbs of a starter share: its lock, its mark, what changed of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal import clock
from portal.audit.service import ChangedMeanwhile, note
from portal.chat_starters.models import ChatStarter
from portal.chat_starters.rules.draft import Button, Draft
from portal.extensions import db
from portal.gateways.base import TemplateFact
from portal.live.service import emit

STATE = (
    "status",
    "category",
    "correct_category",
    "quality",
    "header",
    "body",
    "footer",
    "buttons",
    "samples",
    "told",
)
"""What the history tells of a starter."""

EXPLAINED = "told"
"""In `heard`: when Meta gave the explanation that is in `told`; absent, it is of a try of ours that went wrong."""


def mark(starter: ChatStarter) -> str:
    """Names the state of a starter: it differs after every change of it."""
    return starter.updated_at.isoformat()


def locked(starter: ChatStarter, seen: str | None = None) -> None:
    """Lock a starter's row and read it afresh. Raises ChangedMeanwhile when it is not what `seen` marks."""
    db.session.refresh(starter, with_for_update=True)
    if seen is not None and mark(starter) != seen:
        db.session.rollback()
        raise ChangedMeanwhile


def draft_of(starter: ChatStarter) -> Draft:
    """A starter as it was written."""
    return Draft(
        name=starter.name,
        category=starter.requested_category or starter.category.value,
        body=starter.body,
        header=starter.header,
        footer=starter.footer,
        buttons=tuple(Button.from_json(each) for each in starter.buttons),
        samples=tuple(starter.samples),
    )


def write(starter: ChatStarter, draft: Draft) -> None:
    """Put a draft's texts into a starter, in the caller's transaction."""
    starter.requested_category = draft.category
    starter.header, starter.body, starter.footer = draft.header, draft.body, draft.footer
    starter.buttons = [button.to_json() for button in draft.buttons]
    starter.samples = list(draft.samples)


def is_news(starter: ChatStarter, fact: TemplateFact, at: datetime) -> bool:
    """Whether nothing newer is known. Meta's webhooks count in seconds: within the second of the last news is news."""
    heard = starter.heard.get(fact.value)
    if heard is None:
        return True
    last = datetime.fromisoformat(heard)
    return at >= (last if at.microsecond else last.replace(microsecond=0))


def hear(starter: ChatStarter, fact: TemplateFact, at: datetime) -> None:
    """Note when Meta said what now holds."""
    last = starter.heard.get(fact.value, "")
    starter.heard = {**starter.heard, fact.value: max(last, at.isoformat())}


def put_told(starter: ChatStarter, text: str, at: datetime | None = None) -> None:
    """Keep an explanation: Meta's own, given then, or without a time what became of a try of ours; "" forgets it."""
    heard = {name: when for name, when in starter.heard.items() if name != EXPLAINED}
    starter.told = text
    starter.heard = {**heard, EXPLAINED: at.isoformat()} if at is not None else heard


def facts(starter: ChatStarter) -> dict[str, Any]:
    """The state of a starter as the history keeps it."""
    return {"reason": reason_of(starter), **{name: _plain(getattr(starter, name)) for name in STATE}}


def reason_of(starter: ChatStarter) -> str:
    """Why Meta rejected it, or why it cannot be sent from here: the code behind the state."""
    return starter.remote_status.partition(":")[2]


def changed(starter: ChatStarter, action: str, before: Mapping[str, Any] | None, user_id: int | None = None) -> None:
    """Note and tell a change in the caller's transaction; nothing when there is none. `user_id` None is Meta."""
    after = facts(starter)
    if before == after:
        return
    starter.updated_at = clock.now()
    db.session.flush()
    note(starter.account_id, user_id, action, f"chat-starter:{starter.id}", dict(before) if before else None, after)
    emit(starter.account_id, "starter", starter.id)


def _plain(value: Any) -> Any:
    return getattr(value, "value", value)
