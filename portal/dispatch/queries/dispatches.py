from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal.accounts.models import User
from portal.audit.models import AuditEntry
from portal.chat_starters.rules import wildcards
from portal.chat_starters.view import why_not_sendable
from portal.dispatch.models import Dispatch, DispatchRecipient, DispatchStatus, RecipientState
from portal.extensions import db
from portal.inbox.models import Lane, Message
from portal.inbox.outbox_queries import in_outbox
from portal.inbox.rules.ledger import State
from portal.portfolio.models import Creditor
from portal.web.paging import Page, page_of

SHOWN = {"falhas": State.FAILED, "incertas": State.UNKNOWN}


def dispatch_in(account_id: int, dispatch_id: int) -> Dispatch | None:
    return db.session.scalar(
        sa.select(Dispatch)
        .options(joinedload(Dispatch.starter))
        .where(Dispatch.account_id == account_id, Dispatch.id == dispatch_id)
    )


def dispatches_of(account_id: int, number: int) -> Page:
    return page_of(
        sa.select(Dispatch)
        .options(joinedload(Dispatch.starter))
        .where(Dispatch.account_id == account_id)
        .order_by(Dispatch.id.desc()),
        number,
        25,
    )


def has_more(dispatch_id: int) -> bool:
    """Whether somebody is still to be reached, or a message is on its way or waiting for another try."""
    of_it = DispatchRecipient.dispatch_id == dispatch_id
    planned = sa.exists().where(of_it, DispatchRecipient.state == RecipientState.PLANNED)
    going = sa.exists().where(
        of_it,
        DispatchRecipient.message_id == Message.id,
        Message.lane == Lane.DISPATCH,
        in_outbox(),
    )
    return bool(db.session.scalar(sa.select(sa.or_(planned, going))))


@dataclass(frozen=True)
class Progress:
    """How far a dispatch is. `reached` counts what the provider accepted or more; reasons count what was left out.

    `retrying` provably did not go out and is tried again; `sending` is at the provider now.
    """

    total: int = 0
    planned: int = 0
    retrying: int = 0
    sending: int = 0
    reached: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def going(self) -> int:
        return self.retrying + self.sending

    @property
    def done(self) -> int:
        return self.total - self.planned - self.going

    @property
    def unconfirmed(self) -> int:
        """Accepted, and the phone has not confirmed yet: a status may still come."""
        return self.reached - self.delivered


def progress(dispatch_id: int) -> Progress:
    return progress_of([dispatch_id])[dispatch_id]


def progress_of(dispatch_ids: Sequence[int]) -> Mapping[int, Progress]:
    """The progress of several dispatches, in one query."""
    rows = db.session.execute(
        sa.select(
            DispatchRecipient.dispatch_id,
            DispatchRecipient.state,
            Message.state,
            DispatchRecipient.reason,
            sa.func.count(),
        )
        .outerjoin(Message, Message.id == DispatchRecipient.message_id)
        .where(DispatchRecipient.dispatch_id.in_(dispatch_ids))
        .group_by(DispatchRecipient.dispatch_id, DispatchRecipient.state, Message.state, DispatchRecipient.reason)
    ).all()
    by: dict[int, Counter[str]] = defaultdict(Counter)
    reasons: dict[int, Counter[str]] = defaultdict(Counter)
    for dispatch_id, recipient, message, reason, count in rows:
        by[dispatch_id][_bucket(recipient, message)] += count
        if recipient is RecipientState.SKIPPED:
            reasons[dispatch_id][reason] += count
    return {each: _progress(by[each], reasons[each]) for each in dispatch_ids}


def _bucket(recipient: RecipientState, message: State | None) -> str:
    return message.value if recipient is RecipientState.TAKEN and message is not None else recipient.value


def _progress(by: Counter[str], reasons: Counter[str]) -> Progress:
    return Progress(
        total=sum(by.values()),
        planned=by["planned"],
        retrying=by["queued"],
        sending=by["sending"],
        reached=by["accepted"] + by["sent"] + by["delivered"] + by["read"],
        delivered=by["delivered"] + by["read"],
        read=by["read"],
        failed=by["failed"],
        unknown=by["unknown"],
        skipped=by["skipped"],
        reasons=dict(reasons.most_common()),
    )


def recipients(dispatch_id: int, number: int, show: str = "") -> Page:
    """The people of a dispatch, a page at a time; `show` keeps those that failed, are uncertain or were left out."""
    return page_of(_recipients(dispatch_id, show), number, 50)


def all_recipients(dispatch_id: int, show: str = "") -> Sequence[DispatchRecipient]:
    return db.session.scalars(_recipients(dispatch_id, show)).all()


def _recipients(dispatch_id: int, show: str) -> sa.Select[Any]:
    query = (
        sa.select(DispatchRecipient)
        .options(joinedload(DispatchRecipient.message))
        .outerjoin(Message, Message.id == DispatchRecipient.message_id)
        .where(DispatchRecipient.dispatch_id == dispatch_id)
        .order_by(DispatchRecipient.id)
    )
    if show == "fora":
        return query.where(DispatchRecipient.state == RecipientState.SKIPPED)
    if show in SHOWN:
        return query.where(DispatchRecipient.state == RecipientState.TAKEN, Message.state == SHOWN[show])
    return query


def running_connections() -> Sequence[int]:
    """The connections that have something to start now, or something unsent of a cancelled dispatch to drop."""
    running = sa.select(Dispatch.connection_id).where(Dispatch.status == DispatchStatus.RUNNING)
    unsent = (
        sa.select(Dispatch.connection_id)
        .join(DispatchRecipient, DispatchRecipient.dispatch_id == Dispatch.id)
        .join(Message, Message.id == DispatchRecipient.message_id)
        .where(Dispatch.status == DispatchStatus.CANCELLED, *_unsent())
    )
    return db.session.scalars(running.union(unsent)).all()


def why_starter_holds(dispatch: Dispatch) -> str:
    """Why nothing leaves with the starter of a dispatch now, in Portuguese; "" when it may be sent as it was shown.

    What an admin saw in the preview is what goes out: a text that changed at Meta since then holds the dispatch.
    """
    starter = dispatch.starter
    if reason := why_not_sendable(starter):
        return reason
    if not wildcards.is_bound(starter.body, starter.bindings):
        return f"O texto do modelo {starter.name} mudou na Meta. Associe os coringas de novo na aba Modelo de início de chat."
    if not _is_as_shown(dispatch, starter.body):
        return f"O texto do modelo {starter.name} mudou depois da prévia deste envio. Cancele o envio e inicie outro."
    return ""


def _is_as_shown(dispatch: Dispatch, body: str) -> bool:
    of_it = sa.select(DispatchRecipient.parameters, DispatchRecipient.body).where(
        DispatchRecipient.dispatch_id == dispatch.id
    )
    planned = of_it.where(DispatchRecipient.state == RecipientState.PLANNED).order_by(DispatchRecipient.id)
    unsent = of_it.join(Message, Message.id == DispatchRecipient.message_id).where(*_unsent())
    left = db.session.execute(planned.limit(1)).one_or_none() or db.session.execute(unsent.limit(1)).one_or_none()
    return left is None or wildcards.filled(body, left.parameters) == left.body


def _unsent() -> tuple[sa.ColumnElement[bool], ...]:
    """Of starts that provably did not go out at an earlier try."""
    return in_outbox(), Message.lane == Lane.DISPATCH, Message.state == State.QUEUED


def sendable(connection_id: int) -> dict[int, Dispatch]:
    """The running dispatches of a connection whose starter may be sent now, by id."""
    running = db.session.scalars(
        sa.select(Dispatch)
        .options(joinedload(Dispatch.starter))
        .where(Dispatch.connection_id == connection_id, Dispatch.status == DispatchStatus.RUNNING)
    ).all()
    return {dispatch.id: dispatch for dispatch in running if not why_starter_holds(dispatch)}


def planned_ahead(connection_id: int, before_id: int | None = None) -> int:
    """People whom running dispatches of a connection will reach first: those older than one, or all."""
    query = (
        sa.select(sa.func.count())
        .select_from(DispatchRecipient)
        .join(Dispatch, Dispatch.id == DispatchRecipient.dispatch_id)
        .where(
            Dispatch.connection_id == connection_id,
            Dispatch.status == DispatchStatus.RUNNING,
            DispatchRecipient.state == RecipientState.PLANNED,
        )
    )
    if before_id is not None:
        query = query.where(Dispatch.id < before_id)
    return db.session.scalar(query) or 0


@dataclass(frozen=True)
class Move:
    """Who last paused, resumed or cancelled a dispatch."""

    by: str
    at: datetime


def last_move(account_id: int, dispatch_id: int) -> Move | None:
    row = db.session.execute(
        sa.select(User.name, AuditEntry.at)
        .join(User, User.id == AuditEntry.user_id)
        .where(
            AuditEntry.account_id == account_id,
            AuditEntry.subject == f"dispatch:{dispatch_id}",
            AuditEntry.action == "dispatch.move",
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).one_or_none()
    return Move(row[0], row[1]) if row else None


def left_out_at_start(account_id: int, dispatch_id: int) -> Mapping[str, int]:
    """Whom the filter found but the start left out, by reason."""
    after = db.session.scalar(
        sa.select(AuditEntry.after).where(
            AuditEntry.account_id == account_id,
            AuditEntry.subject == f"dispatch:{dispatch_id}",
            AuditEntry.action == "dispatch.start",
        )
    )
    left_out: Mapping[str, int] = (after or {}).get("left_out", {})
    return left_out


def creditor_name(account_id: int, creditor_id: int | None) -> str:
    if creditor_id is None:
        return ""
    return (
        db.session.scalar(sa.select(Creditor.name).where(Creditor.account_id == account_id, Creditor.id == creditor_id))
        or ""
    )


def person_name(account_id: int, user_id: int | None) -> str:
    return db.session.scalar(sa.select(User.name).where(User.account_id == account_id, User.id == user_id)) or ""
