from __future__ import annotations

from portal.dispatch.rules import BATCH_EVERY
from portal.dispatch.service.batches import send_batch
from portal.jobs import counted, job


@job("send-batch", "Agente de envio", every=BATCH_EVERY)
def start_chats() -> str:
    return counted(send_batch(), "conversa iniciada", "conversas iniciadas")
