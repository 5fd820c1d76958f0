from __future__ import annotations

from portal.dispatch.service.batches import send_batch
from portal.jobs import job

BATCH_EVERY = 30
"""Seconds between two batches of *Máx. Envio entrada agente* chats; the seed leaves the pace open."""


@job("send-batch", "Agente de envio", every=BATCH_EVERY)
def start_chats() -> str:
    tried = send_batch()
    return f"{tried} conversas iniciadas" if tried else ""
