"""Who a conversation belongs to."""

from __future__ import annotations

import sqlalchemy as sa

from portal import clock
from portal.account_settings import queries as account_settings
from portal.account_settings.service import Receiver
from portal.accounts import queries as people
from portal.accounts.models import User
from portal.extensions import db
from portal.inbox.models import AssignedBecause, Conversation, ConversationStatus
from portal.inbox.rules.assignment import Candidate, pick, why
from portal.inbox.service import notices
from portal.inbox.service.changes import audience, changed


class Taken(Exception):
    """Somebody else has the conversation; `name` says who."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Closed(Exception):
    """The conversation has been closed meanwhile."""


def hand_over(conversation: Conversation) -> None:
    """Give a conversation to an available operator of the company, else to the Usuário ADM; in the caller's
    transaction. With neither (no admin is left), it stays in the queue for whoever takes it."""
    chosen = _chosen(conversation.account_id)
    if chosen is not None:
        chosen.last_assigned_at = clock.now()
        _assign(conversation, chosen, AssignedBecause.AVAILABLE)
        return
    fallback = account_settings.fallback_user(conversation.account_id)
    _assign(conversation, fallback, AssignedBecause.FALLBACK)
    if fallback is not None:
        notices.parked(conversation, fallback)


def receiver_now(account_id: int) -> Receiver:
    """Who `hand_over` would choose at this moment, and why, in Portuguese."""
    candidates = _candidates(account_id)
    if (user_id := pick(candidates)) is not None:
        return Receiver(db.session.get_one(User, user_id).name, why(candidates))
    nobody = "nenhum operador está com “Operador Disponível” ligado"
    user = account_settings.fallback_user(account_id)
    if user is None:
        return Receiver("", f"Ninguém: {nobody} e não há administrador ativo. A conversa espera na fila")
    chosen = account_settings.settings_of(account_id).fallback_user_id == user.id
    reason = "é o Usuário ADM" if chosen else "é o administrador ativo mais antigo e faz as vezes de Usuário ADM"
    return Receiver(user.name, f"{reason}, e {nobody}")


def answered(conversation: Conversation) -> None:
    """Somebody answered a chat that was started: it is whose start it was, while they work here, else an operator's; in
    the caller's transaction."""
    starter = conversation.assigned_user
    if starter is not None and starter.active:
        _assign(conversation, starter, AssignedBecause.TAKEN)
    else:
        hand_over(conversation)


def _chosen(account_id: int) -> User | None:
    """The operator whose turn it is, their row locked: who is leaving at this very moment is seen as gone."""
    while (user_id := pick(_candidates(account_id))) is not None:
        user = db.session.scalar(
            sa.select(User)
            .where(User.id == user_id, User.active, User.available)
            .with_for_update(of=User, key_share=True)
            .execution_options(populate_existing=True)
        )
        if user is not None:
            return user
    return None


def hand_over_all_of(user: User) -> None:
    """Find another person for every open conversation of somebody who leaves; in the caller's transaction."""
    for conversation in db.session.scalars(
        sa.select(Conversation)
        .where(Conversation.assigned_user_id == user.id, Conversation.status == ConversationStatus.OPEN)
        .order_by(Conversation.id)
        .with_for_update(of=Conversation)
        .execution_options(populate_existing=True)
    ).all():
        hand_over(conversation)


def _candidates(account_id: int) -> list[Candidate]:
    operators = people.available_operators(account_id)
    rows = db.session.execute(
        sa.select(Conversation.assigned_user_id, sa.func.count())
        .where(
            Conversation.account_id == account_id,
            Conversation.status == ConversationStatus.OPEN,
            Conversation.assigned_user_id.in_([user.id for user in operators]),
        )
        .group_by(Conversation.assigned_user_id)
    )
    loads: dict[int | None, int] = {row[0]: row[1] for row in rows}
    return [Candidate(user.id, loads.get(user.id, 0), user.last_assigned_at) for user in operators]


def _assign(conversation: Conversation, user: User | None, because: AssignedBecause) -> None:
    before = audience(conversation)
    conversation.status = ConversationStatus.OPEN
    conversation.assigned_user_id = user.id if user else None
    conversation.assigned_because = because
    conversation.waiting_since = conversation.waiting_since or clock.now()
    changed(conversation, before)


def take(conversation_id: int, user: User, *, over: int | None = None) -> None:
    """Make a conversation the person's own; commits. An operator takes what is in the queue or parked with the Usuário
    ADM; an admin takes any, but from an operator only by naming, in `over`, the id of whom they saw it with.

    Raises Taken or Closed: the second of two who take at once is told who has it.
    """
    conversation = lock(conversation_id)
    if conversation.status is ConversationStatus.CLOSED:
        raise Closed
    owner = conversation.assigned_user
    is_mine = owner is not None and owner.id == user.id
    if not is_mine and not may_take(conversation, user, over):
        raise Taken(owner.name if owner else "")
    if not is_mine or conversation.assigned_because is not AssignedBecause.TAKEN:
        _assign(conversation, user, AssignedBecause.TAKEN)
    db.session.commit()


def may_take(conversation: Conversation, user: User, over: int | None = None) -> bool:
    parked = conversation.assigned_because is AssignedBecause.FALLBACK
    waits = parked or conversation.assigned_user_id is None
    if user.is_admin:
        return waits or conversation.assigned_user_id == over
    return waits and conversation.status is ConversationStatus.OPEN


def lock(conversation_id: int) -> Conversation:
    """The conversation's row, locked and fresh."""
    return db.session.execute(
        sa.select(Conversation)
        .where(Conversation.id == conversation_id)
        .with_for_update(of=Conversation)
        .execution_options(populate_existing=True)
    ).scalar_one()
