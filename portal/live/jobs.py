from __future__ import annotations

from portal.jobs import counted, job
from portal.live.service import sweep

KEEP = 24 * 3600


@job("sweep-events", "Limpeza de avisos às telas", every=3600)
def sweep_events() -> str:
    return counted(sweep(KEEP), "aviso antigo apagado", "avisos antigos apagados")
