from __future__ import annotations

from portal.jobs import counted, job
from portal.simulator.service import confirm_delivery


@job("simulator-phone", "Simulador: entregas", every=1)
def deliver() -> str:
    return counted(confirm_delivery(), "mensagem entregue no simulador", "mensagens entregues no simulador")
