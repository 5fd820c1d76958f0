"""How changes of the menu are told, and undone."""

from __future__ import annotations

from typing import Any

from flask import url_for

from portal.audit.history import Trail, Values, register
from portal.audit.rules import plain
from portal.menu import queries, service
from portal.menu.rules import DEFAULT_OPTIONS

_NAMES = {action.value: label for action, label, _ in DEFAULT_OPTIONS}
_SWITCHES = {"interactive_menu": "Menu Interativo", "assistant_enabled": "Assistente Virtual"}


def register_trails() -> None:
    """The options, their order, and the switches, each with a history of its own."""
    register(
        Trail(
            "menu-option",
            _option_name,
            {"label": "Descrição", "active": "Ativo"},
            _show,
            lambda key: url_for("menu.show", _anchor=f"option-{key}"),
            service.restore_option,
            kind="Opções do menu",
            required=frozenset({"label", "active"}),
            current=_option_now,
        )
    )
    register(
        Trail(
            "menu-order",
            _of_company("Ordem das opções do menu"),
            {"order": "Ordem"},
            _show_order,
            lambda key: url_for("menu.show", _anchor="menu-options"),
            lambda user_id, account_id, key, values: service.restore_order(user_id, account_id, values),
            kind="Ordem das opções do menu",
            required=frozenset({"order"}),
            current=lambda account_id, key: service.facts_of_order(queries.options_of(account_id)),
        )
    )
    register(_switches())
    register(_inactivity())


def _switches() -> Trail:
    return Trail(
        "menu",
        _of_company("Atendimento do menu"),
        {**_SWITCHES, "order": "Ordem"},
        lambda account_id, name, value: (
            _show_order(account_id, name, value) if name == "order" else ("Ligado" if value else "Desligado")
        ),
        lambda key: url_for("menu.show", _anchor="menu-switches"),
        lambda user_id, account_id, key, values: service.restore_switches(user_id, account_id, values),
        kind="Atendimento do menu",
        required=frozenset(_SWITCHES),
        current=_switches_now,
    )


def _inactivity() -> Trail:
    return Trail(
        "menu-inactivity",
        _of_company("Tempo de inatividade"),
        {"minutes": "Minutos sem resposta"},
        _show,
        lambda key: url_for("menu.show", _anchor="menu-inactivity"),
        lambda user_id, account_id, key, values: service.restore_inactivity(user_id, account_id, values),
        kind="Tempo de inatividade",
        required=frozenset({"minutes"}),
        current=_inactivity_now,
    )


def _of_company(name: str) -> Any:
    """The name of a thing that a company has one of, whose key is the company's own number."""
    return lambda account_id, key: name if key == str(account_id) else None


def _option_name(account_id: int, key: str) -> str | None:
    option = queries.option_in(account_id, int(key))
    return f"Opção do menu “{option.label}”" if option else None


def _option_now(account_id: int, key: str) -> Values | None:
    option = queries.option_in(account_id, int(key))
    return service.facts_of_option(option) if option else None


def _switches_now(account_id: int, key: str) -> Values:
    row = service.switches_of(account_id)
    return {"interactive_menu": row.interactive_menu, "assistant_enabled": row.assistant_enabled}


def _inactivity_now(account_id: int, key: str) -> Values:
    return {"minutes": queries.settings_of(account_id).inactivity_minutes}


def _show(account_id: int, name: str, value: Any) -> str:
    return plain(value)


def _show_order(account_id: int, name: str, value: Any) -> str:
    own = {option.action.value: option.label for option in queries.options_of(account_id)}
    return " · ".join(own.get(action) or _NAMES.get(action) or plain(action) for action in value)
