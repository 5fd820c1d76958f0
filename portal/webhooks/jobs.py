from __future__ import annotations

from portal.jobs import job
from portal.webhooks.service import apply_pending


@job("apply-webhooks", "Mensagens recebidas", every=1)
def apply_webhooks() -> str:
    applied = apply_pending()
    return f"{applied} avisos do provedor aplicados" if applied else ""
