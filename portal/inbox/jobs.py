from __future__ import annotations

from portal.inbox.service.ledger import sweep_lost
from portal.inbox.service.reply import close_abandoned
from portal.inbox.service.sender import send_replies
from portal.jobs import job


@job("send-outbox", "Envio de respostas", every=1)
def send_outbox() -> str:
    tried = send_replies()
    return f"{tried} mensagens enviadas ao provedor" if tried else ""


@job("sweep-outbox", "Mensagens sem confirmação", every=15)
def sweep_outbox() -> str:
    lost = sweep_lost()
    return f"{lost} mensagens ficaram sem confirmação" if lost else ""


@job("close-abandoned", "Conversas abandonadas no assistente", every=900)
def close_left() -> str:
    closed = close_abandoned()
    return f"{closed} conversas encerradas" if closed else ""
