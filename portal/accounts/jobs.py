from __future__ import annotations

from portal.accounts.service.login import sweep
from portal.jobs import counted, job


@job("sweep-sessions", "Limpeza de acessos antigos", every=3600)
def sweep_sessions() -> str:
    return counted(sweep(), "registro de acesso apagado", "registros de acesso apagados")
