from __future__ import annotations

from portal.jobs import counted, job
from portal.jobs.runs import sweep


@job("sweep-runs", "Limpeza do registro de tarefas", every=3600)
def sweep_runs() -> str:
    return counted(sweep(), "registro antigo apagado", "registros antigos apagados")
