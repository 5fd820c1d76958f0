from __future__ import annotations

from portal.jobs import counted, job
from portal.webhooks.service import apply_pending, prune


@job("apply-webhooks", "Mensagens recebidas", every=1)
def apply_webhooks() -> str:
    return counted(apply_pending(), "aviso do provedor aplicado", "avisos do provedor aplicados")


@job("prune-webhooks", "Limpeza das mensagens recebidas", every=86_400)
def prune_webhooks() -> str:
    return counted(prune(), "aviso antigo do provedor apagado", "avisos antigos do provedor apagados")
