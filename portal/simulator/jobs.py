from __future__ import annotations

from portal.jobs import job
from portal.simulator.service import confirm_delivery


@job("simulator-phone", "Simulador: entregas", every=1)
def deliver() -> str:
    delivered = confirm_delivery()
    return f"{delivered} mensagens entregues no simulador" if delivered else ""
