"""What Meta would refuse in a chat starter, and what a collector should not write, before anybody else sees it.

The technical rules are those of Meta's template pages (templates/components, templates/template-review) and of refusals
logged on live accounts; the others follow CDC 42 and Meta's policy on threats and identity numbers. Errors block.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from portal.chat_starters.rules import wording
from portal.chat_starters.rules.draft import Button, ButtonKind, Draft
from portal.chat_starters.rules.wildcards import (
    BODY_LIMIT,
    NAME_LIMIT,
    filled,
    numbering_errors,
    remote_name,
    wildcard_count,
)

HEADER_LIMIT = FOOTER_LIMIT = 60
BUTTON_LIMIT = 25
URL_LIMIT = 2000
MAX_BUTTONS, MAX_URLS = 10, 2
MAX_EMOJI = 10
SAMPLE_LIMIT = 100

_EDGE = re.compile(r"^[^\w{]*\{\{\d|\d\}\}[^\w}]*$")
_ADJACENT = re.compile(r"\}\}[^\w{]*\{\{")
_WILDCARD = re.compile(r"\{\{\d{1,2}\}\}")
_CALL_LINK = re.compile(r"https://(?:[\w-]+\.)*(?:wa\.me|whatsapp\.com)(?:/|$)", re.I)


class Place(StrEnum):
    """The field that a remark stands beside."""

    NAME = "name"
    CATEGORY = "category"
    HEADER = "header"
    BODY = "body"
    FOOTER = "footer"
    BUTTONS = "buttons"
    SAMPLES = "samples"


@dataclass(frozen=True)
class Remark:
    """`blocks`: with this Meta or the law would refuse it, so it cannot be sent for approval; else it is advice."""

    place: Place
    text: str
    blocks: bool = True


@dataclass(frozen=True)
class Neighbours:
    """What there is beside the draft: names in use, wordings (`wording_of`) by name, names that Meta still keeps back
    with the day on which they are free again, and the category that Meta holds for each name."""

    names: frozenset[str] = frozenset()
    wordings: Mapping[str, str] = field(default_factory=dict)
    cooling: Mapping[str, date] = field(default_factory=dict)


def lint(draft: Draft, beside: Neighbours | None = None) -> list[Remark]:
    """Every remark on a draft, those that block first within each field; empty when there is nothing to say."""
    beside = beside or Neighbours()
    checks = (
        _name(draft, beside),
        _header(draft),
        _body(draft),
        _repeated(draft, beside),
        _footer(draft),
        _buttons(draft.buttons),
        _samples(draft),
        _wording(draft),
    )
    found = [remark for check in checks for remark in check]
    order = list(Place)
    return sorted(found, key=lambda remark: (order.index(remark.place), not remark.blocks))


def blocked(remarks: Sequence[Remark]) -> bool:
    """Whether the draft cannot be sent for approval."""
    return any(remark.blocks for remark in remarks)


def wording_of(body: str, footer: str) -> str:
    """Body and footer without their spacing and case: Meta refuses a second template with the same."""
    return " ".join(f"{body} \n{footer}".casefold().split())


def _name(draft: Draft, beside: Neighbours) -> Iterator[Remark]:
    name = remote_name(draft.name)
    if not name:
        yield Remark(Place.NAME, "Dê um nome ao modelo, com letras ou números.")
    elif len(name) > NAME_LIMIT:
        yield Remark(Place.NAME, f"O nome pode ter no máximo {NAME_LIMIT} caracteres.")
    elif name in beside.names:
        yield Remark(Place.NAME, f"Já existe um modelo com o nome {name}. Escolha outro nome.")
    elif name in beside.cooling:
        until = beside.cooling[name]
        yield Remark(
            Place.NAME,
            f"Um modelo aprovado com o nome {name} foi excluído. A Meta só aceita o nome de novo a partir de "
            f"{until:%d/%m/%Y}. Escolha outro nome.",
        )


def _header(draft: Draft) -> Iterator[Remark]:
    yield from _one_line(Place.HEADER, "O cabeçalho", draft.header, HEADER_LIMIT)
    if re.search(r"[*_~`]", draft.header):
        yield Remark(Place.HEADER, "O cabeçalho não aceita formatação: tire *, _, ~ e `.")
    if _emoji_in(draft.header):
        yield Remark(Place.HEADER, "O cabeçalho não aceita emojis.")


def _footer(draft: Draft) -> Iterator[Remark]:
    yield from _one_line(Place.FOOTER, "O rodapé", draft.footer, FOOTER_LIMIT)


def _one_line(place: Place, thing: str, text: str, limit: int) -> Iterator[Remark]:
    if len(text) > limit:
        yield Remark(place, f"{thing} pode ter no máximo {limit} caracteres; este tem {len(text)}.")
    if "\n" in text:
        yield Remark(place, f"{thing} deve ficar em uma só linha.")
    if "{{" in text or "}}" in text:
        yield Remark(place, f"{thing} não leva coringas. Use-os na mensagem.")


def _body(draft: Draft) -> Iterator[Remark]:
    body = draft.body
    if not body.strip():
        yield Remark(Place.BODY, "Escreva a mensagem.")
        return
    if len(body) > BODY_LIMIT:
        yield Remark(Place.BODY, f"A mensagem pode ter no máximo {BODY_LIMIT} caracteres; esta tem {len(body)}.")
    numbering = numbering_errors(body)
    yield from (Remark(Place.BODY, text) for text in numbering)
    if not numbering:
        yield from _wildcard_places(body)
    yield from _characters(body)
    longest = len(filled(body, draft.samples))
    if draft.samples and len(body) <= BODY_LIMIT < longest:
        yield Remark(Place.BODY, f"Com os exemplos, a mensagem passa de {BODY_LIMIT} caracteres: tem {longest}.")


def _wildcard_places(body: str) -> Iterator[Remark]:
    count = wildcard_count(body)
    words = [word for word in _WILDCARD.sub(" ", body).split() if any(char.isalnum() for char in word)]
    if not words:
        yield Remark(Place.BODY, "Escreva a mensagem. Ela não pode ter só coringas.")
        return
    if _EDGE.search(body.strip()):
        yield Remark(Place.BODY, "Não comece nem termine com um coringa, mesmo seguido de ponto.")
    if _ADJACENT.search(body):
        yield Remark(Place.BODY, "Escreva pelo menos uma palavra entre dois coringas.")
    if len(words) < 2 * count + 1:
        yield Remark(
            Place.BODY,
            f"Há coringas demais para um texto tão curto: com {count}, escreva pelo menos {2 * count + 1} palavras "
            f"além deles; há {len(words)}.",
        )


def _characters(body: str) -> Iterator[Remark]:
    if "\n\n\n" in body:
        yield Remark(Place.BODY, "Use no máximo uma linha em branco seguida.")
    if (emoji := _emoji_in(body)) > MAX_EMOJI:
        yield Remark(Place.BODY, f"Use no máximo {MAX_EMOJI} emojis; há {emoji}.")
    if any(unicodedata.category(char) == "Cc" and char != "\n" for char in body):
        yield Remark(Place.BODY, "Tire as tabulações e os caracteres de controle da mensagem.")


def _repeated(draft: Draft, beside: Neighbours) -> Iterator[Remark]:
    twin = beside.wordings.get(wording_of(draft.body, draft.footer)) if draft.body.strip() else None
    if twin:
        yield Remark(Place.BODY, f"O modelo {twin} já tem este mesmo texto, e a Meta recusa textos repetidos.")


def _buttons(buttons: Sequence[Button]) -> Iterator[Remark]:
    if len(buttons) > MAX_BUTTONS:
        yield Remark(Place.BUTTONS, f"Use no máximo {MAX_BUTTONS} botões; há {len(buttons)}.")
    urls = [button for button in buttons if button.kind is ButtonKind.URL]
    if len(urls) > MAX_URLS:
        yield Remark(Place.BUTTONS, f"Use no máximo {MAX_URLS} botões de site; há {len(urls)}.")
    labels = [button.text.strip().casefold() for button in buttons]
    if len(set(labels)) < len(labels):
        yield Remark(Place.BUTTONS, "Dois botões têm o mesmo texto. Use textos diferentes.")
    for number, button in enumerate(buttons, start=1):
        yield from (Remark(Place.BUTTONS, f"Botão {number}: {text}") for text in _button_errors(button))
    if len(buttons) > 3:
        text = "Com mais de 3 botões, o WhatsApp mostra 2 e esconde os outros em “Ver todas as opções”."
        yield Remark(Place.BUTTONS, text, blocks=False)


def _button_errors(button: Button) -> Iterator[str]:
    text = button.text.strip()
    if not text:
        yield "escreva o texto."
    if len(text) > BUTTON_LIMIT:
        yield f"o texto pode ter no máximo {BUTTON_LIMIT} caracteres; este tem {len(text)}."
    if "\n" in text or "{{" in text:
        yield "o texto fica em uma só linha e não leva coringas."
    if button.kind is ButtonKind.URL:
        yield from _url_errors(button.url.strip())


def _url_errors(url: str) -> Iterator[str]:
    if not re.fullmatch(r"https://[^\s/@:]+\.[^\s/@:]+(?:[/?#]\S*)?", url):
        yield "escreva o endereço completo do site, começando com https://."
    elif "{{" in url or "}}" in url:
        yield "o endereço não leva coringas."
    elif _CALL_LINK.match(url):
        yield "a Meta não aceita links do próprio WhatsApp (wa.me)."
    if len(url) > URL_LIMIT:
        yield f"o endereço pode ter no máximo {URL_LIMIT} caracteres."


def _samples(draft: Draft) -> Iterator[Remark]:
    count = wildcard_count(draft.body)
    if numbering_errors(draft.body):
        return
    for number in range(1, count + 1):
        sample = draft.samples[number - 1] if number <= len(draft.samples) else ""
        if error := _sample_error(sample):
            yield Remark(Place.SAMPLES, f"Exemplo de {{{{{number}}}}}: {error}")


def _sample_error(sample: str) -> str:
    if not sample.strip():
        return "informe um exemplo. A Meta precisa de um para cada coringa."
    if len(sample) > SAMPLE_LIMIT:
        return f"use no máximo {SAMPLE_LIMIT} caracteres."
    if re.search(r"[\n\t]| {4}", sample):
        return "não use quebra de linha, tabulação nem mais de 3 espaços seguidos."
    if "{{" in sample or "}}" in sample:
        return "escreva um valor, não um coringa."
    if wording.has_identity_number(sample):
        return "use um dado inventado, nunca um CPF, CNPJ ou telefone de alguém."
    return ""


def _wording(draft: Draft) -> Iterator[Remark]:
    texts = {
        Place.HEADER: draft.header,
        Place.BODY: draft.body,
        Place.FOOTER: draft.footer,
        Place.BUTTONS: " / ".join(button.text for button in draft.buttons),
    }
    for place, text in texts.items():
        for concern in wording.concerns(text, draft.category):
            yield Remark(place, concern.text, concern.blocks)
    if draft.category == "marketing" and not wording.offers_a_way_out(" ".join(texts.values())):
        advice = "Diga como parar de receber (por exemplo, no rodapé: “Responda SAIR para não receber”)."
        yield Remark(Place.FOOTER, f"{advice} Quem não encontra a saída bloqueia o número.", blocks=False)


def _emoji_in(text: str) -> int:
    """Emoji as people count them: a flag, a family or a tinted hand is one."""
    return len(re.findall(_EMOJI, text))


_SYMBOL = "[\U0001f300-\U0001f5ff\U0001f600-\U0001f64f\U0001f680-\U0001f6ff\U0001f900-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2190-\u21ff]"
_PICTURE = f"{_SYMBOL}[\ufe0f\U0001f3fb-\U0001f3ff]*"
_EMOJI = f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_PICTURE}(?:\u200d{_PICTURE})*"
