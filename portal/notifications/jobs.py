from __future__ import annotations

from portal.jobs import counted, job
from portal.notifications.service import sweep
from portal.notifications.service.mail import send_emails


@job("send-emails", "Avisos por e-mail", every=60)
def send_mail() -> str:
    return counted(send_emails(), "e-mail enviado", "e-mails enviados")


@job("sweep-notifications", "Limpeza de avisos antigos", every=24 * 3600)
def sweep_old() -> str:
    return counted(sweep(), "aviso antigo apagado", "avisos antigos apagados")
