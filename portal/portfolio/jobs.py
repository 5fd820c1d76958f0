from __future__ import annotations

from portal.jobs import counted, job
from portal.portfolio.service import apply, imports


@job(imports.JOB, "Importação da carteira", every=1)
def import_portfolio() -> str:
    done = apply.apply_next()
    return counted(done.done_rows, "linha importada", "linhas importadas") if done else ""


@job("sweep-imports", "Importações não confirmadas", every=3600)
def sweep_imports() -> str:
    return counted(
        imports.sweep_previews(), "importação não confirmada apagada", "importações não confirmadas apagadas"
    )
