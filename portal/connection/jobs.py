from __future__ import annotations

from portal.connection.service import health, link
from portal.jobs import counted, job


@job("connection-status", "Situação das conexões por QR Code", every=60)
def connection_status() -> str:
    return counted(link.refresh_all(), "conexão mudou", "conexões mudaram")


@job("reconnect-reminder", "Lembrete da leitura do QR Code", every=600)
def reconnect_reminder() -> str:
    return counted(link.remind(), "lembrete de conexão em dia", "lembretes de conexão em dia")


@job("connection-health", "Saúde dos números da API oficial", every=1800)
def connection_health() -> str:
    return counted(health.check_all(), "número conferido", "números conferidos")
