from __future__ import annotations

from portal.dispatch.rules import BATCH_EVERY
from portal.dispatch.service.batches import send_batch
from portal.jobs import job


@job("send-batch", "Agente de envio", every=BATCH_EVERY)
def start_chats() -> str:
    tried = send_batch()
    return f"{tried} {'conversa iniciada' if tried == 1 else 'conversas iniciadas'}" if tried else ""
