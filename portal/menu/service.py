"""What the company's menu offers, in which words and order, and the two switches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from portal.accounts.models import User
from portal.audit.history import NotRestorable, Values
from portal.audit.service import ChangedMeanwhile, note
from portal.connection import linked
from portal.connection import queries as connections
from portal.extensions import db
from portal.menu import queries
from portal.menu.models import MenuOption, MenuSettings
from portal.menu.rules import DEFAULT_OPTIONS, check_label, moved


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
    """Whether a number of the company can show the interactive menu; true while none is on."""
    talking = connections.enabled(account_id)
    return not talking or any(linked.can_interact(each) for each in talking)


def edit_option(option: MenuOption, user: User, version: int, label: str, *, active: bool) -> None:
    """Change an option's description and *Ativo*; commits. Raises ChangedMeanwhile."""
    db.session.refresh(option, with_for_update=True)
    if option.version != version:
        db.session.rollback()
        raise ChangedMeanwhile
    _change_option(option, user.id, label, active=active)
    db.session.commit()


def restore_option(user_id: int, account_id: int, key: str, values: Values) -> None:
    """Give an option the description and *Ativo* of a noted version; commits. Raises NotRestorable."""
    option = queries.option_in(account_id, int(key))
    if option is None:
        raise NotRestorable("Esta opção do menu não existe mais.")
    db.session.refresh(option, with_for_update=True)
    others = [row.label for row in queries.options_of(account_id) if row.id != option.id]
    label, active = str(values["label"]), bool(values["active"])
    if errors := check_label(label, others):
        raise NotRestorable(" ".join(errors))
    _change_option(option, user_id, label, active=active)
    db.session.commit()


def facts_of_option(option: MenuOption) -> dict[str, Any]:
    """What is noted of an option, and can be restored."""
    return {"label": option.label, "active": option.active}


def _change_option(option: MenuOption, user_id: int, label: str, *, active: bool) -> None:
    before = facts_of_option(option)
    option.label, option.active, option.version = label, active, option.version + 1
    if facts_of_option(option) != before:
        note(option.account_id, user_id, "menu.option", f"menu-option:{option.id}", before, facts_of_option(option))


def move_option(option: MenuOption, user: User, direction: str) -> None:
    """Move an option a place up or down; at the edge nothing changes. Commits."""
    _locked_settings(option.account_id)
    rows = list(queries.options_of(option.account_id))
    _put_in_order(user.id, rows, moved(rows, rows.index(option), "up" if direction == "up" else "down"))
    db.session.commit()


def restore_order(user_id: int, account_id: int, values: Values) -> None:
    """Put the options in a noted order; those it does not name follow, as they stand. Commits. Raises NotRestorable."""
    _locked_settings(account_id)
    rows = list(queries.options_of(account_id))
    places = {str(action): place for place, action in enumerate(values["order"])}
    if not any(row.action.value in places for row in rows):
        raise NotRestorable("As opções desta versão não existem mais.")
    _put_in_order(user_id, rows, sorted(rows, key=lambda row: places.get(row.action.value, len(places))))
    db.session.commit()


def facts_of_order(rows: Sequence[MenuOption]) -> dict[str, Any]:
    """What is noted of the order, and can be restored."""
    return {"order": [row.action.value for row in rows]}


def _put_in_order(user_id: int, rows: Sequence[MenuOption], order: Sequence[MenuOption]) -> None:
    for position, row in enumerate(order, start=1):
        row.position = position
    before, after = facts_of_order(rows), facts_of_order(order)
    if after != before:
        account_id = rows[0].account_id
        note(account_id, user_id, "menu.order", f"menu-order:{account_id}", before, after)


def switches_of(account_id: int) -> Switches:
    row = queries.settings_of(account_id)
    return Switches(row.interactive_menu, row.assistant_enabled)


def save_switches(user: User, *, interactive_menu: bool, assistant_enabled: bool, seen: Switches | None = None) -> None:
    """Set *Menu Interativo* and *Assistente Virtual*; commits.

    With `seen`, the values that the form showed, raises ChangedMeanwhile when they are no longer those.
    """
    row = _locked_settings(user.account_id)
    if seen is not None and seen != Switches(row.interactive_menu, row.assistant_enabled):
        db.session.rollback()
        raise ChangedMeanwhile
    _set_switches(row, user.id, Switches(interactive_menu, assistant_enabled))
    db.session.commit()


def restore_switches(user_id: int, account_id: int, values: Values) -> None:
    """Set both switches as a noted version has them; commits."""
    row = _locked_settings(account_id)
    _set_switches(row, user_id, Switches(bool(values["interactive_menu"]), bool(values["assistant_enabled"])))
    db.session.commit()


def _set_switches(row: MenuSettings, user_id: int, wanted: Switches) -> None:
    before = Switches(row.interactive_menu, row.assistant_enabled)
    row.interactive_menu, row.assistant_enabled = wanted.interactive_menu, wanted.assistant_enabled
    if wanted != before:
        note(row.account_id, user_id, "menu.switches", f"menu:{row.account_id}", asdict(before), asdict(wanted))


def save_inactivity(user: User, minutes: int, seen: int) -> None:
    """Set after how many minutes of silence the assistant ends a conversation (0 is never); commits.

    `seen` is what the form showed. Raises ChangedMeanwhile.
    """
    row = _locked_settings(user.account_id)
    if row.inactivity_minutes != seen:
        db.session.rollback()
        raise ChangedMeanwhile
    _set_inactivity(row, user.id, minutes)
    db.session.commit()


def restore_inactivity(user_id: int, account_id: int, values: Values) -> None:
    """Set the minutes as a noted version has them; commits."""
    _set_inactivity(_locked_settings(account_id), user_id, int(values["minutes"]))
    db.session.commit()


def _set_inactivity(row: MenuSettings, user_id: int, minutes: int) -> None:
    before, row.inactivity_minutes = row.inactivity_minutes, minutes
    if minutes != before:
        subject = f"menu-inactivity:{row.account_id}"
        note(row.account_id, user_id, "menu.inactivity", subject, {"minutes": before}, {"minutes": minutes})


def _locked_settings(account_id: int) -> MenuSettings:
    """The company's row, locked until the end of the transaction; whatever was read before is read again."""
    db.session.expire_all()
    return db.session.get_one(MenuSettings, account_id, with_for_update=True)
