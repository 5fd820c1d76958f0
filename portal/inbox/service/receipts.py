"""Telling people that their messages were read: the blue ticks. A courtesy, so nothing waits for it, and one that fails
twice is given up."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa

from portal import gateways
from portal.connection import linked
from portal.connection.models import Connection
from portal.extensions import db, transactions
from portal.gateways.base import Line, Recipient, SendError
from portal.inbox.models import Conversation, Direction, Message

log = logging.getLogger("portal.receipts")

BATCH = 50
LANES = 4
TRIES = 2
SINGLY = 10
"""Messages that are marked one by one where the newest does not stand for those before it."""

_UNREADABLE = ("reaction", "system")
"""Kinds that have no ticks."""

_lanes = ThreadPoolExecutor(LANES, thread_name_prefix="receipts")


@dataclass(frozen=True)
class Receipt:
    """What one conversation's person is to be told; `provider_ids` the oldest first."""

    conversation_id: int
    kind: str
    line: Line
    to: Recipient
    provider_ids: tuple[str, ...]


def note_read(conversation: Conversation) -> None:
    """Note that everything the person wrote so far was read, in the caller's transaction. They are told by the job."""
    newest = (
        sa.select(sa.func.max(Message.id))
        .where(
            Message.conversation_id == conversation.id,
            Message.direction == Direction.IN,
            Message.kind.not_in(_UNREADABLE),
            Message.id > sa.func.coalesce(Conversation.receipt_id, 0),
        )
        .correlate(Conversation)
    )
    # In the row's own UPDATE: reading takes no query of its own.
    conversation.read_up_to_id = newest.scalar_subquery()


def send_receipts() -> int:
    """Tell people what was read. Returns in how many conversations they were told.

    Those of a number that cannot talk now wait for it. No transaction is open while a provider answers.
    """
    if not _any_untold():
        return 0
    claimed = sorted(_claim(), key=lambda receipt: receipt.line.connection_id)
    numbers = [list(group) for _, group in groupby(claimed, key=lambda receipt: receipt.line.connection_id)]
    return sum(_lanes.map(_tell_all, numbers))


def _any_untold() -> bool:
    """A read-only look first: an idle job must not take SQLite's one write lock."""
    with transactions(read_only=True):
        found = db.session.scalar(_untold().with_only_columns(Conversation.id).limit(1))
        db.session.rollback()
    return found is not None


def _untold() -> sa.Select[Conversation]:
    return (
        sa.select(Conversation)
        .join(Connection, Connection.id == Conversation.connection_id)
        .where(
            Conversation.read_up_to_id.is_not(None),
            Connection.enabled,
            Connection.stopped_code == "",
            linked.fit_rows(),
        )
        .order_by(Conversation.read_up_to_id)
    )


def _claim() -> list[Receipt]:
    """Take some conversations for told, and commit: who dies now leaves ticks grey and tells nobody twice."""
    rows = db.session.scalars(_untold().limit(BATCH).with_for_update(skip_locked=True, of=Conversation)).all()
    receipts = [_receipt(conversation) for conversation in rows]
    for conversation in rows:
        conversation.receipt_id, conversation.read_up_to_id = conversation.read_up_to_id, None
    db.session.commit()
    return receipts


def _receipt(conversation: Conversation) -> Receipt:
    connection, contact = conversation.connection, conversation.contact
    capabilities = gateways.get(connection.kind.value).capabilities
    ids = db.session.scalars(
        sa.select(Message.provider_id)
        .where(
            Message.conversation_id == conversation.id,
            Message.direction == Direction.IN,
            Message.kind.not_in(_UNREADABLE),
            Message.id > (conversation.receipt_id or 0),
            Message.id <= conversation.read_up_to_id,
        )
        .order_by(Message.id.desc())
        .limit(1 if capabilities.reads_up_to else SINGLY)
    ).all()
    to = Recipient(wa_id=contact.wa_id, e164=contact.e164, bsuid=contact.bsuid or "")
    told = tuple(each for each in reversed(ids) if each)
    return Receipt(conversation.id, connection.kind.value, connection.line, to, told)


def _tell_all(receipts: Sequence[Receipt]) -> int:
    """The receipts of one number, one after the other; a number that does not answer costs no further waiting."""
    told = 0
    for receipt in receipts:
        try:
            for provider_id in receipt.provider_ids:
                _tell(receipt, provider_id)
            told += 1
        except SendError as error:
            log.info("no read receipt for conversation %s: %s", receipt.conversation_id, error.code)
            if error.retry or error.stop:
                break
        except Exception:
            log.exception("no read receipt for conversation %s, for an unforeseen reason", receipt.conversation_id)
    return told


def _tell(receipt: Receipt, provider_id: str) -> None:
    for left in reversed(range(TRIES)):
        try:
            gateways.get(receipt.kind).mark_read(receipt.line, provider_id, receipt.to)
            return
        except SendError as error:
            if not (left and error.retry):
                raise
