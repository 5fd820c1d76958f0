from __future__ import annotations

from portal.jobs import job
from portal.portfolio.service import apply, imports


@job(imports.JOB, "Importação da carteira", every=1)
def import_portfolio() -> str:
    done = apply.apply_next()
    return f"{done.done_rows} linhas de um arquivo importadas" if done else ""


@job("sweep-imports", "Importações não confirmadas", every=3600)
def sweep_imports() -> str:
    swept = imports.sweep_previews()
    return f"{swept} importações não confirmadas apagadas" if swept else ""
