"""How what was done to dispatches is told. A message that went out does not come back: nothing is restored."""

from __future__ import annotations

from typing import Any

from flask import url_for

from portal.audit.history import Trail, register
from portal.audit.rules import plain
from portal.dispatch.queries import dispatches
from portal.dispatch.service.overview import STATUS_WORDS

_STATUS = {status.value: words for status, (words, _) in STATUS_WORDS.items()}


def register_trails() -> None:
    register(
        Trail(
            "dispatch",
            _name,
            {"people": "Pessoas", "left_out": "Ficaram de fora", "status": "Situação"},
            _show,
            lambda key: url_for("dispatch.show", dispatch_id=int(key)),
            kind="Envios",
            actions={"dispatch.start": "iniciou", "dispatch.move": "mudou a situação de"},
        )
    )


def _name(account_id: int, key: str) -> str | None:
    dispatch = dispatches.dispatch_in(account_id, int(key))
    return f"Envio {dispatch.id}, do modelo “{dispatch.starter.name}”" if dispatch else None


def _show(account_id: int, name: str, value: Any) -> str:
    if name == "status":
        return _STATUS.get(value, plain(value))
    return plain(sum(value.values())) if name == "left_out" else plain(value)
