"""The way around the portal, as data."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, g, request, url_for


@dataclass(frozen=True)
class Item:
    label: str
    endpoint: str
    icon: str = ""
    admin: bool = True
    counter: str = ""
    """The fragment that shows a number beside the label and keeps itself fresh."""


MAIN = (
    Item("Início", "reports.home", "inicio"),
    Item("Conversas", "inbox.index", "conversas", admin=False, counter="inbox/_unread.html"),
    Item("Envios", "dispatch.index", "envios"),
    Item("Devedores", "portfolio.index", "devedores", admin=False),
    Item("Credores", "creditors.index", "credores"),
    Item("Usuários", "accounts.users", "usuarios"),
)
CONFIGURATION = (
    Item("Documentos", "documents.index"),
    Item("Não contatar", "opt_outs.index"),
    Item("Histórico de alterações", "audit.index"),
)
COMPANY = (
    Item("Integração WhatsApp", "account_settings.show"),
    Item("Dados da empresa", "accounts.company.show"),
    Item("Minha conta", "accounts.own.show", admin=False),
)
SETTINGS = (
    Item("Configurações por Conta", "account_settings.show"),
    Item("Configurações por Credor", "creditor_settings.index"),
    Item("Mensagens automáticas do chat BOT", "bot_messages.show"),
    Item("Configurações", "connection.show"),
    Item("Configurações do menu", "menu.show"),
    Item("Modelo de início de chat", "chat_starters.show"),
)


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    icon: str
    current: bool
    counter: str = ""


def links(items: tuple[Item, ...]) -> list[Link]:
    """The links of a menu that this person may follow and that this installation has."""
    blueprint = (request.endpoint or "").rpartition(".")[0]
    return [
        Link(item.label, url_for(item.endpoint), item.icon, item.endpoint.rpartition(".")[0] == blueprint, item.counter)
        for item in items
        if item.endpoint in current_app.view_functions and (g.user.is_admin or not item.admin)
    ]


def init_app(app: Flask) -> None:
    menus_by_name = {
        "nav_items": MAIN,
        "configuration_menu": CONFIGURATION,
        "company_menu": COMPANY,
        "settings_tabs": SETTINGS,
    }

    @app.context_processor
    def menus() -> dict[str, list[Link]]:
        if not g.get("user"):
            return {key: [] for key in menus_by_name}
        return {name: links(items) for name, items in menus_by_name.items()}
