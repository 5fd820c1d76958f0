"""Pausing, going on, and ending a dispatch. Nothing new leaves after the click returns; what is on its way is shown."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from portal import clock, jobs
from portal.accounts.models import User
from portal.audit.service import note
from portal.connection import queries as connections
from portal.connection.models import Connection
from portal.dispatch.models import Dispatch, DispatchRecipient, DispatchStatus, RecipientState
from portal.dispatch.rules import Reason
from portal.extensions import db
from portal.inbox.models import Lane, Message
from portal.inbox.outbox_queries import in_outbox
from portal.inbox.rules import reasons
from portal.inbox.rules.ledger import State
from portal.inbox.service.changes import changed
from portal.inbox.service.ledger import forget_start
from portal.live.service import emit

ALLOWED = {
    DispatchStatus.PAUSED: (DispatchStatus.RUNNING,),
    DispatchStatus.RUNNING: (DispatchStatus.PAUSED,),
    DispatchStatus.CANCELLED: (DispatchStatus.RUNNING, DispatchStatus.PAUSED),
}


class NotPossible(Exception):
    """The dispatch is no longer in a state from which this can be done."""


def move(dispatch_id: int, status: DispatchStatus, user: User) -> None:
    """Pause, resume or cancel; commits. Raises NotPossible when somebody, or its end, was faster."""
    dispatch = _locked(dispatch_id)
    if dispatch.status not in ALLOWED[status]:
        raise NotPossible
    _changed(dispatch, status, user)
    db.session.commit()
    if status is DispatchStatus.RUNNING:
        jobs.wake("send-batch")


def end_all_on(connection: Connection, user: User) -> None:
    """Cancel what still runs or waits on a number that is removed, in the caller's transaction, which holds the
    connection's lock."""
    live = sa.select(Dispatch).where(
        Dispatch.connection_id == connection.id, Dispatch.status.in_(ALLOWED[DispatchStatus.CANCELLED])
    )
    for dispatch in db.session.scalars(live.with_for_update()).all():
        _changed(dispatch, DispatchStatus.CANCELLED, user)


def _changed(dispatch: Dispatch, status: DispatchStatus, user: User) -> None:
    before, dispatch.status = dispatch.status, status
    if status is DispatchStatus.CANCELLED:
        _drop_the_rest(dispatch)
    note(
        dispatch.account_id,
        user.id,
        "dispatch.move",
        f"dispatch:{dispatch.id}",
        {"status": before.value},
        {"status": status.value},
    )
    emit(dispatch.account_id, "dispatch", dispatch.id)


def _locked(dispatch_id: int) -> Dispatch:
    """The connection's lock is the agent's own: once it is ours, no batch is being claimed."""
    connection_id = db.session.get_one(Dispatch, dispatch_id).connection_id
    connections.locked(connection_id)
    return db.session.get_one(Dispatch, dispatch_id, with_for_update=True, populate_existing=True)


def _drop_the_rest(dispatch: Dispatch) -> None:
    dispatch.ended_at = clock.now()
    db.session.execute(
        sa.update(DispatchRecipient)
        .where(DispatchRecipient.dispatch_id == dispatch.id, DispatchRecipient.state == RecipientState.PLANNED)
        .values(state=RecipientState.SKIPPED, reason=Reason.CANCELLED.value)
    )
    db.session.flush()
    drop_late(dispatch.connection_id)


def drop_late(connection_id: int) -> None:
    """Drop what waits for another try though its dispatch is cancelled, in the caller's transaction: also what was at
    the provider when the click came, and came back later. The caller holds the connection's lock."""
    for recipient in _unsent_of_cancelled(connection_id):
        drop(recipient, Reason.CANCELLED, reasons.DISPATCH_CANCELLED)
        emit(recipient.account_id, "dispatch", recipient.dispatch_id)


def _unsent_of_cancelled(connection_id: int) -> Sequence[DispatchRecipient]:
    return db.session.scalars(
        sa.select(DispatchRecipient)
        .join(Message, Message.id == DispatchRecipient.message_id)
        .join(Dispatch, Dispatch.id == DispatchRecipient.dispatch_id)
        .where(
            in_outbox(),
            Message.connection_id == connection_id,
            Message.lane == Lane.DISPATCH,
            Message.state == State.QUEUED,
            Dispatch.status == DispatchStatus.CANCELLED,
        )
        .with_for_update(of=Message)
    ).all()


def drop(recipient: DispatchRecipient, reason: Reason, code: str) -> None:
    """Leave out somebody whose message provably never went out, in the caller's transaction."""
    recipient.state, recipient.reason = RecipientState.SKIPPED, reason.value
    message = recipient.message
    assert message is not None
    message.state, message.error_code, message.error_detail = State.FAILED, code, ""
    forget_start(message)
    changed(message.conversation)
