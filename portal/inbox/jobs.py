from __future__ import annotations

from portal.inbox.service.files import fetch_pending
from portal.inbox.service.ledger import sweep_lost
from portal.inbox.service.receipts import send_receipts
from portal.inbox.service.reply import close_abandoned
from portal.inbox.service.sender import send_replies
from portal.jobs import counted, job


@job("send-outbox", "Envio de respostas", every=1)
def send_outbox() -> str:
    return counted(send_replies(), "mensagem enviada ao provedor", "mensagens enviadas ao provedor")


@job("fetch-media", "Arquivos recebidos", every=10)
def fetch_media() -> str:
    return counted(fetch_pending(), "arquivo recebido", "arquivos recebidos")


@job("send-receipts", "Confirmações de leitura", every=2)
def tell_read() -> str:
    return counted(send_receipts(), "conversa marcada como lida", "conversas marcadas como lidas")


@job("sweep-outbox", "Mensagens sem confirmação", every=15)
def sweep_outbox() -> str:
    return counted(sweep_lost(), "mensagem ficou sem confirmação", "mensagens ficaram sem confirmação")


@job("close-abandoned", "Conversas abandonadas no assistente", every=900)
def close_left() -> str:
    return counted(close_abandoned(), "conversa encerrada", "conversas encerradas")
