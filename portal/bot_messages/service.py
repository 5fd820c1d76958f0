"""The company's own wording of the automatic messages."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.accounts.models import User
from portal.audit.history import NotRestorable, Values
from portal.audit.service import ChangedMeanwhile, note
from portal.bot_messages import queries
from portal.bot_messages.models import BotMessage
from portal.bot_messages.rules import DEFAULT_TEXTS, MessageKind, check, tidy
from portal.extensions import db


def save(user: User, kind: MessageKind, version: int, text: str) -> None:
    """Keep a text that `rules.check` accepts; commits. `version` is 0 while nobody has changed the default.

    Raises ChangedMeanwhile.
    """
    row = _locked(user.account_id, kind)
    if (row.version if row else 0) != version:
        db.session.rollback()
        raise ChangedMeanwhile
    _write(row, user.account_id, user.id, kind, text)


def restore_version(user_id: int, account_id: int, kind: MessageKind, values: Values) -> None:
    """Give a message the text of a noted version; commits. Raises NotRestorable and ChangedMeanwhile.

    The version goes on counting, so a form that was opened before is noticed when it is saved.
    """
    text = str(values["text"])
    if errors := check(kind, text):
        raise NotRestorable(" ".join(errors))
    _write(_locked(account_id, kind), account_id, user_id, kind, text)


def _locked(account_id: int, kind: MessageKind) -> BotMessage | None:
    row = queries.own_messages(account_id).get(kind)
    if row is not None:
        db.session.refresh(row, with_for_update=True)
    return row


def _write(row: BotMessage | None, account_id: int, user_id: int, kind: MessageKind, text: str) -> None:
    before = row.text if row else DEFAULT_TEXTS[kind]
    if row is None:
        row = BotMessage(account_id=account_id, kind=kind, version=0)
        db.session.add(row)
    row.text, row.version, row.updated_at = tidy(text), row.version + 1, clock.now()
    if row.text != before:
        note(account_id, user_id, "bot-message", f"bot-message:{kind.value}", {"text": before}, {"text": row.text})
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
