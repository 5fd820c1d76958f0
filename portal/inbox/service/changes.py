from __future__ import annotations

from portal.inbox.models import Conversation
from portal.live.service import emit


def changed(conversation: Conversation, *also: int | None) -> None:
    """Tell the screens of whoever may see this conversation; `also` names people who could see it until now."""
    for user_id in {conversation.assigned_user_id, *also}:
        emit(conversation.account_id, "conversation", conversation.id, user_id)
        emit(conversation.account_id, "inbox", None, user_id)
