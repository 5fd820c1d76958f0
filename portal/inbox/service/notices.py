"""What people are told about of their own accord: a conversation that nobody attends to, a connection that stopped."""

from __future__ import annotations

from portal.accounts.models import User
from portal.connection.models import Connection
from portal.gateways.registry import explain
from portal.inbox import view
from portal.inbox.models import Conversation
from portal.notifications import service as notifications

CONNECTION_URL = "/whatsapp/configuracoes"


def parked(conversation: Conversation, user: User) -> None:
    """Tell the Usuário ADM that a conversation came to them because no operator is available; once for each
    conversation, in the caller's transaction. E-mails of this kind are gathered (`notifications.rules.QUIET`)."""
    notifications.notify(
        conversation.account_id,
        [user.id],
        f"fallback:{conversation.id}",
        "Conversa sem operador disponível",
        f"{view.name_of(conversation)} espera atendimento e nenhum operador está disponível. A conversa está com você.",
        f"/conversas/{conversation.id}",
        "warning",
    )


def stopped(connection: Connection) -> None:
    """Tell the admins that a connection has just stopped and what to do, in the caller's transaction."""
    at = connection.stopped_at
    assert at is not None
    named = connection.name or connection.display_phone
    notifications.notify_admins(
        connection.account_id,
        f"stopped:{connection.id}:{at:%Y%m%d%H%M}",
        "A conexão com o WhatsApp parou",
        f"{named + ': ' if named else ''}{explain(connection.kind.value, connection.stopped_code)} "
        "Até lá nenhuma mensagem sai; o que está na fila espera.",
        CONNECTION_URL,
        "danger",
    )
