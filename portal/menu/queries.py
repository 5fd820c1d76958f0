from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from portal.account_settings import queries as account_settings
from portal.bot_messages import queries as bot_messages
from portal.bot_messages.rules import MessageKind
from portal.creditor_settings.models import CreditorSettings
from portal.documents.models import Document
from portal.extensions import db
from portal.menu.models import MenuOption, MenuSettings
from portal.menu.rules import LIST_BUTTON, MenuAction, Option, Presentation, as_content, presentation, why
from portal.portfolio.models import Creditor

EFFECTS: Mapping[MenuAction, str] = {
    MenuAction.BARCODE: "Envia a linha digitável dos títulos em aberto e da próxima parcela do acordo.",
    MenuAction.PIX: "Envia, para cada credor com chave PIX, os valores item a item e o código copia e cola.",
    MenuAction.STATEMENT: "Envia o demonstrativo de débito em PDF ou, sem documento que possa ser emitido, em texto.",
    MenuAction.AGREEMENT_TERM: "Envia em PDF o termo do acordo ativo.",
    MenuAction.NEGOTIATE: "Envia a mensagem de transferência e passa a conversa para um operador negociar.",
    MenuAction.OPERATOR: "Envia a mensagem de transferência e passa a conversa para um operador.",
    MenuAction.CLOSE: "Envia a mensagem de encerramento pelo chat bot e encerra a conversa.",
}

NO_PIX_KEY = "Nenhum credor tem chave PIX cadastrada: quem escolher esta opção recebe “PIX não disponível”."
NO_TERM = (
    "Nenhum termo de acordo está escolhido, na conta ou em um credor: quem tiver acordo e escolher esta opção vai para "
    "um operador."
)


@dataclass(frozen=True)
class Preview:
    """The menu as the debtor sees it: `body` is the whole bubble, `choices` what can be tapped."""

    shown_as: Presentation
    body: str
    choices: tuple[str, ...] = ()
    list_button: str = LIST_BUTTON
    why: str = ""


@dataclass(frozen=True)
class Previews:
    interactive: Preview
    simple: Preview
    any: bool


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
    shown = (_preview(intro, options, interactive=True), _preview(intro, options, interactive=False))
    return Previews(*shown, any=bool(options))


def _preview(intro: str, options: Sequence[Option], *, interactive: bool) -> Preview:
    shown_as = presentation(options, interactive, can_interact=True)
    content = as_content(intro, options, shown_as)
    choices = tuple(choice.title for choice in getattr(content, "choices", ()))
    return Preview(shown_as, content.body, choices, why=why(options) if interactive else "")  # type: ignore[union-attr]


def warnings(account_id: int) -> dict[MenuAction, str]:
    """What an active option lacks to do what it says, in Portuguese; inactive options lack nothing."""
    active = {option.action for option in active_options(account_id)}
    found = {}
    if MenuAction.PIX in active and not _any_pix_key(account_id):
        found[MenuAction.PIX] = NO_PIX_KEY
    if MenuAction.AGREEMENT_TERM in active and not _any_term(account_id):
        found[MenuAction.AGREEMENT_TERM] = NO_TERM
    return found


def _any_pix_key(account_id: int) -> bool:
    query = sa.select(Creditor.id).where(Creditor.account_id == account_id, Creditor.pix_key != "").limit(1)
    return db.session.scalar(query) is not None


def _any_term(account_id: int) -> bool:
    companys = account_settings.settings_of(account_id).agreement_term
    if companys is not None and companys.active:
        return True
    return (
        db.session.scalar(
            sa.select(CreditorSettings.creditor_id)
            .join(Document, Document.id == CreditorSettings.agreement_term_id)
            .where(CreditorSettings.account_id == account_id, Document.active)
            .limit(1)
        )
        is not None
    )
