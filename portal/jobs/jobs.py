from __future__ import annotations

from portal.jobs import job
from portal.jobs.runs import sweep


@job("sweep-runs", "Limpeza do registro de tarefas", every=3600)
def sweep_runs() -> str:
    swept = sweep()
    return f"{swept} registros antigos apagados" if swept else ""
