from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from portal.extensions import db
from portal.menu.models import MenuOption, MenuSettings
from portal.menu.rules import Option


def settings_of(account_id: int) -> MenuSettings:
    return db.session.get_one(MenuSettings, account_id)


def options_of(account_id: int) -> Sequence[MenuOption]:
    """Every option of the company's menu, in its order, inactive ones too."""
    return db.session.scalars(
        sa.select(MenuOption).where(MenuOption.account_id == account_id).order_by(MenuOption.position)
    ).all()


def active_options(account_id: int) -> tuple[Option, ...]:
    """What the assistant offers."""
    return tuple(Option(row.action, row.label) for row in options_of(account_id) if row.active)


def option_in(account_id: int, option_id: int) -> MenuOption | None:
    return db.session.scalar(
        sa.select(MenuOption).where(MenuOption.account_id == account_id, MenuOption.id == option_id)
    )
