from __future__ import annotations

from portal.inbox.models import AssignedBecause, Conversation
from portal.live.service import emit


def audience(conversation: Conversation) -> int | None:
    """Whom a conversation concerns besides the admins. None is everybody: what is parked with the Usuário ADM stands
    in the queue of all."""
    return None if conversation.assigned_because is AssignedBecause.FALLBACK else conversation.assigned_user_id


def changed(conversation: Conversation, *also: int | None) -> None:
    """Tell the screens of whoever may see this conversation; `also` names people who could see it until now."""
    for user_id in {audience(conversation), *also}:
        emit(conversation.account_id, "conversation", conversation.id, user_id)
        emit(conversation.account_id, "inbox", None, user_id)
