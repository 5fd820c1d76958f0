from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from portal.bot_messages import queries as bot_messages
from portal.bot_messages.rules import MessageKind
from portal.extensions import db
from portal.menu.models import MenuOption, MenuSettings
from portal.menu.rules import LIST_BUTTON, MenuAction, Option, Presentation, as_content, presentation

EFFECTS: Mapping[MenuAction, str] = {
    MenuAction.BARCODE: "Envia a linha digitável de um título em aberto.",
    MenuAction.STATEMENT: "Envia os títulos em aberto, item a item.",
    MenuAction.OPERATOR: "Envia a mensagem de transferência e passa a conversa para um operador.",
    MenuAction.CLOSE: "Envia a mensagem de encerramento pelo chat bot e encerra a conversa.",
}


@dataclass(frozen=True)
class Preview:
    """The menu as the debtor sees it: `body` is the whole bubble, `choices` what can be tapped."""

    shown_as: Presentation
    body: str
    choices: tuple[str, ...] = ()
    list_button: str = LIST_BUTTON


@dataclass(frozen=True)
class Previews:
    interactive: Preview
    simple: Preview


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


def previews(account_id: int) -> Previews:
    """Both forms of the menu, with the company's introduction and the examples of its wildcards."""
    intro = bot_messages.message(account_id, MessageKind.MENU_INTRO).preview
    options = active_options(account_id)
    return Previews(_preview(intro, options, interactive=True), _preview(intro, options, interactive=False))


def _preview(intro: str, options: Sequence[Option], *, interactive: bool) -> Preview:
    shown_as = presentation(options, interactive, can_interact=True)
    content = as_content(intro, options, shown_as)
    choices = tuple(choice.title for choice in getattr(content, "choices", ()))
    return Preview(shown_as, content.body, choices)  # type: ignore[union-attr]
