from __future__ import annotations

from portal.accounts.service.login import sweep
from portal.jobs import job


@job("sweep-sessions", "Limpeza de acessos antigos", every=3600)
def sweep_sessions() -> str:
    swept = sweep()
    return f"{swept} registros de acesso apagados" if swept else ""
