"""How changes of chat starters are told, and their wildcards undone."""

from __future__ import annotations

from typing import Any

from flask import url_for

from portal.accounts.models import User
from portal.audit.history import NotRestorable, Trail, Values, register
from portal.audit.rules import plain
from portal.chat_starters import queries
from portal.chat_starters.models import StarterCategory
from portal.chat_starters.rules.wildcards import is_bound
from portal.chat_starters.service.bind import bind
from portal.extensions import db

_FIELDS = dict(queries.FIELDS)
_CATEGORIES = {StarterCategory.UTILITY.value: "Utilidade", StarterCategory.MARKETING.value: "Marketing"}


def register_trails() -> None:
    register(
        Trail(
            "chat-starter",
            _name,
            {"name": "Nome", "category": "Categoria", "body": "Texto", "bindings": "Coringas"},
            _show,
            lambda key: url_for("chat_starters.show", _anchor=f"starter-{key}"),
            _restore,
            kind="Modelos de início de chat",
            actions={"chat-starter.create": "criou", "chat-starter.bind": "associou os coringas de"},
            required=frozenset({"bindings"}),
            current=_now,
        )
    )


def _name(account_id: int, key: str) -> str | None:
    starter = queries.starter_in(account_id, int(key))
    return f"Modelo “{starter.name}”" if starter else None


def _now(account_id: int, key: str) -> Values | None:
    starter = queries.starter_in(account_id, int(key))
    return {"bindings": list(starter.bindings)} if starter else None


def _show(account_id: int, name: str, value: Any) -> str:
    if name == "bindings":
        parts = (f"{{{{{number}}}}} {_FIELDS.get(each, each)}" for number, each in enumerate(value, start=1))
        return " · ".join(parts) or plain(None)
    return _CATEGORIES.get(value, plain(value)) if name == "category" else plain(value)


def _restore(user_id: int, account_id: int, key: str, values: Values) -> None:
    starter = queries.starter_in(account_id, int(key))
    bindings = [str(each) for each in values["bindings"]]
    if starter is None:
        raise NotRestorable("Este modelo não existe mais.")
    if not set(bindings) <= set(_FIELDS) or (bindings and not is_bound(starter.body, bindings)):
        raise NotRestorable("O texto do modelo mudou desde esta versão: os coringas dela não servem mais para ele.")
    bind(starter, db.session.get_one(User, user_id), None, bindings)
