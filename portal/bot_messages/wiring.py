from __future__ import annotations

from typing import Any

from flask import Flask, url_for

from portal.audit.history import Trail, Values, register
from portal.audit.rules import plain
from portal.bot_messages import queries, service
from portal.bot_messages.rules import MessageKind, spec_of


def init_app(app: Flask) -> None:
    register(
        Trail(
            "bot-message",
            _name,
            {"text": "Texto"},
            _show,
            lambda key: url_for("bot_messages.show", _anchor=f"message-{key}"),
            _restore,
            kind="Mensagens automáticas",
            required=frozenset({"text"}),
            current=_now,
        )
    )


def _kind(key: str) -> MessageKind | None:
    return MessageKind(key) if key in set(MessageKind) else None


def _name(account_id: int, key: str) -> str | None:
    kind = _kind(key)
    return f"Mensagem automática “{spec_of(kind).title}”" if kind else None


def _show(account_id: int, name: str, value: Any) -> str:
    return plain(value)


def _now(account_id: int, key: str) -> Values | None:
    kind = _kind(key)
    return {"text": queries.texts(account_id)[kind]} if kind else None


def _restore(user_id: int, account_id: int, key: str, values: Values) -> None:
    service.restore_version(user_id, account_id, MessageKind(key), values)
