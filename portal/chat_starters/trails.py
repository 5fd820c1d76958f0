"""How changes of chat starters are told, those of Meta too, and their wildcards undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for

from portal.accounts.models import User
from portal.audit.history import NotRestorable, Trail, Values, register
from portal.audit.rules import plain
from portal.chat_starters import queries
from portal.chat_starters.rules.draft import Button, ButtonKind
from portal.chat_starters.rules.wildcards import is_binding, is_bound
from portal.chat_starters.service.bind import bind
from portal.chat_starters.view import CATEGORIES, QUALITIES, UNKNOWN_QUALITY, binding_words, reason_words, status_words
from portal.extensions import db

LABELS = {
    "status": "Situação",
    "reason": "Motivo",
    "category": "Categoria",
    "correct_category": "Categoria anunciada",
    "quality": "Qualidade",
    "header": "Cabeçalho",
    "body": "Texto",
    "footer": "Rodapé",
    "buttons": "Botões",
    "samples": "Exemplos",
    "told": "Explicação",
    "bindings": "Coringas",
}
ACTIONS = {
    "chat-starter.create": "criou",
    "chat-starter.draft": "guardou o rascunho de",
    "chat-starter.submit": "enviou para aprovação",
    "chat-starter.edit": "editou e reenviou",
    "chat-starter.refused": "não aceitou ou não confirmou o pedido sobre",
    "chat-starter.meta": "mudou",
    "chat-starter.delete": "excluiu",
    "chat-starter.bind": "associou os coringas de",
}


def register_trails() -> None:
    register(
        Trail(
            "chat-starter",
            _name,
            LABELS,
            _show,
            lambda key: url_for("chat_starters.one", starter_id=int(key)),
            _restore,
            kind="Modelos de início de chat",
            actions=ACTIONS,
            required=frozenset({"bindings"}),
            current=_now,
            nobody="Meta",
        )
    )


def _name(account_id: int, key: str) -> str | None:
    starter = queries.starter_in(account_id, int(key))
    return f"Modelo “{starter.name}”" if starter else None


def _now(account_id: int, key: str) -> Values | None:
    starter = queries.starter_in(account_id, int(key))
    return {"bindings": list(starter.bindings)} if starter else None


def _show(account_id: int, name: str, value: Any) -> str:
    """A value in words; what is empty or of another age is told plainly."""
    words = _WORDS.get(name)
    return (words(value) if words else plain(value)) or plain(None)


def _bindings(value: Any) -> str:
    parts = (f"{{{{{number}}}}} {binding_words(str(each)) or each}" for number, each in enumerate(value, start=1))
    return " · ".join(parts)


def _buttons(value: Any) -> str:
    buttons = [Button.from_json(each) for each in value]
    return " · ".join(f"{b.text} ({b.url})" if b.kind is ButtonKind.URL else b.text for b in buttons)


_WORDS: dict[str, Callable[[Any], str]] = {
    "status": lambda value: status_words(str(value)),
    "reason": lambda value: reason_words(str(value)),
    "category": lambda value: CATEGORIES.get(str(value), plain(value)),
    "correct_category": lambda value: CATEGORIES.get(str(value).lower(), plain(value)),
    "quality": lambda value: QUALITIES.get(str(value), UNKNOWN_QUALITY)[0],
    "buttons": _buttons,
    "samples": lambda value: " · ".join(str(each) for each in value),
    "bindings": _bindings,
}


def _restore(user_id: int, account_id: int, key: str, values: Values) -> None:
    starter = queries.starter_in(account_id, int(key))
    bindings = [str(each) for each in values["bindings"]]
    if starter is None:
        raise NotRestorable("Este modelo não existe mais.")
    if not all(is_binding(each) for each in bindings) or (bindings and not is_bound(starter.body, bindings)):
        raise NotRestorable("O texto do modelo mudou desde esta versão: os coringas dela não servem mais para ele.")
    bind(starter, db.session.get_one(User, user_id), None, bindings)
