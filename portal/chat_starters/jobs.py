from __future__ import annotations

from portal.chat_starters.service.sync import sync_all
from portal.jobs import job


@job("template-status", "Situação dos modelos de início de chat", every=15 * 60)
def template_status() -> str:
    return sync_all()
