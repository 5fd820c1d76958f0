from __future__ import annotations

from portal.assistant.service.inactive import close_inactive
from portal.jobs import counted, job


@job("close-inactive", "Encerramento por inatividade", every=60)
def close_silent() -> str:
    return counted(close_inactive(), "conversa encerrada", "conversas encerradas")
