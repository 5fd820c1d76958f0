"""How changes of people are told. Nothing of a person is restored: an admin edits them."""

from __future__ import annotations

from typing import Any

from flask import url_for

from portal.accounts import queries
from portal.accounts.models import Role
from portal.audit.history import Trail, know_people, register
from portal.audit.rules import plain

_ROLES = {Role.ADMIN.value: "ADM", Role.OPERATOR.value: "Operador"}


def register_people_trail() -> None:
    """People, and their names for every other history."""
    know_people(lambda account_id: {user.id: user.name for user in queries.users_of(account_id)})
    register(
        Trail(
            "user",
            _name,
            {"name": "Nome", "email": "E-mail", "role": "Perfil", "active": "Ativo", "available": "Disponível"},
            _show,
            lambda key: url_for("accounts.edit_user", user_id=int(key)),
            kind="Usuários",
            actions={
                "user.reset": "gerou uma nova senha para",
                "user.password": "trocou a própria senha:",
                "user.available": "mudou a disponibilidade:",
                "session.end": "encerrou um acesso:",
                "session.end_all": "encerrou os acessos:",
            },
        )
    )


def _name(account_id: int, key: str) -> str | None:
    user = queries.user_in(account_id, int(key))
    return f"Usuário “{user.name}”" if user else None


def _show(account_id: int, name: str, value: Any) -> str:
    return _ROLES.get(value, plain(value)) if name == "role" else plain(value)
