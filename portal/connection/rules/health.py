"""How a number of the official API fares: Meta's words in Portuguese, and what of a change people must be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

QUALITY = {"GREEN": "Alta", "YELLOW": "Média", "RED": "Baixa"}
_RANK = {"GREEN": 0, "YELLOW": 1, "RED": 2}

STATUS = {
    "BANNED": "banido",
    "RESTRICTED": "restrito",
    "RATE_LIMITED": "com o limite de envios atingido",
    "FLAGGED": "sinalizado por baixa qualidade",
    "DISCONNECTED": "desconectado",
    "DELETED": "excluído",
    "PENDING": "com o registro pendente",
    "MIGRATED": "migrado para outra conta",
}

NAME_STATUS = {
    "APPROVED": "Aprovado",
    "AVAILABLE_WITHOUT_REVIEW": "Em uso, sem análise",
    "PENDING_REVIEW": "Em análise",
    "DECLINED": "Recusado",
    "EXPIRED": "Vencido",
    "NONE": "Sem certificado",
}

_WORKS = ("CONNECTED", "FLAGGED", "RATE_LIMITED")
_NAME_WRONG = ("DECLINED", "EXPIRED")


@dataclass(frozen=True)
class Alert:
    """What admins are told of once, when it happens."""

    key: str
    title: str
    text: str
    tone: str


@dataclass(frozen=True)
class Standing:
    """How a number fares, in a word or two; `tone` is danger when it cannot send."""

    text: str
    tone: str


def standing(health: Mapping[str, Any]) -> Standing | None:
    """What is wrong with a number, the worst first; None when nothing is, or nothing is known."""
    status, can_send = health.get("status") or "CONNECTED", health.get("can_send", "")
    if status not in _WORKS:
        return Standing(STATUS.get(status, "sem poder enviar"), "danger")
    if can_send == "BLOCKED":
        return Standing("bloqueado pela Meta", "danger")
    if status != "CONNECTED":
        return Standing(STATUS[status], "warning")
    if can_send == "LIMITED":
        return Standing("com envio limitado", "warning")
    if health.get("name_status") in _NAME_WRONG:
        return Standing("com o nome recusado", "warning")
    return Standing("com qualidade baixa", "warning") if health.get("quality") == "RED" else None


def alerts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Alert]:
    """What is to be told when a number's health goes from `before` ({} at the first look) to `after`."""
    found = [_restriction(before, after), _quality(before, after), _name(before, after)]
    return [alert for alert in found if alert is not None]


def _restriction(before: Mapping[str, Any], after: Mapping[str, Any]) -> Alert | None:
    now = (after.get("status"), after.get("can_send"))
    if now == (before.get("status"), before.get("can_send")):
        return None
    found = standing({"status": after.get("status"), "can_send": after.get("can_send")})
    if found is None:
        return None
    told = " ".join(after.get("problems") or ())
    text = f"A Meta informa que o número está {found.text}."
    return Alert("restricao", "A Meta restringiu o número", f"{text} {told}".strip(), found.tone)


def _quality(before: Mapping[str, Any], after: Mapping[str, Any]) -> Alert | None:
    was, now = str(before.get("quality", "")), str(after.get("quality", ""))
    if _RANK.get(now, 0) <= _RANK.get(was, 0):
        return None
    text = (
        f"A qualidade do número é agora {QUALITY[now].lower()}. Pessoas estão bloqueando ou denunciando as mensagens: "
        "envie menos por dia e reveja os modelos."
    )
    return Alert("qualidade", "A qualidade do número caiu", text, "danger" if now == "RED" else "warning")


def _name(before: Mapping[str, Any], after: Mapping[str, Any]) -> Alert | None:
    now = after.get("name_status")
    if now not in _NAME_WRONG or now == before.get("name_status"):
        return None
    text = "A Meta não aceita o nome de exibição do número. Corrija-o no Gerenciador do WhatsApp."
    return Alert("nome", "O nome do número foi recusado", text, "warning")
