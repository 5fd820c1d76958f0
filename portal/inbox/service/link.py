"""Whom a conversation is with, decided by a person where the assistant could not."""

from __future__ import annotations

from portal.accounts.models import User
from portal.audit.service import note
from portal.extensions import db
from portal.inbox.models import Conversation
from portal.inbox.service.assign import lock
from portal.inbox.service.changes import changed
from portal.inbox.service.reply import check_mine
from portal.portfolio.models import Debtor


class AlreadyLinked(Exception):
    """Somebody else said meanwhile who the person is."""


def link(conversation_id: int, user: User, debtor: Debtor) -> None:
    """Say that the conversation is with this debtor of the company; commits. Raises Closed, Taken or AlreadyLinked."""
    conversation = lock(conversation_id)
    check_mine(conversation, user)
    if conversation.debtor_id not in (None, debtor.id):
        raise AlreadyLinked
    _set(conversation, user, debtor.id)


def unlink(conversation_id: int, user: User) -> None:
    """Take back who the person is, so that nothing of the debtor can be sent; commits. Raises Closed or Taken."""
    conversation = lock(conversation_id)
    check_mine(conversation, user)
    _set(conversation, user, None)


def _set(conversation: Conversation, user: User, debtor_id: int | None) -> None:
    before, after = {"debtor_id": conversation.debtor_id}, {"debtor_id": debtor_id}
    conversation.debtor_id = debtor_id
    note(user.account_id, user.id, "conversation.debtor", f"conversation:{conversation.id}", before, after)
    changed(conversation)
    db.session.commit()
