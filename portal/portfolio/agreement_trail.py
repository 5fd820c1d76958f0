"""How agreements are told in the history. What people agreed on is not undone by a click: nothing is restored."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask import url_for

from portal.audit.history import Trail, register
from portal.audit.rules import plain
from portal.portfolio import queries
from portal.portfolio.rules.amounts import format_brl

LABELS = {
    "status": "Situação",
    "discount": "Desconto",
    "total": "Total",
    "parcels": "Parcelas",
}

ACTIONS = {
    "agreement.propose": "propôs",
    "agreement.accept": "registrou o aceite",
    "agreement.cancel": "cancelou",
    "agreement.break": "quebrou",
    "agreement.pay": "registrou um pagamento",
    "agreement.unpay": "desfez um pagamento",
}

_LARGEST = 2**31 - 1


def register_agreement_trail() -> None:
    register(Trail("agreement", _name, LABELS, _show, _url, kind="Acordos", actions=ACTIONS))


def _ids(key: str) -> tuple[int, int] | None:
    """The debtor's and the agreement's, None for a key that is none of ours."""
    debtor, _, agreement = key.partition(".")
    if not (debtor.isascii() and debtor.isdigit() and agreement.isascii() and agreement.isdigit()):
        return None
    found = int(debtor[:11]), int(agreement[:11])
    return found if max(found) <= _LARGEST else None


def _name(account_id: int, key: str) -> str | None:
    ids = _ids(key)
    found = queries.agreement_in(account_id, *ids) if ids else None
    return f"Acordo nº {found.number}" if found else None


def _url(key: str) -> str:
    debtor_id, agreement_id = _ids(key) or (0, 0)
    return url_for("portfolio.show_agreement", debtor_id=debtor_id, agreement_id=agreement_id)


def _show(account_id: int, name: str, value: Any) -> str:
    if name in ("discount", "total"):
        return format_brl(Decimal(value))
    if name == "parcels":
        return "; ".join(_parcel(each) for each in value)
    return plain(value).capitalize() if name == "status" else plain(value)


def _parcel(parcel: dict[str, Any]) -> str:
    which = f"{parcel['number']}ª" if parcel["number"] else "Entrada"
    due, paid = (
        f"{date.fromisoformat(day):%d/%m/%Y}" if day else "" for day in (parcel["due_date"], parcel["paid_on"])
    )
    return f"{which} de {format_brl(Decimal(parcel['amount']))} em {due}" + (f", paga em {paid}" if paid else "")
