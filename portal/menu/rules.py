"""The virtual assistant's menu: which options there are, how they are shown, and which one an answer means."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeVar

from portal.gateways.messages import Buttons, Choice, ChoiceList, Content, Text

T = TypeVar("T")
Direction = Literal["up", "down"]
Presentation = Literal["buttons", "list", "text"]

LABEL_LIMIT = 24  # title of a WhatsApp list row
BUTTON_LABEL_LIMIT = 20
MAX_BUTTONS = 3
MAX_ROWS = 10
LIST_BUTTON = "Ver opções"
REPLY_PREFIX = "menu:"
MAX_INACTIVITY = 1440
"""Minutes of silence after which the assistant ends a conversation, at most: a day, as long as a reply window."""


class MenuAction(StrEnum):
    BARCODE = "barcode"
    PIX = "pix"
    STATEMENT = "statement"
    AGREEMENT_TERM = "agreement_term"
    NEGOTIATE = "negotiate"
    OPERATOR = "operator"
    CLOSE = "close"


DEFAULT_OPTIONS: tuple[tuple[MenuAction, str, bool], ...] = (
    (MenuAction.BARCODE, "Código de barras", True),
    (MenuAction.PIX, "PIX copia e cola", False),
    (MenuAction.STATEMENT, "Demonstrativo de débito", True),
    (MenuAction.AGREEMENT_TERM, "Termo de acordo", False),
    (MenuAction.NEGOTIATE, "Negociar", True),
    (MenuAction.OPERATOR, "Falar com operador", True),
    (MenuAction.CLOSE, "Encerrar", True),
)

SYNONYMS: dict[MenuAction, tuple[str, ...]] = {
    MenuAction.BARCODE: (
        "boleto", "boletos", "código de barras", "linha digitável", "segunda via", "2 via", "2a via",
        "segunda via boleto", "2 via boleto", "2a via boleto",
    ),
    MenuAction.PIX: (
        "pix", "chave pix", "copia e cola", "pix copia e cola", "código pix", "qr code", "pagar com pix", "pagar por pix",
        "pagar no pix",
    ),
    MenuAction.STATEMENT: (
        "demonstrativo", "demonstrativo de débito", "extrato", "débito", "débitos", "extrato de débito",
        "extrato de débitos", "meus débitos",
    ),
    MenuAction.AGREEMENT_TERM: (
        "termo", "termos", "termo de acordo", "termo do acordo", "acordo", "meu acordo", "segunda via do acordo",
        "2 via do acordo", "2a via do acordo",
    ),
    MenuAction.NEGOTIATE: (
        "negociar", "negociação", "renegociar", "renegociação", "negociar débito", "negociar débitos", "parcelar",
        "parcelamento", "desconto", "proposta", "fazer acordo", "fazer um acordo", "novo acordo", "quitar", "quitação",
    ),
    MenuAction.OPERATOR: ("operador", "atendente", "humano", "atendimento humano"),
    MenuAction.CLOSE: ("encerrar", "sair", "tchau", "fim", "finalizar", "encerrar atendimento", "encerrar conversa"),
}  # fmt: skip

# Said around an answer without changing it: "quero o boleto, por favor" is "boleto".
_FILLERS = frozenset({
    "a", "ao", "as", "o", "os", "um", "uma", "de", "da", "do", "das", "dos", "com", "em", "para", "pra", "por", "favor",
    "me", "meu", "minha", "meus", "minhas", "eu", "quero", "queria", "gostaria", "preciso", "desejo", "ver", "receber",
    "enviar", "envia", "envie", "mandar", "manda", "mande", "gerar", "falar", "conversar", "obrigado", "obrigada", "oi", "ola",
})  # fmt: skip


@dataclass(frozen=True)
class Option:
    """An active option of a company's menu, in the company's own words."""

    action: MenuAction
    label: str


def moved(order: Sequence[T], index: int, direction: Direction) -> list[T]:
    """The order with one item a place up or down; at the edge nothing changes. IndexError when there is no such item."""
    if not 0 <= index < len(order):
        raise IndexError(index)
    result = list(order)
    target = index - 1 if direction == "up" else index + 1
    if 0 <= target < len(result):
        result[index], result[target] = result[target], result[index]
    return result


def check_label(label: str, others: Iterable[str] = ()) -> list[str]:
    """What is wrong, in Portuguese, with a label beside the `others` of its menu. Limits are WhatsApp's, in characters."""
    if not plain(label):
        return ["Escreva uma descrição com pelo menos uma letra ou número."]
    errors = []
    if len(label) > LABEL_LIMIT:
        errors.append(f"A descrição pode ter no máximo {LABEL_LIMIT} caracteres; esta tem {len(label)}.")
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in label):
        errors.append("A descrição deve ficar em uma só linha, sem caracteres de controle.")
    if _squeezed(label) in {_squeezed(other) for other in others}:
        errors.append("Já existe uma opção com esta descrição. Use uma descrição diferente.")
    return errors


def presentation(options: Sequence[Option], interactive: bool, can_interact: bool) -> Presentation:
    """How WhatsApp can show these options: `interactive` is the company's switch, `can_interact` the gateway's ability."""
    if not (interactive and can_interact) or not 1 <= len(options) <= MAX_ROWS:
        return "text"
    longest = max(len(option.label) for option in options)
    if len(options) <= MAX_BUTTONS and longest <= BUTTON_LABEL_LIMIT:
        return "buttons"
    return "list" if longest <= LABEL_LIMIT else "text"


def why(options: Sequence[Option]) -> str:
    """In Portuguese, which form these options take where the interactive menu is on, and what decides it."""
    shown_as = presentation(options, interactive=True, can_interact=True)
    if shown_as == "buttons":
        return f"Botões, porque há até {MAX_BUTTONS} opções ativas, de até {BUTTON_LABEL_LIMIT} caracteres cada."
    if shown_as == "text":
        return f"Texto, porque uma lista do WhatsApp tem no máximo {MAX_ROWS} opções de até {LABEL_LIMIT} caracteres."
    if len(options) > MAX_BUTTONS:
        return f"Lista, porque há mais de {MAX_BUTTONS} opções ativas."
    long = next(option.label for option in options if too_long_for_a_button(option.label))
    return f"Lista, porque “{long}” tem {len(long)} caracteres e um botão aceita até {BUTTON_LABEL_LIMIT}."


def too_long_for_a_button(label: str) -> bool:
    """Whether this label, active, turns the buttons of a short menu into a list."""
    return len(label) > BUTTON_LABEL_LIMIT


def as_content(intro: str, options: Sequence[Option], shown_as: Presentation) -> Content:
    """The menu as one message. `intro` must fit an interactive body (1,024 characters) unless it is shown as text."""
    choices = tuple(Choice(id=REPLY_PREFIX + option.action.value, title=option.label) for option in options)
    if shown_as == "buttons":
        return Buttons(intro, choices)
    if shown_as == "list":
        return ChoiceList(intro, LIST_BUTTON, choices)
    lines = [f"{number} - {option.label}" for number, option in enumerate(options, start=1)]
    return Text("\n".join([intro, "", *lines]) if lines else intro)


def chosen(options: Sequence[Option], text: str, reply_id: str | None = None) -> MenuAction | None:
    """The option that an answer means: the tapped one, else by number, by label, by a common other name; else None.

    Only `options` (the active ones) can be chosen, so a tap on an old menu never reaches an option switched off since.
    """
    if reply_id and reply_id.startswith(REPLY_PREFIX):
        return next((o.action for o in options if reply_id == REPLY_PREFIX + o.action.value), None)
    answer = _squeezed(text)
    if not answer:
        return None
    return _by_number(options, answer) or _by_label(options, answer) or _by_synonym(options, text)


def means(action: MenuAction, text: str) -> bool:
    """Whether the whole text, courtesies aside, is one of the common names of the action."""
    return _without_fillers(text) in {_without_fillers(name) for name in SYNONYMS.get(action, ())}


def plain(text: str) -> str:
    """Lower-case words without accents or punctuation, one space between them: "1️⃣ Código!" is "1 codigo"."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    kept = (char if char.isalnum() else " " for char in decomposed if not unicodedata.category(char).startswith("M"))
    return " ".join("".join(kept).split())


def _squeezed(text: str) -> str:
    return plain(text).replace(" ", "")


def _without_fillers(text: str) -> str:
    return " ".join(word for word in plain(text).split() if word not in _FILLERS)


def _by_number(options: Sequence[Option], answer: str) -> MenuAction | None:
    for number, option in enumerate(options, start=1):
        line = f"{number}{_squeezed(option.label)}"
        if answer in {f"{number}", f"0{number}", f"opcao{number}", f"numero{number}", line}:
            return option.action
    return None


def _by_label(options: Sequence[Option], answer: str) -> MenuAction | None:
    return next((option.action for option in options if answer == _squeezed(option.label)), None)


def _by_synonym(options: Sequence[Option], text: str) -> MenuAction | None:
    return next((option.action for option in options if means(option.action, text)), None)
