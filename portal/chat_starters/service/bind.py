"""What fills the wildcards of an approved starter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from portal import clock
from portal.accounts.models import User
from portal.audit.service import note
from portal.chat_starters.models import ChatStarter
from portal.chat_starters.rules.wildcards import FIELD_LABELS, Field, is_binding, wildcard_count
from portal.chat_starters.service.common import locked
from portal.extensions import db
from portal.live.service import emit


def bind(starter: ChatStarter, user: User, seen: str | None, bindings: Sequence[str]) -> None:
    """Associate {{1}}, {{2}}… with fields or fixed texts, in order; commits. `seen` is the `mark` that the form showed.

    Raises ChangedMeanwhile.
    """
    locked(starter, seen)
    before, after = {"bindings": list(starter.bindings)}, {"bindings": list(bindings)}
    if before != after:
        starter.bindings, starter.updated_at = list(bindings), clock.now()
        note(user.account_id, user.id, "chat-starter.bind", f"chat-starter:{starter.id}", before, after)
        emit(starter.account_id, "starter", starter.id)
    db.session.commit()


def missing(body: str, bindings: Sequence[str], values: Mapping[Field, str]) -> list[str]:
    """The fields that this debtor has no value for: with them nothing is sent. In Portuguese, each once."""
    used = [name for name in bindings[: wildcard_count(body)] if is_binding(name) and name in set(Field)]
    return list(dict.fromkeys(FIELD_LABELS[Field(name)].lower() for name in used if not values.get(Field(name))))
