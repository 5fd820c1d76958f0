from __future__ import annotations

from portal.jobs import counted, job
from portal.webhooks.service import apply_pending


@job("apply-webhooks", "Mensagens recebidas", every=1)
def apply_webhooks() -> str:
    return counted(apply_pending(), "aviso do provedor aplicado", "avisos do provedor aplicados")
