"""What the company's menu offers, in which words and order, and the two switches."""

from __future__ import annotations

from dataclasses import dataclass

from portal import gateways
from portal.accounts.models import User
from portal.audit.service import ChangedMeanwhile, note
from portal.connection import queries as connections
from portal.extensions import db
from portal.menu import queries
from portal.menu.models import MenuOption, MenuSettings
from portal.menu.rules import DEFAULT_OPTIONS, moved


@dataclass(frozen=True)
class Switches:
    """*Menu Interativo* and *Assistente Virtual*."""

    interactive_menu: bool
    assistant_enabled: bool


def set_up(account_id: int) -> None:
    """Give a new company the default menu, in the caller's transaction."""
    db.session.add(MenuSettings(account_id=account_id, interactive_menu=True, assistant_enabled=True))
    db.session.add_all(
        MenuOption(account_id=account_id, action=action, label=label, active=active, position=position, version=1)
        for position, (action, label, active) in enumerate(DEFAULT_OPTIONS, start=1)
    )


def can_interact(account_id: int) -> bool:
    """Whether the company's current API can show the interactive menu; true while it has none."""
    connection = connections.current(account_id)
    return connection is None or gateways.get(connection.kind.value).capabilities.interactive


def edit_option(option: MenuOption, user: User, version: int, label: str, *, active: bool) -> None:
    """Change an option's description and *Ativo*; commits. Raises ChangedMeanwhile."""
    db.session.refresh(option, with_for_update=True)
    if option.version != version:
        db.session.rollback()
        raise ChangedMeanwhile
    before, after = {"label": option.label, "active": option.active}, {"label": label, "active": active}
    option.label, option.active, option.version = label, active, version + 1
    note(user.account_id, user.id, "menu.option", f"menu-option:{option.id}", before, after)
    db.session.commit()


def move_option(option: MenuOption, user: User, direction: str) -> None:
    """Move an option a place up or down; at the edge nothing changes. Commits."""
    _locked_settings(option.account_id)
    rows = list(queries.options_of(option.account_id))
    before = [row.action.value for row in rows]
    order = moved(rows, rows.index(option), "up" if direction == "up" else "down")
    for position, row in enumerate(order, start=1):
        row.position = position
    after = [row.action.value for row in order]
    if after != before:
        note(user.account_id, user.id, "menu.order", f"menu:{option.account_id}", {"order": before}, {"order": after})
    db.session.commit()


def switches_of(account_id: int) -> Switches:
    row = queries.settings_of(account_id)
    return Switches(row.interactive_menu, row.assistant_enabled)


def save_switches(user: User, *, interactive_menu: bool, assistant_enabled: bool, seen: Switches | None = None) -> None:
    """Set *Menu Interativo* and *Assistente Virtual*; commits.

    With `seen`, the values that the form showed, raises ChangedMeanwhile when they are no longer those.
    """
    row = _locked_settings(user.account_id)
    before = {"interactive_menu": row.interactive_menu, "assistant_enabled": row.assistant_enabled}
    if seen is not None and seen != Switches(**before):
        db.session.rollback()
        raise ChangedMeanwhile
    row.interactive_menu, row.assistant_enabled = interactive_menu, assistant_enabled
    after = {"interactive_menu": interactive_menu, "assistant_enabled": assistant_enabled}
    if after != before:
        note(user.account_id, user.id, "menu.switches", f"menu:{user.account_id}", before, after)
    db.session.commit()


def _locked_settings(account_id: int) -> MenuSettings:
    """The company's row, locked until the end of the transaction; whatever was read before is read again."""
    db.session.expire_all()
    return db.session.get_one(MenuSettings, account_id, with_for_update=True)
