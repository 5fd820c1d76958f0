from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Model, OfAccount, text_enum
from portal.menu.rules import MenuAction


class MenuSettings(Model):
    """The two switches of the tab "Configurações do menu"."""

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    interactive_menu: Mapped[bool] = mapped_column(default=True)
    assistant_enabled: Mapped[bool] = mapped_column(default=True)
    inactivity_minutes: Mapped[int] = mapped_column(default=120)


class MenuOption(OfAccount, Model):
    """One line of the menu that the assistant offers, in the company's words and order."""

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[MenuAction] = mapped_column(text_enum(MenuAction))
    label: Mapped[str] = mapped_column(sa.String(24))
    active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (sa.UniqueConstraint("account_id", "action"),)
