"""The company's own wording of the automatic messages."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.accounts.models import User
from portal.audit.service import ChangedMeanwhile, note
from portal.bot_messages import queries
from portal.bot_messages.models import BotMessage
from portal.bot_messages.rules import DEFAULT_TEXTS, MessageKind, tidy
from portal.extensions import db


def save(user: User, kind: MessageKind, version: int, text: str) -> None:
    """Keep a text that `rules.check` accepts; commits. `version` is 0 while nobody has changed the default.

    Raises ChangedMeanwhile.
    """
    row = queries.own_messages(user.account_id).get(kind)
    if row is not None:
        db.session.refresh(row, with_for_update=True)
    if (row.version if row else 0) != version:
        db.session.rollback()
        raise ChangedMeanwhile
    before = row.text if row else DEFAULT_TEXTS[kind]
    if row is None:
        row = BotMessage(account_id=user.account_id, kind=kind, version=0)
        db.session.add(row)
    row.text, row.version, row.updated_at = tidy(text), version + 1, clock.now()
    note(user.account_id, user.id, "bot-message", f"bot-message:{kind.value}", {"text": before}, {"text": row.text})
    try:
        db.session.commit()
    except IntegrityError as error:  # the first wording of the same message, by two people at once
        db.session.rollback()
        raise ChangedMeanwhile from error


def restore(user: User, kind: MessageKind, version: int) -> None:
    """Go back to the default text; commits. Raises ChangedMeanwhile.

    The row stays: its version goes on counting, so a form that was opened before the restoration is still noticed.
    """
    save(user, kind, version, DEFAULT_TEXTS[kind])
